"""Tests of commas."""

import pytest

from ftguard.scores.constraints.punctuation import no_comma


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("One and two; three.", True),
        ("\u201clow quotes\u201e", True),
        ("One, two", False),
        ("1,000", False),
        ("\u4e00\uff0c\u4e8c", False),
        ("一、二", False),
        ("واحد، اثنان", False),
    ],
)
def test_there_is_no_comma(text: str, met: bool) -> None:
    """In no script, and in no number."""
    assert no_comma(text) == met
