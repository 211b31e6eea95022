"""How far raters agree, against values worked out by hand."""

from collections.abc import Callable

import pytest

from ftguard.rating.agreement import agreement
from ftguard.rating.store import Choice, Rating

Mark = Callable[..., Rating]
KEY: dict[str, Choice] = {"b": "base", "=": "tie", "t": "tuned", "s": "skip"}


def ratings(mark: Mark, **chosen: str) -> list[Rating]:
    """What each rater chose on pairs 0, 1, 2 and so on; a blank where one was not rated."""
    return [
        mark(f"general/{number}", KEY[letter], rater=rater)
        for rater, letters in chosen.items()
        for number, letter in enumerate(letters)
        if letter != " "
    ]


def test_without_overlap_there_is_no_agreement(mark: Mark) -> None:
    """One rater, two who share nothing, and a shared pair that one of them skipped."""
    assert agreement([]) is None
    assert agreement(ratings(mark, anna="bt=")) is None
    assert agreement(ratings(mark, anna="bt  ", ben="  tt")) is None
    assert agreement(ratings(mark, anna="b", ben="s")) is None


def test_krippendorffs_own_example_of_two_raters(mark: Mark) -> None:
    """Ten pairs, four of them seen differently, 14 and 6 of the two choices.

    alpha = 1 - 19 x 4 / (14 x 6) = 0.095 (Computing Krippendorff's Alpha-Reliability, A).
    """
    found = agreement(ratings(mark, meg="btbbbbbbtb", owen="tttbbtbbbb"))

    assert found is not None
    assert found.alpha == pytest.approx(1 - 19 * 4 / 84)
    assert (found.raters, found.same.n) == (2, 10)
    assert found.same.value == pytest.approx(0.6)


def test_a_tie_is_nearer_than_the_opposite(mark: Mark) -> None:
    """Pairs bb, =t, tt: 2 base, 1 tie, 3 tuned, so of ranks the squared distances are

    base-tie (1 + 0.5)^2 = 2.25, base-tuned (1 + 1 + 1.5)^2 = 12.25, tie-tuned (0.5 + 1.5)^2 = 4.
    Observed 2 x 4 / 6; by chance 2 x (2 x 2.25 + 6 x 12.25 + 3 x 4) / 30 = 6: alpha = 1 - 8/36.
    """  # noqa: D415
    found = agreement(ratings(mark, anna="b=t", ben="btt"))

    assert found is not None
    assert found.alpha == pytest.approx(1 - 8 / 36)


def test_three_raters_who_each_saw_a_part(mark: Mark) -> None:
    """Shared are pairs 0 (t, t, b: one of three pairs of raters agrees) and 1 (b, b): 2/3."""
    found = agreement(ratings(mark, anna="tb ", ben="t t", cleo="bb "))

    assert found is not None
    assert found.raters == 3
    assert found.same.n == 2
    assert found.same.value == pytest.approx((1 / 3 + 1) / 2)


def test_who_always_chooses_the_same_has_no_alpha(mark: Mark) -> None:
    """Full agreement, but chance has no measure."""
    found = agreement(ratings(mark, anna="ttt", ben="ttt"))

    assert found is not None
    assert (found.same.value, found.alpha, found.low) == (1.0, None, None)


def test_alpha_has_an_interval_where_pairs_are_many(mark: Mark) -> None:
    """It holds the value, and is the same each time; for fewer than ten pairs there is none."""
    many = ratings(mark, anna="bt=tbbt=tb" * 4, ben="bt=tbtt=bb" * 4)
    found = agreement(many)

    assert found == agreement(many)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.alpha is not None
    assert -1 < found.low < found.alpha < found.high <= 1
    few = agreement(ratings(mark, anna="bt=tbbt=t", ben="bt=tbtt=b"))
    assert few is not None
    assert few.low is None
