"""Tests of how an answer begins and ends."""

import pytest

from ftguard.scores.constraints.startend import end_checker, quotation


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("A poem.\nHope you agree with me.", True),
        ("A poem. hope YOU agree\nwith me.", True),
        ('"A poem. Hope you agree with me."', True),
        ("A poem. **Hope you agree with me.**", True),
        ("Hope you agree with me. Bye.", False),
        ("A poem. Hope you agree with me!", False),
        ("A poem.", False),
    ],
)
def test_the_phrase_is_the_end(text: str, met: bool) -> None:
    """Case and line breaks, and quotes or emphasis behind it, are ignored; words are not."""
    assert end_checker(text, end_phrase="Hope you agree with me.") == met


def test_a_phrase_of_quotes_is_one_too() -> None:
    """It is not taken for nothing."""
    assert end_checker('He said "', end_phrase='"')
    assert not end_checker("He said", end_phrase='"')


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ('"All of it."', True),
        ("\u201cAll of it.\u201d", True),
        ('"a" and "b"', True),
        ('"All of it.', False),
        ('All of "it"', False),
        ("'All of it.'", False),
        ('"', False),
        ('""', False),
        ("\u300c\u4f60\u597d\u300d", True),
        ("\u300c\u300d", False),
    ],
)
def test_the_whole_is_quoted(text: str, met: bool) -> None:
    """Double quotation marks, of Chinese and Japanese too, with something between them."""
    assert quotation(text) == met
