"""Tests of what few probes leave open: the exact bound of no event, and how many do."""

import math

import numpy as np
import pytest
from numpy.random import default_rng
from scipy import stats

from ftguard.stats.few import fewest, independent, unseen


@pytest.mark.parametrize("n", [1, 3, 5, 7, 18, 28, 29, 40, 200])
def test_the_bound_is_the_exact_one_of_no_event(n: int) -> None:
    """The upper end of Clopper and Pearson's 90 % interval for 0 of n, as scipy has it; about 3/n
    from 30 on.
    """
    exact = stats.binomtest(0, n).proportion_ci(confidence_level=0.90, method="exact").high

    assert unseen(n) == pytest.approx(exact, rel=1e-9)
    if n >= 29:
        assert unseen(n) == pytest.approx(3 / n, rel=0.06)


def test_of_no_probe_all_may_be_lost_and_of_endless_many_none() -> None:
    """Both ends."""
    assert unseen(0) == 1.0
    assert unseen(math.inf) == 0.0


@pytest.mark.parametrize(
    ("share", "n"), [(0.10, 29), (0.15, 19), (0.5, 5), (0.05, 59), (1.0, 1), (0.0, math.inf)]
)
def test_how_many_leave_no_more_open(share: float, n: float) -> None:
    """log(0.05) / log(1 - share), rounded up: 28.4 for a tenth; one fewer leaves more."""
    assert fewest(share) == n
    if 1 < n < math.inf:
        assert unseen(n) <= share < unseen(n - 1)


def test_right_answers_are_what_can_be_lost() -> None:
    """12 right of 40 count as 12; weights of one size as many as they are; 40 in clusters of 4 as
    10; nothing at all as 0.
    """
    right = np.r_[np.ones(12), np.zeros(28)]

    assert independent(right) == 12
    assert independent(np.full(40, 0.3)) == pytest.approx(40)
    assert independent(np.ones(40), np.repeat(np.arange(10), 4)) == pytest.approx(10)
    assert independent(np.zeros(3)) == 0.0


def test_a_group_of_a_tenth_is_missed_by_29_probes_at_most_once_in_twenty() -> None:
    """(1 - 0.1)^29 = 4.7 %, (1 - 0.1)^28 = 5.2 %: drawn 20,000 times, within 3 standard errors."""
    generator = default_rng(0)
    for n, expected in ((28, 0.9**28), (29, 0.9**29)):
        missed = (generator.random((20_000, n)) > 0.1).all(axis=1).mean()
        assert missed == pytest.approx(expected, abs=0.005)
    assert 0.9**29 < 0.05 < 0.9**28
