"""Makes `Reward`, a reward function as TRL takes it, with the range of what it gives."""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass

from ftguard.errors import InputError

RewardFunction = Callable[..., object]
"""`(prompts, completions, ...) -> list[float | None]`, or a coroutine of it: TRL calls it by names,
with `completion_ids`, `trainer_state` and each further column of the data beside these."""

COMPLETIONS = {"completions", "completion_ids"}
"""Parameters that no function of a probe and an answer has."""


@dataclass(frozen=True)
class Reward:
    """A reward function, whose rewards from `low` to `high` count as scores from 0 to 1.

    A reward outside of its range is never cut to it: it would hide what was gained or lost there.

    Raises:
        InputError: the function takes no `completions`, or the range is none.
    """

    function: RewardFunction
    low: float = 0.0
    """The worst reward there is."""
    high: float = 1.0
    """The best one."""

    def __post_init__(self) -> None:
        if not is_reward_function(self.function):
            name = getattr(self.function, "__name__", type(self.function).__name__)
            raise InputError(
                f"`Reward` takes a function of `completions`, as TRL's trainers do; `{name}` is "
                "none: `def reward(prompts, completions, **columns)` gives a list of numbers."
            )
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise InputError(
                f"a reward's range goes from `low` up to `high`, both finite; got {self.low!r} and "
                f"{self.high!r}."
            )

    @property
    def range(self) -> str:
        """Its ends, as people write them."""
        return f"[{self.low:g}, {self.high:g}]"

    def holds(self, reward: float) -> bool:
        """Whether a reward is in the range."""
        return self.low <= reward <= self.high

    def score(self, reward: float) -> float:
        """A reward of the range as a score in [0, 1]."""
        return (reward - self.low) / (self.high - self.low)


def is_reward_function(function: object) -> bool:
    """Whether it has TRL's signature, told by its parameter `completions` or `completion_ids`."""
    if not callable(function):
        return False
    try:
        return bool(COMPLETIONS & inspect.signature(function).parameters.keys())
    except (TypeError, ValueError):
        return False
