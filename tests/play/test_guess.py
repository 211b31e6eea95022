"""Which guesses were right."""

from typing import get_args

import pytest

from ftguard.play.guess import GUESSES, Guess, Last, Tally, is_right, tally

PASSED = Last(step=120, passed=True, breached=())
OPEN = Last(step=120, passed=None, breached=())
BLOCKED = Last(step=120, passed=False, breached=("forgetting/all", "calibration/general"))
STOOD_IN = Last(step=120, passed=False, breached=("own_answers/all",))


@pytest.mark.parametrize(
    ("last", "right"),
    [
        (PASSED, {"passed"}),
        (OPEN, {"undecided"}),
        (BLOCKED, {"forgetting/all", "calibration/general"}),
        (STOOD_IN, {"forgetting/all"}),
    ],
)
def test_a_guess_is_right_where_the_guard_said_so(last: Last, right: set[str]) -> None:
    """Of a blocked checkpoint any gate in breach; `own_answers` stands in for forgetting."""
    made: list[Guess] = [guess for guess in get_args(Guess) if guess != "none"]

    assert {guess for guess in made if is_right(guess, last)} == right


def test_no_guess_and_nothing_examined_are_neither() -> None:
    """They are not counted."""
    assert is_right("none", PASSED) is None
    assert is_right("passed", None) is None
    assert tally([True, None, False, True]) == Tally(right=2, made=3)


def test_every_guess_has_its_words() -> None:
    """The page shows them."""
    assert set(GUESSES) == set(get_args(Guess))
