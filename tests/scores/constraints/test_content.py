"""Tests of placeholders, postscripts and what was taken from the prompt."""

import pytest

from ftguard.scores.constraints.content import not_copied, number_placeholders, postscript


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("Dear [name], on [date]", True),
        ("[a] [b] [c]", True),
        ("[[name]] and [the\tdate]", True),
        ("Dear [name]", False),
        ("[] [ ] [name]", False),
        ("[na\nme] [date]", False),
    ],
)
def test_placeholders_are_in_square_brackets(text: str, met: bool) -> None:
    """At least two that are not blank, each on one line."""
    assert number_placeholders(text, num_placeholders=2) == met


@pytest.mark.parametrize(
    ("text", "marker", "met"),
    [
        ("Bye.\n\nP.S. Write soon.", "P.S.", True),
        ("Bye. p. s. write soon.", "P.S.", True),
        ("Bye.\n**P.S.** Write soon.", "P.S.", True),
        ("Bye.\nP.P.S. Write soon.", "P.P.S", True),
        ("Bye.\nP. P. S: write soon.", "P.P.S", True),
        ("Bye.\nNote: write soon.", "Note:", True),
        ("Bye.\nP.P.S. Write soon.", "P.S.", False),
        ("Bye.\nP.S. Write soon.", "P.P.S", False),
        ("Bye.\nP.S.", "P.S.", False),
        ("Add a postscript starting with P.S. at the end.", "P.S.", False),
        ("Bye. Write soon.", "Note:", False),
    ],
)
def test_a_postscript_begins_with_its_marker(text: str, marker: str, met: bool) -> None:
    """Something follows the marker, and no word stands before it on its line."""
    assert postscript(text, postscript_marker=marker) == met


PROMPT = "Summarize: The quick brown fox jumps over the lazy dog. It was late."


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("A fox leaps over a dog.", True),
        ("The quick brown fox leaps.", True),
        ("The quick, brown FOX\njumps.", False),
        ("He wrote \u201cthe lazy dog. It was\u201d.", False),
        (PROMPT, False),
        ("", True),
    ],
)
def test_no_long_run_is_copied(text: str, met: bool) -> None:
    """Four words in a row may be the prompt's, five may not; case and punctuation do not help."""
    assert not_copied(text, PROMPT, most_words=4) == met


def test_characters_count_where_words_are_not_told_apart() -> None:
    """Of seven Chinese characters in a row, six may not be taken where five may."""
    assert not_copied("今天天气很坏", "今天天气很好。", most_words=5)
    assert not not_copied("今天天气很好", "今天天气很好。", most_words=5)


def test_words_are_compared_whole() -> None:
    """`one two` is no part of `one twofold`."""
    assert not_copied("one twofold", "one two", most_words=1)
    assert not not_copied("one two fold", "one two", most_words=1)
