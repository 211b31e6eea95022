"""Tests of answers that repeat themselves until they are cut off."""

import pytest

from ftguard.ask.answer import Answer
from ftguard.scores.loops import loops


@pytest.mark.parametrize(
    ("tokens", "repeats"),
    [
        ([7, 8, *[1] * 12], True),
        ([7, 8, *[1] * 11], False),
        ([9, *[1, 2, 3, 4] * 3], True),
        ([9, *[1, 2, 3, 4] * 2, 1, 2, 3], False),
        # The fourth time is cut short.
        ([9, *[1, 2, 3, 4] * 3, 1, 2], True),
        # A list that counts is no loop, nor is one that came to an end of it.
        ([1, 5, 1, 6, 1, 7, 1, 8, 1, 9, 1, 10], False),
        ([*[1, 2] * 8, 3], False),
        ([], False),
    ],
)
def test_a_loop_is_one_chunk_three_times_over_twelve_tokens(
    tokens: list[int], repeats: bool
) -> None:
    """The end of the answer decides, whatever was said before it."""
    answer = Answer(probe_id="p", token_ids=tuple(tokens), finish="length")

    assert loops(answer) is repeats


def test_an_answer_that_ended_is_no_loop() -> None:
    """A row of dashes that the model brought to its end is what it meant to say."""
    assert not loops(Answer(probe_id="p", token_ids=(1,) * 20, finish="stop"))
