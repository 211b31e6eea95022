"""Makes `Score`, how good one answer is, or the reason why that could not be said."""

from collections.abc import Callable
from dataclasses import dataclass

from ftguard.ask.answer import Answer
from ftguard.probes.probe import Probe


@dataclass(frozen=True, kw_only=True)
class Score:
    """Exactly one of a value and a reason.

    What the model does badly is a value of 0; what the scorer cannot do is unscored.
    """

    probe_id: str
    value: float | None = None
    """How good the answer is, in [0, 1]."""
    unscored: str | None = None
    """Why there is no value."""
    cut_off: bool = False
    """Whether that is because the answer, or its thinking, was cut off before it decided."""

    def __post_init__(self) -> None:
        if (self.value is None) == (self.unscored is None):
            raise ValueError(f"a score has a value or a reason, not both or neither: {self}")
        if self.value is not None and not 0 <= self.value <= 1:
            raise ValueError(f"a score's value is in [0, 1]: {self}")


Scorer = Callable[[Probe, Answer], float]
"""Scores an answer in [0, 1]; raises `Unscorable` with the reason where it cannot."""


@dataclass(frozen=True)
class Unscored:
    """What a scoring function of one's own returns where it cannot judge an answer."""

    reason: str
    """Why; it is counted, and said."""


class Unscorable(Exception):  # noqa: N818
    """The scorer cannot judge this answer; its text is the reason. Not the model's fault."""


class CutOff(Unscorable):
    """The answer was cut off before it decided; what is missing could still make it right."""

    def __init__(self) -> None:
        super().__init__("the answer was cut off before it decided")
