"""Tests of what the correlated looks of one run say together about a limit."""

import numpy as np
import pytest
from scipy import stats

from ftguard.stats.curve import Series
from ftguard.stats.estimates import Array
from ftguard.stats.looks import Sightings, common_shares, shrunk


def _series(values: list[float], stderr: float, correlation: float) -> Series:
    looks = len(values)
    alike = correlation + (1 - correlation) * np.eye(looks)
    return Series(values=np.array(values), covariance=alike * stderr**2)


def test_correlations_are_pulled_half_way_to_their_mean() -> None:
    """Of 0.9, 0.6 and 0.3 the mean is 0.6: they become 0.75, 0.6 and 0.45, and 1 stays 1."""
    found = shrunk(np.array([[1, 0.9, 0.6], [0.9, 1, 0.3], [0.6, 0.3, 1]]), np.ones((3, 3)))
    expected: Array = np.array([[1, 0.75, 0.6], [0.75, 1, 0.45], [0.6, 0.45, 1]])

    assert found == pytest.approx(expected)


def test_one_look_has_no_correlation_to_pull() -> None:
    """Its 1 is returned as it is."""
    assert shrunk(np.ones((1, 1)), np.ones((1, 1))) == pytest.approx(1.0)


def test_what_two_looks_share_is_told_by_the_probes_that_both_asked() -> None:
    """Of 4 and 4 probes 2 are common, which is a half; of 4 and 1 that are all one, a half too."""
    asked = np.array([[1, 1, 1, 1, 0, 0], [0, 0, 1, 1, 1, 1], [1, 0, 0, 0, 0, 0]], dtype=float)
    expected = np.array([[1, 0.5, 0.5], [0.5, 1, 0], [0.5, 0, 1]])

    assert common_shares(asked) == pytest.approx(expected)


def test_looks_at_parts_are_pulled_to_what_their_common_probes_make_likely() -> None:
    """Halves in common at 0.5 and 0.1, none at 0: so 0.6 of what is common is correlated.

    (0.5 + 0.1 + 0) over (0.5 + 0.5 + 0) is 0.6; of 0.5 it makes 0.3, to which 0.5 and 0.1 come
    half way: 0.4 and 0.2. Looks with no probe in common stay uncorrelated.
    """
    common = np.array([[1, 0.5, 0.5], [0.5, 1, 0], [0.5, 0, 1]])
    found = shrunk(np.array([[1, 0.5, 0.1], [0.5, 1, 0], [0.1, 0, 1]]), common)
    expected = np.array([[1, 0.4, 0.2], [0.4, 1, 0], [0.2, 0, 1]])

    assert found == pytest.approx(expected)


def test_few_common_probes_do_not_make_looks_more_alike_than_they_can_be() -> None:
    """By one common probe of ten, 0.3 / 0.1 = 3 times alike: it is taken for once, 0.1."""
    found = shrunk(np.array([[1, 0.3], [0.3, 1]]), np.array([[1, 0.1], [0.1, 1]]))

    assert found[0, 1] == pytest.approx((0.3 + 0.1) / 2)


def test_a_look_is_as_doubtful_as_those_beside_it() -> None:
    """0.2, 0.1 and 0.2 with independent errors of 0.05, against 0.1.

    The middle one by itself is right at the limit (p = 0.5); the mean of all three, 0.167 with an
    error of 0.05 / sqrt(3), is 2.309 errors beyond it.
    """
    found = Sightings(_series([0.2, 0.1, 0.2], 0.05, 0.0), np.full(3, 100))[1].p_within(0.1)

    assert found == pytest.approx(stats.norm.sf(2.309), rel=1e-2)


def test_the_mean_of_looks_that_share_their_luck_is_no_surer() -> None:
    """Three looks at 0.2 whose errors of 0.05 are one and the same: 2 errors beyond 0.1."""
    one, own = (
        Sightings(_series([0.2] * 3, 0.05, shared), np.full(3, 100))[0] for shared in (1.0, 0.0)
    )

    assert one.p_of_all(0.1) == pytest.approx(stats.norm.sf(2.0), rel=1e-3)
    assert own.p_of_all(0.1) == pytest.approx(stats.norm.sf(2 * np.sqrt(3)), rel=1e-2)


@pytest.mark.parametrize(
    ("values", "never"), [([0.11, 0.3, 0.2], True), ([0.11, 0.3, 0.1], False), ([0.0, 0.0], False)]
)
def test_one_look_within_the_limit_is_enough(values: list[float], never: bool) -> None:
    """Against 0.1, which is itself within."""
    found = Sightings(_series(values, 0.05, 0.5), np.full(len(values), 100))

    assert {one.never_within(0.1) for one in found} == {never}


def test_parts_are_taken_with_so_many_neighbours_as_ask_half_of_a_full_look() -> None:
    """Quarters of 25 at 0.3, 0.1, 0.3, 0.1, and a full look of 100 at 0.2; limit 0.15.

    The second with those beside it is 0.7 / 3; the last quarter with those beside it (25 at 0.3, 25
    at 0.1, 100 at 0.2) is 0.2, weighed by their probes. No quarter counts as within the limit by
    itself: 50 probes are enough, and the least of so many is 0.5 / 3, of the third and those beside
    it.
    """
    sizes = np.array([25, 25, 25, 25, 100])
    found = Sightings(_series([0.3, 0.1, 0.3, 0.1, 0.2], 0.05, 0.0), sizes)

    assert found[1].near.value == pytest.approx(0.7 / 3)
    assert found[3].near.value == pytest.approx(0.2)
    # Errors of 0.05, weighed 1, 1 and 4 of 6: the square root of 18 / 36 of them.
    assert found[3].near.stderr == pytest.approx(0.05 * np.sqrt(18) / 6, rel=1e-3)
    assert found[0].least == pytest.approx(0.5 / 3)
    assert found[0].never_within(0.15)


def test_between_two_looks_their_mean_speaks() -> None:
    """A look that asked nothing between 0.1 and 0.3 is near 0.2; after the last one, near that."""
    series, sizes = _series([0.1, 0.3], 0.05, 0.0), np.full(2, 100)

    assert Sightings(series, sizes).between(1).near.value == pytest.approx(0.2)
    assert Sightings(series, sizes).between(2).near.value == pytest.approx(0.3)
    assert Sightings(series, sizes).between(0).near.value == pytest.approx(0.1)
