"""Tests of words: folding, splitting and finding them."""

import pytest

from ftguard.scores.constraints.words import fold, occurs, plain_words, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Don\u2019t\n STOP ", "don't stop"),
        ("\u201cStra\u00dfe\u201d", '"strasse"'),
        ("\uff23\uff41\uff54 \ufb01ne", "cat fine"),
        ("e\u0301", "\u00e9"),
        ("", ""),
    ],
)
def test_what_reads_the_same_is_the_same(text: str, folded: str) -> None:
    """Case, width, ligatures, quotes, composed letters and blanks are folded."""
    assert fold(text) == folded


def test_words_keep_their_punctuation() -> None:
    """Blanks and dashes tell them apart; what holds no letter or digit is none."""
    assert words("Well-known, isn't it?\n* 3.5--four \u2014 !") == [
        "Well-known,",
        "isn't",
        "it?",
        "3.5",
        "four",
    ]


def test_plain_words_are_bare() -> None:
    """Without case, punctuation and apostrophes; hyphens divide, vowel signs do not."""
    assert plain_words("Isn't it Well-known? _3_ \u0939\u093f\u0928\u094d\u0926\u0940") == [
        "isnt",
        "it",
        "well",
        "known",
        "3",
        "\u0939\u093f\u0928\u094d\u0926\u0940",
    ]


def test_plain_words_of_scripts_without_spaces_are_characters() -> None:
    """Also beside words of another script."""
    assert plain_words("\u732bcat\u72d7\u3002") == ["\u732b", "cat", "\u72d7"]


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("cat", "a cat.", True),
        ("cat", "category, a cat", True),
        ("cat", "category", False),
        ("cat", "bobcat", False),
        ("a b", "xa b", False),
        ("c++", "c++ and c", True),
        ("\u732b", "\u5c0f\u732b\u54aa", True),
    ],
)
def test_phrases_are_found_as_whole_words(phrase: str, text: str, found: bool) -> None:
    """At any place; within other words only where words are not told apart."""
    assert occurs(phrase, text) == found
