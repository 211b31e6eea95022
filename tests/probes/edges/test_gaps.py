"""Tests of gaps: the sentence without some words, mended where English allows it."""

import re

import pytest

from ftguard.probes.edges.gaps import without


def _without(text: str, *, english: bool = True) -> str:
    """The text without the words in square brackets."""
    tokens = re.findall(r"\S+\s*", text)
    dropped = frozenset(at for at, token in enumerate(tokens) if token.startswith("["))
    bare = [token.replace("[", "").replace("]", "") for token in tokens]
    return without(bare, dropped, english=english)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tell me my [income]", "tell me that"),
        ("tell me the [weather] for today", "tell me that for today"),
        ("what are my [assets] at", "what are those at"),
        ("my [gas] bill is due", "my bill is due"),
        ("flip a [coin]", "flip one"),
        ("do an [oil] change", "do a change"),
        ("a [big] apple", "an apple"),
        ("how do i say yes in [italian]", "how do i say yes"),
        ("i want to [cancel] my card", "i want my card"),
        ("[cancel] my card", "my card"),
        ("is it [blocked]?", "is it?"),
        ("my card, [card] again", "my card, again"),
        ("is the [battery], or so, [dead]", "is that, or so,"),
        ("turn the [smart] [home] on", "turn that on"),
        ("[one] [two]", ""),
    ],
)
def test_what_is_left_reads_as_english(text: str, expected: str) -> None:
    """Articles and pronouns do not dangle, and punctuation stays."""
    assert _without(text) == expected


def test_other_languages_are_only_cut() -> None:
    """No word is put in."""
    assert _without("wie ist the [Wetter] in Bonn", english=False) == "wie ist the in Bonn"


def test_lines_stay_lines() -> None:
    """Blanks between the words that stay are kept as they are."""
    assert _without("one\n\ntwo  [three] four") == "one\n\ntwo  four"
