"""Tests of dividing a text."""

import pytest

from ftguard.scores.constraints.parts import parts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a", ["a"]),
        ("a ** b", ["a", "b"]),
        ("**a**b**", ["a", "b"]),
        ("a****b", ["a", "", "b"]),
        ("**", []),
    ],
)
def test_only_inner_dividers_divide(text: str, found: list[str]) -> None:
    """Blank parts at the ends are none; one in the middle is there, and blank."""
    assert parts(text, "**") == found
