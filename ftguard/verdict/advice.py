"""Makes `Advice`, a remedy beside every alarm: one record a remedy, with the number to use."""

from typing import ClassVar, Literal

import msgspec

from ftguard.verdict.gates import Outcome


class Reason(msgspec.Struct, frozen=True, kw_only=True, tag_field="do"):
    """What one thing to do rests on."""

    outcome: Outcome
    """The gate's outcome that it rests on."""
    finding: bool
    """Whether that is beyond chance; `act_on_breach=True` acts on nothing less."""
    text: str
    """One sentence, with the number and the reason."""


class LowerLearningRate(Reason, frozen=True, kw_only=True, tag="lower_learning_rate"):
    """Train with a lower learning rate."""

    do: ClassVar[Literal["lower_learning_rate"]] = "lower_learning_rate"
    learning_rate: float
    """The peak learning rate to train with."""
    low: float | None = None
    """The low end of its range, on the safe side; None where there is no range."""
    high: float | None = None
    """The high end: what the run's curve allows; None where there is no range."""


class Replay(Reason, frozen=True, kw_only=True, tag="replay"):
    """Mix general data into training."""

    do: ClassVar[Literal["replay"]] = "replay"
    share: float
    """The share of the training rows to replace, in [0, 1]."""


class Stop(Reason, frozen=True, kw_only=True, tag="stop"):
    """Stop training."""

    do: ClassVar[Literal["stop"]] = "stop"
    best_step: int | None
    """The step to go back to, the best that passed; None where none did."""


class MoreProbes(Reason, frozen=True, kw_only=True, tag="more_probes"):
    """Ask more probes."""

    do: ClassVar[Literal["more_probes"]] = "more_probes"
    num_probes: int
    """The probes to ask about in all."""


class GoFurther(Reason, frozen=True, kw_only=True, tag="go_further"):
    """Train with a higher rate, or longer: nothing is at its limit. Never a finding."""

    do: ClassVar[Literal["go_further"]] = "go_further"
    learning_rate: float
    """The highest peak learning rate that the run's curve allows, for as many steps."""
    times_steps: float
    """How many times as many steps it allows, at the same rate."""


class Suggestion(Reason, frozen=True, kw_only=True, tag="suggestion"):
    """What a remedy of one's own advises, in words; nothing acts on it."""

    do: ClassVar[Literal["suggestion"]] = "suggestion"


Advice = LowerLearningRate | Replay | Stop | MoreProbes | GoFurther | Suggestion
"""One thing to do; `do` says which, in code and in JSON."""
