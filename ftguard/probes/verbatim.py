"""Makes `Verbatim`, how a benchmark's own question is put and read: to the letter."""

from dataclasses import dataclass
from typing import Literal

Per = Literal["text", "character", "byte"]
"""Options are compared by the log-probability of the whole text, or by that over its length."""


@dataclass(frozen=True, kw_only=True)
class Verbatim:
    """A plain prompt is asked as it stands, also where the tokenizer has a chat template."""

    question: str
    """What is asked, without the instructions and examples before it in the prompt: of a probe it
    alone is looked for in the training data."""
    reads: tuple[tuple[str, str], ...] = ()
    """(context, text) in plain text: each text is read after its context, one for each option;
    empty where the model answers the prompt, or options follow it as ftguard has them follow."""
    until: tuple[str, ...] = ()
    """Texts any of which ends an answer, and is no part of it."""
    per: Per = "text"
    """By what options are compared."""

    def length(self, option: str) -> int:
        """What the log-probability of an option is divided by."""
        lengths = {"character": len(option), "byte": len(option.encode("utf-8", "surrogatepass"))}
        return max(1, lengths.get(self.per, 1))
