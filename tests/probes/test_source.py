"""Tests of the digest of a function: it changes with all that a result follows from."""

import re
from collections.abc import Callable
from functools import partial
from types import FunctionType
from typing import Any

import pytest

from ftguard import InputError, Probe
from ftguard.probes.source import digest_of

LIMIT = 10
WORDS = re.compile("yes|no")


def _helper(text: str) -> bool:
    return len(text) < LIMIT


def by_helper(probe: Any, answer: Any) -> float:
    """Rests on a global through a helper."""
    del probe
    return float(_helper(answer.text) and bool(WORDS.search(answer.text)))


def made(value: object) -> FunctionType:
    """A function that holds a value."""

    def scorer(probe: Any, answer: Any) -> Any:
        del probe, answer
        return value

    assert isinstance(scorer, FunctionType)
    return scorer


def _digest(function: object) -> str:
    assert isinstance(function, FunctionType)
    return digest_of(function)


def test_the_same_function_has_the_same_digest() -> None:
    """However often it is made from the same source and values."""
    assert _digest(made(0.1)) == _digest(made(0.1))
    assert _digest(by_helper) == _digest(by_helper)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (0.1, 0.2),
        (1, 1.0),
        ("a", b"a"),
        ([1, 2], [2, 1]),
        ({"a": 1}, {"a": 2}),
        (re.compile("a"), re.compile("a", re.IGNORECASE)),
        (made(1), made(2)),
    ],
)
def test_what_a_function_holds_counts(one: object, other: object) -> None:
    """One source with another value in its closure is another scorer."""
    assert _digest(made(one)) != _digest(made(other))


def test_two_functions_on_one_line_differ() -> None:
    """They share their source, not their code."""
    high, low = lambda _p, _a: 1.0, lambda _p, _a: 0.0

    assert _digest(high) != _digest(low)


def test_globals_and_helpers_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A global that a helper reads is part of the function that calls the helper."""
    before = _digest(by_helper)

    monkeypatch.setitem(by_helper.__globals__, "LIMIT", 11)
    assert _digest(by_helper) != before


class Grader:
    """Something that holds more than a digest can tell."""

    def grade(self, probe: Any, answer: Any) -> float:
        """A method, which is no plain function."""
        del probe, answer
        return 1.0


@pytest.mark.parametrize("function", [made(Grader()), made([object()]), Grader().grade])
def test_what_cannot_be_told_is_refused(function: Callable[..., Any]) -> None:
    """A scorer whose change would go unseen is refused where the probe is built."""
    with pytest.raises(InputError, match="would go unseen"):
        Probe(id="a", prompt="q", scorer=function)


class Least:
    """A reward function with a state, as TRL's own have."""

    def __init__(self, least: object) -> None:
        self.least = least

    def __call__(self, completions: list[str], **_: Any) -> list[float]:
        """1 for as many characters."""
        return [float(len(said) >= int(str(self.least))) for said in completions]


def test_a_reward_that_is_an_object_is_named_by_what_it_holds() -> None:
    """Equal ones are one scorer, also through `partial`; what holds more than a digest can tell is
    refused.
    """
    named = [
        str(Probe(id="a", prompt="q", scorer=reward).scorer).rpartition("@")[2]
        for reward in (Least(2), Least(2), Least(3), partial(Least(2)), partial(Least(2), best=1))
    ]

    assert named[0] == named[1]
    assert len(set(named[1:])) == 4
    with pytest.raises(InputError, match="would go unseen"):
        Probe(id="a", prompt="q", scorer=Least(object()))
