"""Makes `OwnScorer`, a user's scoring function under the name by which it is told from others."""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping

from ftguard.errors import InputError
from ftguard.probes.reward import Reward, is_reward_function
from ftguard.probes.source import called, digest_of

ScoringFunction = Callable[..., object]
"""`(probe, answer) -> float | Unscored`: how good an answer is, in [0, 1], or why that cannot be
told."""
_NAME = re.compile(r"[^\s@]+:[^\s@]+@[0-9a-f]{12}")


class OwnScorer(str):
    """`MODULE:NAME@DIGEST` of a function: part of the fingerprint, and what files hold.

    Copies and pickles are the name alone; `functions_of` finds the function again.
    """

    __slots__ = ("function", "reward")
    function: ScoringFunction
    reward: Reward | None
    """Where the function is a reward function of TRL's signature: with its range."""

    @classmethod
    def of(cls, given: ScoringFunction | Reward) -> "OwnScorer":
        """Name a function, or a reward function, whose range is a part of its name.

        Raises:
            InputError: it is no plain function, or what it depends on cannot be told, so that a
                change would go unseen.
        """
        function = given.function if isinstance(given, Reward) else given
        reward = Reward(function) if is_reward_function(function) else None
        reward = given if isinstance(given, Reward) else reward
        # TRL's own rewards are objects in part.
        plain = (function, "") if inspect.isfunction(function) else None
        if reward is not None and plain is None:
            plain = called(function)
        if plain is None:
            raise InputError(
                f"the scorer {type(function).__name__} is no plain function, so a change to it "
                "would go unseen: give a function made with `def`."
            )
        own, held = plain
        if reward is not None:
            held += f" {reward.low!r} {reward.high!r}"
        name = f"{own.__module__}:{own.__qualname__}@{digest_of(own, held)}"
        return cls.named(name, function, reward)

    @classmethod
    def named(
        cls, name: str, function: ScoringFunction, reward: Reward | None = None
    ) -> "OwnScorer":
        """A function under a name that changes with all that its result follows from."""
        scorer = cls(name)
        scorer.function, scorer.reward = function, reward
        return scorer

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str(self),)

    def __copy__(self) -> "OwnScorer":
        return self

    def __deepcopy__(self, memo: object) -> "OwnScorer":
        return self


def is_own(scorer: str) -> bool:
    """Whether it is the name of a user's function."""
    return _NAME.fullmatch(scorer) is not None


HARNESS = "lm_eval:"
"""Begins the names of lm-eval's own metrics."""


def without_function(scorer: str) -> str:
    """What to do where the function of a scorer's name is missing."""
    if scorer.startswith(HARNESS):
        task = scorer.removeprefix(HARNESS).rpartition("@")[0]
        return (
            f"`{scorer}` is a metric of lm-eval, so give the probes as `lm_eval:{task}` again, "
            "with lm-eval and its data at hand (pip install 'ftguard[lm_eval]')"
        )
    return f"give the probe with the function `{scorer}` as its `scorer`"


def reward_of(scorer: object) -> Reward | None:
    """The reward function that scores, where one does."""
    return scorer.reward if isinstance(scorer, OwnScorer) else None


def functions_of(scorers: Iterable[object]) -> Mapping[str, OwnScorer]:
    """The functions among some probes' scorers, by name."""
    return {str(scorer): scorer for scorer in scorers if isinstance(scorer, OwnScorer)}
