"""Tests of what a time buys; every expectation is worked out by hand."""

import pytest

from ftguard.run.budget.allocation import Part, allocate


def test_cheap_questions_are_asked_more_by_the_root_of_their_price() -> None:
    """Prices 1 and 4, equal weights: numbers go as 2 to 1, so 12 s buy 4 and 2 (4 + 8 s)."""
    parts = {"cheap": Part(size=100, price=1.0), "dear": Part(size=100, price=4.0)}
    assert allocate(parts, 12.0) == pytest.approx({"cheap": 4.0, "dear": 2.0})


def test_what_a_small_part_cannot_use_goes_to_the_others() -> None:
    """Of 20 s each of two parts at 1 s would get 10; one has 3 only, so the other gets 17."""
    parts = {"small": Part(size=3, price=1.0), "large": Part(size=100, price=1.0)}
    assert allocate(parts, 20.0) == pytest.approx({"small": 3.0, "large": 17.0})


def test_a_settled_part_gets_less() -> None:
    """A quarter of the weight is half of the number: 12 s at 1 s each are 8 and 4."""
    parts = {
        "open": Part(size=100, price=1.0),
        "settled": Part(size=100, price=1.0, weight=0.25),
    }
    assert allocate(parts, 12.0) == pytest.approx({"open": 8.0, "settled": 4.0})


def test_time_enough_buys_everything_and_none_buys_nothing() -> None:
    """1,000 s buy all 30 questions of 1 s; 0 s and less none; an empty part takes part in none."""
    parts = {"one": Part(size=10, price=1.0), "two": Part(size=20, price=1.0)}
    assert allocate(parts, 1000.0) == {"one": 10.0, "two": 20.0}
    assert allocate(parts, 0.0) == allocate(parts, -1.0) == {"one": 0.0, "two": 0.0}
    assert allocate({"none": Part(size=0, price=0.0)}, 5.0) == {"none": 0.0}
