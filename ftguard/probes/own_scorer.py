"""Makes `OwnScorer`, a user's scoring function under the name by which it is told from others."""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping

from ftguard.errors import InputError
from ftguard.probes.source import digest_of

ScoringFunction = Callable[..., object]
"""`(probe, answer) -> float | Unscored`: how good an answer is, in [0, 1], or why that cannot be
told."""
_NAME = re.compile(r"[^\s@]+:[^\s@]+@[0-9a-f]{12}")


class OwnScorer(str):
    """`MODULE:NAME@DIGEST` of a function: part of the fingerprint, and what files hold.

    Copies and pickles are the name alone; `functions_of` finds the function again.
    """

    __slots__ = ("function",)
    function: ScoringFunction

    @classmethod
    def of(cls, function: ScoringFunction) -> "OwnScorer":
        """Name a function.

        Raises:
            InputError: it is no plain function, or what it depends on cannot be told, so that a
                change would go unseen.
        """
        if not inspect.isfunction(function):
            raise InputError(
                f"the scorer {type(function).__name__} is no plain function, so a change to it "
                "would go unseen: give a function made with `def`."
            )
        scorer = cls(f"{function.__module__}:{function.__qualname__}@{digest_of(function)}")
        scorer.function = function
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


def functions_of(scorers: Iterable[object]) -> Mapping[str, OwnScorer]:
    """The functions among some probes' scorers, by name."""
    return {str(scorer): scorer for scorer in scorers if isinstance(scorer, OwnScorer)}
