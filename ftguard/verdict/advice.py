"""Makes `Advice`: a remedy beside every alarm, with the number to use."""

from dataclasses import dataclass
from typing import Literal

from ftguard.verdict.gates import Outcome

Remedy = Literal["lower_learning_rate", "replay", "stop", "more_probes"]


@dataclass(frozen=True, kw_only=True)
class Advice:
    """One thing to do, and what it rests on."""

    do: Remedy
    number: float
    """The learning rate, the share of replayed rows, the step to go back to, or the probes."""
    outcome: Outcome
    """The gate's outcome that it rests on."""
    finding: bool
    """Whether that is beyond chance; `act_on_breach=True` acts on nothing less."""
    text: str
    """One sentence, with the number and the reason."""
