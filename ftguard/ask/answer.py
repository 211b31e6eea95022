"""Makes `Answer`, what a model said to one probe, and what it thought of given texts."""

from dataclasses import dataclass
from typing import Literal

Finish = Literal["stop", "length", "decided"]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one model answered to one probe.

    For a probe that is read (`likelihood`), the tokens are the reference's own.
    """

    probe_id: str
    """The probe's id, with its role in front: `general/arithmetic-1`."""
    text: str = ""
    """What was generated, without thinking and special tokens; empty where a reference was read."""
    token_ids: tuple[int, ...] = ()
    """The generated tokens with the stop token, or the tokens of the reference."""
    logprobs: tuple[float, ...] = ()
    """Log-probability of each token, in nats."""
    num_reasoning_tokens: int = 0
    """Of the generated tokens, how many at the beginning are thinking and no answer."""
    option_logprobs: tuple[float, ...] = ()
    """Summed log-probability of each option (of its letter, where letters are listed), in nats."""
    likeliest: bool = False
    """Of a text that was read: whether each of its tokens was the likeliest one there. Told only
    for `greedy_match`."""
    finish: Finish = "stop"
    """`stop` where the model ended its answer itself, `length` where it was cut off, and `decided`
    where writing ended as nothing that could follow would have changed its score."""
    fingerprint: str = ""
    """Hash of what was asked: the rendered tokens and the decoding."""

    @property
    def is_open_thought(self) -> bool:
        """Whether it was cut off while the model was still thinking, so that nothing is said."""
        cut = self.finish == "length" and bool(self.token_ids)
        return cut and not self.text and self.num_reasoning_tokens == len(self.token_ids)
