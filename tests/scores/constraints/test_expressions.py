"""Tests of regular expressions with a limit on their time."""

from time import monotonic

import pytest

from ftguard.scores.constraints.expressions import SECONDS, deadline, fullmatch, search

ENDLESS = r"(a|aa)+[b?!]{2}"
TEXT = "a" * 5_000 + "?"


def test_a_quick_match_is_one() -> None:
    """Within the time they are those of `re`."""
    assert fullmatch("a+b?", "aab")
    assert not fullmatch("a+", "aab")
    assert search("a+", "xab", deadline())
    assert not search("a+$", "xab", deadline())


def test_an_endless_match_is_stopped() -> None:
    """The whole text has not matched by then, and a search says that it was not finished."""
    begun = monotonic()

    assert not fullmatch(ENDLESS, TEXT)
    with pytest.raises(TimeoutError):
        search(ENDLESS, TEXT, deadline())
    assert monotonic() - begun >= SECONDS


def test_searches_share_their_time() -> None:
    """Once the moment is over, there is no further search."""
    with pytest.raises(TimeoutError):
        search("a", "a", monotonic() - 1)
