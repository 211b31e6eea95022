"""Tests of answers in two parts."""

import pytest

from ftguard.scores.constraints.combination import repeat_prompt, two_responses


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("Yahweh\n******\nElohim", True),
        ("******\nYahweh\n******\nElohim\n******", True),
        ("Yahweh\n******\nyahweh", False),
        ("Yahweh", False),
        ("Yahweh\n******\n", False),
        ("a\n******\nb\n******\nc", False),
        ("a\n******\n******\nb", False),
        ("Yahweh\n***\nElohim", False),
    ],
)
def test_two_responses_differ(text: str, met: bool) -> None:
    """Exactly two, divided by six asterisks, and not only case tells them apart."""
    assert two_responses(text) == met


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("Name a river.\nThe Nile.", True),
        ("name a  river. The Nile.", True),
        ("Name a river.", False),
        ("The Nile.", False),
        ("Sure! Name a river. The Nile.", False),
        ("Name one river. The Nile.", False),
    ],
)
def test_the_request_is_repeated_and_answered(text: str, met: bool) -> None:
    """First the request, word for word, then more."""
    assert repeat_prompt(text, prompt_to_repeat="Name a river.\n") == met
