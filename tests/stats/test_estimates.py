"""Tests of estimates: drops and intervals by hand, and how often an interval holds the truth."""

import math

import numpy as np
import pytest
from scipy import stats

from ftguard.stats.estimates import Array, Estimate, at_floor, mean_estimate, p_value, relative_drop

T_2 = 4.302653
"""Two-sided 95 % quantile of Student's t with 2 degrees of freedom; below with 6."""
T_6 = 2.446912


def _array(*values: float) -> Array:
    return np.array(values, dtype=float)


def _first(count: int, n: int) -> Array:
    """So many ones among n."""
    return np.array([1.0] * count + [0.0] * (n - count))


def test_a_mean_of_right_and_wrong_has_two_added_steps() -> None:
    """Differences 1, 0, 0, -1, 1: the mean is 1/5, the spread that of two steps more."""
    # Around 0.2: 0.64 + 0.04 + 0.04 + 1.44 + 0.64 = 2.8; with the steps 4.8 over n = 7.
    half = T_6 * math.sqrt((2.8 + 2) / 6 / 7)

    found = mean_estimate(_array(1, 0, 0, -1, 1), discrete=True)

    assert found.value == pytest.approx(0.2)
    assert (found.n, found.level) == (5, 0.95)
    assert (found.low, found.high) == pytest.approx((0.2 - half, 0.2 + half), rel=1e-6)


def test_a_mean_of_a_continuum_has_the_t_interval() -> None:
    """0.1, 0.2, 0.6: mean 0.3, squares 0.04 + 0.01 + 0.09 = 0.14, n = 3."""
    half = T_2 * math.sqrt(0.14 / 2 / 3)

    found = mean_estimate(_array(0.1, 0.2, 0.6), discrete=False)

    assert (found.low, found.high) == pytest.approx((0.3 - half, 0.3 + half), rel=1e-6)


def test_nothing_changed_on_five_items_is_no_certainty() -> None:
    """Five times 0 is 0 give or take 2.4469 * sqrt(2 / 6 / 7) = 0.534, and less with more items."""
    few = mean_estimate(np.zeros(5), discrete=True)
    many = mean_estimate(np.zeros(500), discrete=True)

    assert (few.low, few.value, few.high) == pytest.approx((-0.53396, 0, 0.53396), abs=1e-5)
    assert few.high > 50 * many.high > 0


def test_the_drop_is_what_was_lost_of_what_was_known() -> None:
    """Of four right answers two are lost and one is new: (2 - 1) / 4 = 25 %."""
    base, now = _array(1, 1, 1, 1, 0), _array(1, 1, 0, 0, 1)

    found = relative_drop(base, now, np.zeros(5), discrete=True)

    # (base - now) - 0.25 * base: -0.25, -0.25, 0.75, 0.75, -1; their squares add up to 2.25.
    half = T_6 * math.sqrt((2.25 + 2) / 6 / 7) / 0.8
    assert (found.value, found.n) == (0.25, 5)
    assert (found.low, found.high) == pytest.approx((0.25 - half, 0.25 + half), rel=1e-6)


def test_chance_is_not_counted_as_knowledge() -> None:
    """With 4 options chance is 1/4: 15 of 20 right is 15 - 5 = 10 known, so 4 lost are 40 %."""
    base, now = _first(15, 20), _first(11, 20)

    assert relative_drop(base, now, np.full(20, 1 / 4), discrete=True).value == 0.4


def test_chance_may_differ_from_probe_to_probe() -> None:
    """Two and five options: sum(base - chance) = 4 - (0.5 + 0.5 + 0.2 + 0.2) = 2.6, 1 lost."""
    found = relative_drop(np.ones(4), _array(1, 1, 1, 0), _array(0.5, 0.5, 0.2, 0.2), discrete=True)

    assert found.value == pytest.approx(1 / 2.6)


def test_the_drop_of_a_continuum_by_hand() -> None:
    """0.8, 0.6, 0.4 become 0.6, 0.6, 0.3: 0.3 of 1.8 is lost, a sixth."""
    found = relative_drop(_array(0.8, 0.6, 0.4), _array(0.6, 0.6, 0.3), np.zeros(3), discrete=False)

    # Residuals 0.2 - 0.8 / 6, 0 - 0.6 / 6, 0.1 - 0.4 / 6 = 1/15, -1/10, 1/30.
    half = T_2 * math.sqrt((1 / 225 + 1 / 100 + 1 / 900) / 2 / 3) / 0.6
    assert found.value == pytest.approx(1 / 6)
    assert (found.low, found.high) == pytest.approx((1 / 6 - half, 1 / 6 + half), rel=1e-6)


def test_a_gain_is_a_negative_drop() -> None:
    """From 2 right answers of 4 to 3: -50 %."""
    assert relative_drop(_first(2, 4), _first(3, 4), np.zeros(4), discrete=True).value == -0.5


def test_a_higher_level_is_wider() -> None:
    """At 99 % the half-width grows by t(0.995) / t(0.975) of 41 degrees of freedom."""
    base, now = _first(30, 40), _first(26, 40)
    at_95 = relative_drop(base, now, np.zeros(40), discrete=True)
    at_99 = relative_drop(base, now, np.zeros(40), discrete=True, level=0.99)

    assert at_99.level == 0.99
    assert (at_99.high - at_99.value) / (at_95.high - at_95.value) == pytest.approx(
        2.701181 / 2.019541, rel=1e-6
    )


@pytest.mark.parametrize(
    ("n", "right", "floor"), [(40, 3, True), (40, 4, False), (200, 3, True), (200, 4, False)]
)
def test_the_floor_without_chance(n: int, right: int, floor: bool) -> None:
    """Up to three right answers are no ability, of 40 as of 200."""
    # 40: 0.100 - 1.6829 * sqrt((3.60 + 2) / 41 / 42) = +0.004; with 3: 0.075 - 0.0886 < 0.
    # 200: 0.020 - 1.6525 * sqrt((3.92 + 2) / 201 / 202) = +0.00005; with 3: 0.015 - 0.0183 < 0.
    assert at_floor(_first(right, n), np.zeros(n), discrete=True) is floor


@pytest.mark.parametrize(("right", "floor"), [(25, True), (30, True), (33, True), (34, False)])
def test_the_floor_above_chance(right: int, floor: bool) -> None:
    """Of 100 questions with 4 options, 25 are guessed; 33 could be luck, 34 hardly."""
    # 33: 0.08 - 1.6601 * sqrt((100 * 0.33 * 0.67 + 2) / 101 / 102) = 0.08 - 0.0803 < 0
    # 34: 0.09 - 1.6601 * sqrt((100 * 0.34 * 0.66 + 2) / 101 / 102) = 0.09 - 0.0809 > 0
    assert at_floor(_first(right, 100), np.full(100, 0.25), discrete=True) is floor


def test_a_base_at_chance_has_no_drop() -> None:
    """One right answer of two with two options is no knowledge that could be lost."""
    with pytest.raises(ValueError, match="no better than chance"):
        relative_drop(_first(1, 2), _first(0, 2), np.full(2, 0.5), discrete=True)


def test_too_few_values_are_refused() -> None:
    """One continuous value has no spread; a single right or wrong has its two added steps."""
    with pytest.raises(ValueError, match="more than 1 probes"):
        mean_estimate(_array(0.3), discrete=False)
    with pytest.raises(ValueError, match="more than 0 probes"):
        mean_estimate(_array(), discrete=True)
    # n = 1 + 2, squares 0 + 2: 4.302653 * sqrt(2 / 2 / 3)
    assert mean_estimate(_array(1.0), discrete=True).high == pytest.approx(1 + T_2 / math.sqrt(3))


@pytest.mark.parametrize("field", ["value", "low", "high"])
def test_an_estimate_is_finite(field: str) -> None:
    """NaN never stands for a number, nor 100 % for a level."""
    numbers = {"value": 0.1, "low": 0.0, "high": 0.2, "level": 0.95} | {field: math.nan}
    with pytest.raises(ValueError, match="finite"):
        Estimate(**numbers, n=5, stderr=0.05, dof=4)
    with pytest.raises(ValueError, match="level"):
        Estimate(value=0.1, low=0.0, high=0.2, level=1.0, n=5, stderr=0.05, dof=4)


@pytest.mark.parametrize("n", [40, 200])
@pytest.mark.parametrize(
    ("lost", "found"), [(0.10, 0.10), (0.15, 0.05)], ids=["no true drop", "a true drop"]
)
def test_the_interval_holds_the_true_drop(n: int, lost: float, found: float) -> None:
    """Of 2000 paired samples so many hold the truth that 93 % at least are sure (99.9 %, exact).

    The base knows 70 %; of all items `lost` turn wrong and `found` turn right.
    """
    rng = np.random.default_rng(0)
    truth, samples = (lost - found) / 0.7, 2000
    held = 0
    for kind in rng.choice(4, p=[0.7 - lost, lost, found, 0.3 - found], size=(samples, n)):
        base, now = np.isin(kind, [0, 1]).astype(float), np.isin(kind, [0, 2]).astype(float)
        drop = relative_drop(base, now, np.zeros(n), discrete=True)
        held += drop.low <= truth <= drop.high

    assert stats.binomtest(held, samples).proportion_ci(0.999).low > 0.93


def test_a_p_value_is_that_of_students_t() -> None:
    """0.2 is two errors of 0.1 above 0 and one above 0.1; t(2) and t(1) with 30 degrees."""
    found = Estimate(value=0.2, low=0.0, high=0.4, level=0.95, n=31, stderr=0.1, dof=30)

    assert p_value(found) == pytest.approx(stats.t.sf(2, 30))
    assert p_value(found, 0.1) == pytest.approx(stats.t.sf(1, 30))
    assert p_value(found, 0.3) == pytest.approx(1 - stats.t.sf(1, 30))


def test_no_change_is_tested_with_its_own_error() -> None:
    """0.2 is two errors of no change above it; from elsewhere the value's own of 0.2 counts."""
    found = Estimate(
        value=0.2, low=-0.2, high=0.6, level=0.95, n=31, stderr=0.2, dof=30, null_stderr=0.1
    )

    assert p_value(found) == pytest.approx(stats.t.sf(2, 30))
    assert p_value(found, -0.2) == pytest.approx(stats.t.sf(2, 30))
    assert p_value(found, 0.1) == pytest.approx(stats.t.sf(0.5, 30))


def test_the_p_value_of_a_drop_is_that_of_the_paired_difference() -> None:
    """2 of 4 right answers of 40 are lost, none is won: 50 %, whose error is that of 2 of 40."""
    base, now = _first(4, 40), _first(2, 40)

    found = relative_drop(base, now, np.zeros(40), discrete=True)

    # Differences: mean 0.05, squares 2 * 0.95 = 1.9, and 2 for the steps; over the room of 0.1.
    error = math.sqrt(3.9 / 41 / 42)
    # Residuals of the ratio: 0.5, 0.5, -0.5, -0.5, squares 1, and 2.
    assert found.stderr == pytest.approx(math.sqrt(3 / 41 / 42) / 0.1)
    assert found.null_stderr == pytest.approx(error / 0.1)
    assert p_value(found) == pytest.approx(stats.t.sf(0.05 / error, 41))


def test_clusters_widen_the_error_of_no_change_too() -> None:
    """Four right answers from two texts; those of one are lost: differences 1, 1, 0, 0, and no
    text's other outcome to tell it from: sums 1 and -1 around the mean of a half.
    """
    found = relative_drop(
        np.ones(4), _array(0, 0, 1, 1), np.zeros(4), discrete=False, clusters=np.array([0, 0, 1, 1])
    )

    assert found.null_stderr == pytest.approx(math.sqrt(2 * 2 / 1) / 4)


def test_clusters_widen_the_interval() -> None:
    """Four differences from two texts, 0.3 and 0.3, 0.1 and 0.1: two clusters, not four items.

    Around the mean 0.2 the clusters' sums are 0.2 and -0.2; stderr = sqrt(0.08 * 2 / 1) / 4 = 0.1,
    with one degree of dof.
    """
    values = _array(0.3, 0.3, 0.1, 0.1)

    found = mean_estimate(values, discrete=False, clusters=np.array([0, 0, 1, 1]))

    assert (found.n, found.dof) == (4, 1)
    assert found.value == pytest.approx(0.2)
    assert found.stderr == pytest.approx(0.1)
    assert found.stderr > mean_estimate(values, discrete=False).stderr


def test_a_cluster_that_is_most_of_the_items_proves_nothing() -> None:
    """One text of 8 items turned wrong, two items of their own did not: 0.8 of 10.

    Without the text the mean of the two is 0, without one of them 8 / 9: left out, the three pull
    it by 0.8, -0.8 / 9 and as much; (2 / 3) * (0.64 + 2 * 0.0079) = 0.437. Equal clusters that
    weigh as much are 100 / (64 + 1 + 1), about two, with one degree of freedom.
    """
    found = mean_estimate(
        _first(8, 10), discrete=False, clusters=np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 2])
    )

    assert found.stderr == pytest.approx(math.sqrt(2 / 3 * (0.64 + 2 * (0.8 / 9) ** 2)))
    assert found.dof == 1


def test_every_item_its_own_cluster_changes_nothing() -> None:
    """The clustered formula is the ordinary one where nothing is shared."""
    values = _array(1, 0, 0, -1, 1)

    assert mean_estimate(values, discrete=True, clusters=np.arange(5)) == mean_estimate(
        values, discrete=True
    )
