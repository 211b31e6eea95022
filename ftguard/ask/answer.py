"""Makes `Answer`, what a model said to one probe, and what it thought of given texts."""

from dataclasses import dataclass
from typing import Literal

Finish = Literal["stop", "length"]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one model answered to one probe.

    For a probe that is read (`likelihood`), the tokens are the reference's own.
    """

    probe_id: str
    """The probe's id, with its role in front: `general/arithmetic-1`."""
    text: str = ""
    """The generated text, without special tokens; empty where a reference was read."""
    token_ids: tuple[int, ...] = ()
    """The generated tokens with the stop token, or the tokens of the reference."""
    logprobs: tuple[float, ...] = ()
    """Log-probability of each token, in nats."""
    option_logprobs: tuple[float, ...] = ()
    """Summed log-probability of each option (of its letter, where letters are listed), in nats."""
    finish: Finish = "stop"
    """`stop` where the model ended its answer itself, `length` where it was cut off."""
    fingerprint: str = ""
    """Hash of what was asked: the rendered tokens and the decoding."""
