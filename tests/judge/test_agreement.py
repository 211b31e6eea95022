"""Agreement of a judge with people, beyond what chance brings."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from ftguard.errors import InputError
from ftguard.judge import kappa
from ftguard.judge.agreement import weighted_kappa


def test_full_agreement_and_its_opposite() -> None:
    """Equal ratings are 1, swapped ones are as far below chance."""
    same = kappa([1, 2, 3, 4, 5] * 4, [1, 2, 3, 4, 5] * 4)

    assert (same.kappa, same.low, same.high, same.n) == (1, 1, 1, 20)
    assert kappa([1, 5] * 10, [5, 1] * 10).kappa == -1


def test_the_weights_are_quadratic() -> None:
    """Four answers, ratings 1, 1, 3, 3 against 1, 3, 3, 3: one disagreement of weight 4, so the
    observed mean is 1; expected over all 16 pairs are 6 + 2 of the weight 4, so 32 / 16 = 2;
    kappa = 1 - 1 / 2."""  # noqa: D209
    got = kappa([1, 1, 3, 3], [1, 3, 3, 3])

    assert got.kappa == pytest.approx(0.5)
    assert got.low is not None
    assert got.high is not None
    assert got.low <= 0.5 <= got.high


def test_the_interval_is_of_the_same_kappa() -> None:
    """The bootstrap's formula over tables gives what scikit-learn gives over ratings."""
    generator = np.random.default_rng(0)
    for _ in range(20):
        ratings = generator.integers(1, 6, size=(30, 2))
        table = np.zeros((5, 5))
        for one, other in ratings:
            table[one - 1, other - 1] += 1 / 30
        known = cohen_kappa_score(ratings[:, 0], ratings[:, 1], weights="quadratic")
        assert weighted_kappa(table) == pytest.approx(known)


def test_only_what_both_rated_counts() -> None:
    """Unscored answers are left out, of n too."""
    got = kappa([1, None, 5, 3, 2], [1, 4, 5, None, 2])

    assert (got.n, got.kappa) == (3, 1)


@pytest.mark.parametrize("ratings", [[], [None], [3], [4, 4, 4]])
def test_without_different_ratings_there_is_no_kappa(ratings: list[int | None]) -> None:
    """A reason instead of a number."""
    got = kappa(ratings, ratings)

    assert got.kappa is None
    assert "fewer than two different ratings" in str(got.undefined)


def test_the_same_seed_draws_the_same_interval() -> None:
    """And few answers make it wide."""
    judge, people = [1, 2, 3, 4, 5, 4] * 3, [1, 3, 3, 5, 4, 2] * 3
    few, many = kappa(judge, people), kappa(judge * 20, people * 20)

    assert few == kappa(judge, people)
    assert (few.high or 0) - (few.low or 0) > 3 * ((many.high or 0) - (many.low or 0))


@pytest.mark.parametrize(
    ("judge", "people", "message"),
    [([1, 2], [1], "2 ratings of the judge for 1"), ([0, 2], [1, 2], "from 1 to 5")],
)
def test_sequences_that_do_not_fit_are_refused(
    judge: list[int | None], people: list[int | None], message: str
) -> None:
    """By length, or off the scale."""
    with pytest.raises(InputError, match=message):
        kappa(judge, people)
