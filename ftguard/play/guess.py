"""Guesses at what the guard will say, and whether they were right."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from ftguard.verdict.checkup import Checkup
from ftguard.verdict.defaults import OWN_ANSWERS

Guess = Literal[
    "passed",
    "forgetting/all",
    "tail/worst",
    "calibration/target",
    "calibration/general",
    "undecided",
    "none",
]
"""A gate's name guesses that it is one of those that block the last checkpoint."""

GUESSES: Mapping[Guess, tuple[str, str]] = MappingProxyType(
    {
        "passed": ("passed", "every limit is kept"),
        "forgetting/all": ("blocked by forgetting", "general skills are lost"),
        "tail/worst": ("blocked by the tail", "rare teams are lost"),
        "calibration/target": ("blocked by calibration, target", "unduly sure of its tickets"),
        "calibration/general": ("blocked by calibration, general", "unduly sure of its skills"),
        "undecided": ("undecided", "too little is measured to tell"),
        "none": ("no guess", "only watch; it does not count"),
    }
)
"""Each guess in words, and what it says of the model."""


STANDS_IN: Mapping[str, str] = MappingProxyType({"forgetting/all": OWN_ANSWERS.key})
"""The gate that is held where a weak base can't show the guessed one."""


@dataclass(frozen=True, kw_only=True)
class Last:
    """What the guard said of the last checkpoint that it examined."""

    step: int
    passed: bool | None
    breached: tuple[str, ...]
    """The keys of the gates in breach."""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How the guesses went."""

    right: int = 0
    made: int = 0
    """Guesses at runs that trained to their end."""


def last_of(checkup: Checkup) -> Last:
    """What the guard said of a checkpoint."""
    outcomes = checkup.verdict.outcomes
    return Last(
        step=checkup.step,
        passed=checkup.verdict.passed,
        breached=tuple(o.gate.key for o in outcomes if o.state == "breach"),
    )


def is_right(guess: Guess, last: Last | None) -> bool | None:
    """Whether the guess met what the guard said of the last checkpoint; None for no guess.

    Of a blocked checkpoint the guess is right where its gate is one of those in breach.
    """
    if guess == "none" or last is None:
        return None
    if guess in ("passed", "undecided"):
        return last.passed is (True if guess == "passed" else None)
    return guess in last.breached or STANDS_IN.get(guess) in last.breached


def tally(results: Iterable[bool | None]) -> Tally:
    """Count what was right among the guesses that were made."""
    made = [result for result in results if result is not None]
    return Tally(right=sum(made), made=len(made))
