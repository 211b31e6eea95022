"""Makes `Dials`, everything about a run of the demo that can be turned."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Literal, get_args

from ftguard.errors import InputError
from ftguard.verdict.limits import read_limits

Data = Literal["frequent", "every-team", "narrow", "leaked", "sure-but-wrong"]
"""Which tickets are trained on; `demo.tickets` draws them."""

BATCH, TICKETS = 16, 600
LEAST_ROWS = 16
"""One batch; below there is nothing to shuffle."""
MOST_ROWS, MOST_REPLAYED = 2_400, 1_200
"""There are not many more different tickets of two teams, and general prompts to replay."""


@dataclass(frozen=True, kw_only=True)
class Dials:
    """How one run of the demo trains, what on, and what it is held against.

    Raises:
        InputError: a dial stands where it cannot; the message says where it can.
    """

    learning_rate: float = 7e-4
    """The peak rate."""
    steps: int = 240
    """Optimizer steps, of 16 rows each."""
    warmup: float = 0.05
    """The share of the steps over which the rate rises from 0; then it stays."""
    epochs: float | None = None
    """How often each row is seen: the more often, the fewer rows there are for so many steps. None
    for 600 tickets, however often."""
    replay: float = 0.0
    """The share of the rows that are the base's own answers to general prompts."""
    lora: bool = False
    """Whether a LoRA adapter is trained in place of all weights."""
    data: Data = "frequent"
    checkpoints: int = 4
    """How often the guard looks."""
    probes: float = 1.0
    """The share of the demo's 680 questions that is asked."""
    seed: int = 42
    """Of the order of the rows and of an adapter's start."""
    limits: Mapping[str, float | None] = field(default_factory=dict)
    """As `GuardCallback(limits=...)` takes them."""

    def __post_init__(self) -> None:
        _within("learning rate", self.learning_rate, 0, 100, "7e-4 is the demo's", above=True)
        _within("steps", self.steps, 1, 2_000, "240 are the demo's")
        _within("warm-up", self.warmup, 0, 1, "a share of the steps: 0.05 is 5 %")
        _within("replay", self.replay, 0, 0.9, "a share of the rows: 0.1 is 10 %")
        _within("checkpoints", self.checkpoints, 1, min(12, self.steps), "at most one a step")
        _within("probes", self.probes, 0, 1, "a share of the demo's questions", above=True)
        _within("seed", self.seed, 0, 2**31 - 1, "any whole number")
        if self.data not in get_args(Data):
            raise InputError(f"the data are one of {', '.join(get_args(Data))}; got {self.data!r}.")
        if self.epochs is not None:
            least, most = (self.steps * BATCH / rows for rows in (MOST_ROWS, LEAST_ROWS))
            hint = f"{self.steps} steps of {BATCH} rows pass over {LEAST_ROWS} rows {most:g} times"
            _within("epochs", self.epochs, least, most, hint)
        if self.replayed > MOST_REPLAYED:
            raise InputError(
                f"a replay of {self.replay:g} makes {self.replayed:,} rows, and there are prompts "
                f"for {MOST_REPLAYED:,}: give a smaller share, or more epochs."
            )
        read_limits(self.limits)

    @property
    def rows(self) -> int:
        """The rows that are trained on, replayed ones included."""
        if self.epochs is None:
            return TICKETS + round(TICKETS * self.replay / (1 - self.replay))
        return round(self.steps * BATCH / self.epochs)

    @property
    def replayed(self) -> int:
        """How many of them are the base's own answers."""
        if self.epochs is None:
            return self.rows - TICKETS
        return round(self.rows * self.replay)

    @property
    def passes(self) -> float:
        """How often each row is seen."""
        return self.steps * BATCH / self.rows

    def turned(self) -> dict[str, object]:
        """The dials that stand elsewhere than by default."""
        default = Dials()
        both = [(f.name, getattr(self, f.name), getattr(default, f.name)) for f in fields(self)]
        return {name: value for name, value, usual in both if value != usual}


def _within(
    name: str, value: float, least: float, most: float, hint: str, *, above: bool = False
) -> None:
    if math.isfinite(value) and least <= value <= most and not (above and value == least):
        return
    start = f"above {least:g}" if above else f"from {least:g}"
    raise InputError(f"the {name} must be {start} to {most:g}, got {value:g} ({hint}).")
