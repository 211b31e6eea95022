"""Tests of the digest of a function: it changes with all that a result follows from."""

import re
from collections.abc import Callable
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
