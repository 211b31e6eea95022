"""Tests of calibration errors: by hand, against other libraries, and what noise reads as."""

import math
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate, stats

from ftguard.stats.calibration_change import calibration_change
from ftguard.stats.calibration_error import (
    BANDWIDTH,
    Confidences,
    brier_parts,
    brier_score,
    cross_fitted_ece,
    equal_mass_ece,
    equal_width_ece,
    negative_log_likelihood,
    overconfidence,
    smooth_ece,
)
from ftguard.stats.estimates import Array, Estimate, p_value

Error = Callable[[Array, Array], Array]
ECES: tuple[Error, ...] = (equal_width_ece, equal_mass_ece, smooth_ece, cross_fitted_ece)
ERRORS: tuple[Error, ...] = (*ECES, brier_score, negative_log_likelihood, overconfidence)

Law = Callable[[Array], Array]
"""How confident a model is, as quantiles."""
BETA: Law = stats.beta(5, 2).ppf
UNIFORM: Law = stats.uniform(0.25, 0.75).ppf
CALIBRATED = pytest.mark.parametrize("law", [BETA, UNIFORM], ids=["beta", "uniform"])


def _array(*values: float) -> Array:
    return np.array(values, dtype=float)


def _draw(n: int, seed: int, rows: tuple[int, ...] = ()) -> tuple[Array, Array]:
    """Confidences on a grid of thousandths, right with a probability 0.1 below."""
    rng = np.random.default_rng(seed)
    confidence = rng.integers(1, 1000, size=(*rows, n)) / 1000
    return confidence, (rng.random((*rows, n)) < confidence - 0.1).astype(float)


def _pairs(law: Law, runs: int, n: int, *, over: float = 0.0) -> tuple[Array, Array, Array, Array]:
    """Confidence and correctness of a calibrated base, and of a checkpoint too sure by `over`.

    Confidences are correlated (0.9 once made normal); an item is right where its luck is below its
    probability, and 12 % of the items have new luck, which flips some 10 % of them in all.
    """
    rng = np.random.default_rng(n)
    first, own, luck, other, kept = (rng.random((runs, n)) for _ in range(5))
    second = stats.norm.cdf(0.9 * stats.norm.ppf(first) + math.sqrt(0.19) * stats.norm.ppf(own))
    before, after = law(first), law(second)
    luck_after = np.where(kept < 0.12, other, luck)
    return before, (luck < before).astype(float), after, (luck_after < after - over).astype(float)


def _confidences(confidence: Array, correct: Array) -> Confidences:
    return Confidences(confidence=confidence, correct=correct)


def calibration_increase(
    before: Confidences, after: Confidences, *, level: float, seed: int, resamples: int = 2_000
) -> Estimate:
    """The increase alone."""
    return calibration_change(before, after, level=level, seed=seed, resamples=resamples).increase


# By hand


def test_equal_width_by_hand() -> None:
    """In fifteenths 0.10 and 0.12 share a bin, 0.90 and 0.95 do not."""
    # |0 + 1 - 0.22| + |1 - 0.90| + |1 - 0.95| = 0.78 + 0.10 + 0.05, over 4 items.
    found = equal_width_ece(_array(0.10, 0.12, 0.90, 0.95), _array(0, 1, 1, 1))

    assert found == pytest.approx(0.93 / 4)


def test_a_bin_starts_at_its_edge_and_the_last_ends_with_one() -> None:
    """Of two bins the upper one holds 0.5 and 1: |0 + 1 - 1.5| / 3; 0.4 is alone: |1 - 0.4| / 3."""
    found = equal_width_ece(_array(0.4, 0.5, 1.0), _array(1, 0, 1), bins=2)

    assert found == pytest.approx((0.6 + 0.5) / 3)


def test_equal_mass_by_hand() -> None:
    """Sorted 0.2, 0.4 | 0.6, 0.8, 0.9: gaps |1 - 0.6| and |2 - 2.3|, over 5 items."""
    found = equal_mass_ece(_array(0.8, 0.4, 0.9, 0.2, 0.6), _array(1, 0, 0, 1, 1), bins=2)

    assert found == pytest.approx((0.4 + 0.3) / 5)


def test_more_bins_than_items_are_one_bin_an_item() -> None:
    """Two items: (0.3 + 0.4) / 2."""
    assert equal_mass_ece(_array(0.7, 0.4), _array(1, 0)) == pytest.approx(0.35)


def test_cross_fitting_by_hand() -> None:
    """100 items at 0.5, 60 right: S = 10, v = 100 / 4 = 25, z = 2."""
    confidence, correct = np.full(100, 0.5), _array(*[1] * 60, *[0] * 40)

    # 10 * (2 * 0.977250 - 1) - 2 * 5 * 0.053991 = 9.54500 - 0.53991, over 100 items.
    assert cross_fitted_ece(confidence, correct) == pytest.approx(0.0900509, abs=1e-6)
    assert smooth_ece(confidence, correct) == pytest.approx(0.10)


def test_cross_fitting_is_the_mean_over_random_halves() -> None:
    """The same 60 of 100, halved 40,000 times: one half's sign times the other half's gap."""
    gaps = _array(*[0.5] * 60, *[-0.5] * 40)
    first = (np.random.default_rng(0).random((40_000, 100)) < 0.5) @ gaps
    second = gaps.sum() - first

    halves = (np.sign(first) * second + np.sign(second) * first) / 100

    # Its standard error is 0.0004; gaps come in steps of 0.5, which the normal law smooths over.
    assert halves.mean() == pytest.approx(0.09005, abs=2e-3)


@pytest.mark.parametrize("error", ECES)
def test_certainty(error: Error) -> None:
    """Sure and always right is no error at all, sure and always wrong the largest."""
    assert error(np.ones(20), np.ones(20)) == pytest.approx(0)
    assert error(np.ones(20), np.zeros(20)) == pytest.approx(1)


def test_brier_parts_by_hand() -> None:
    """Five times 0.2 with 1 right, five times 0.8 with 3 right."""
    confidence = _array(*[0.2] * 5, *[0.8] * 5)
    correct = _array(1, 0, 0, 0, 0, 1, 1, 1, 0, 0)

    found = brier_parts(confidence, correct, bins=2)

    # Accuracy 0.4: half of (0.2 - 0.2)^2 and (0.8 - 0.6)^2; of (0.2 - 0.4)^2 and (0.6 - 0.4)^2.
    assert found.reliability == pytest.approx(0.02)
    assert found.resolution == pytest.approx(0.04)
    assert found.uncertainty == pytest.approx(0.24)
    # (0.64 + 4 * 0.04 + 3 * 0.04 + 2 * 0.64) / 10 = 0.22 = 0.02 - 0.04 + 0.24
    assert brier_score(confidence, correct) == pytest.approx(0.22)


@pytest.mark.parametrize("n", [7, 50, 1000])
def test_brier_parts_add_up(n: int) -> None:
    """Also where confidences differ within a bin, and for many sets at once."""
    confidence, correct = _draw(n, seed=n, rows=(3,))

    parts = brier_parts(confidence, correct)

    assert parts.reliability - parts.resolution + parts.uncertainty == pytest.approx(
        brier_score(confidence, correct), abs=1e-12
    )


def test_log_likelihood_by_hand() -> None:
    """Half sure and right costs ln 2, a quarter sure and wrong -ln(3/4), in nats."""
    found = negative_log_likelihood(_array(0.5, 0.25), _array(1, 0))

    assert found == pytest.approx((math.log(2) - math.log(0.75)) / 2)


def test_a_sure_mistake_is_finite() -> None:
    """It counts as a chance of one in a million: ln 1e6 = 13.8155 nats, on either side."""
    assert negative_log_likelihood(_array(1, 0), _array(0, 1)) == pytest.approx(13.815511)


def test_overconfidence_has_a_sign() -> None:
    """0.9 and 0.7 sure, one right: 0.8 - 0.5; both right: 0.8 - 1."""
    assert overconfidence(_array(0.9, 0.7), _array(1, 0)) == pytest.approx(0.3)
    assert overconfidence(_array(0.9, 0.7), _array(1, 1)) == pytest.approx(-0.2)


# Against other computations


@pytest.mark.parametrize("n", [50, 200, 1000])
def test_equal_width_is_that_of_torchmetrics(n: int) -> None:
    """The number that papers report, to 1e-6."""
    torch = pytest.importorskip("torch")
    metrics = pytest.importorskip("torchmetrics.functional.classification")
    confidence, correct = _draw(n, seed=n)

    theirs = metrics.binary_calibration_error(
        torch.tensor(confidence), torch.tensor(correct).int(), n_bins=15, norm="l1"
    )

    assert equal_width_ece(confidence, correct) == pytest.approx(float(theirs), abs=1e-6)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("error", "equal_intervals"), [(equal_width_ece, True), (equal_mass_ece, False)]
)
def test_both_binnings_are_those_of_netcal(error: Error, equal_intervals: bool) -> None:
    """Its quantile bins coincide where the bins divide the items and no two items tie."""
    metrics = pytest.importorskip("netcal.metrics")
    rng = np.random.default_rng(0)
    confidence = rng.permutation(300) / 300 + 0.001
    correct = (rng.random(300) < confidence**2).astype(float)

    theirs = metrics.ECE(bins=15, equal_intervals=equal_intervals).measure(
        confidence, correct.astype(int)
    )

    assert error(confidence, correct) == pytest.approx(theirs, abs=1e-6)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("n", [50, 1000])
def test_smooth_is_that_of_relplot(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The authors' own SmoothECE at the same bandwidth, both on a fine mesh, to 1e-6."""
    relplot = pytest.importorskip("relplot")
    monkeypatch.setattr(relplot.config, "smECE_mesh_pts", 100_001)
    confidence, correct = _draw(n, seed=n)

    theirs = relplot.smECE_sigma(confidence, correct, BANDWIDTH)

    assert smooth_ece(confidence, correct, points=5000) == pytest.approx(theirs, abs=1e-6)


def test_bins_recomputed_item_by_item() -> None:
    """A plain loop finds the same, over bins of 10 items and over bins of a fifteenth."""
    confidence, correct = _draw(150, seed=1)
    items = sorted(zip(confidence.tolist(), correct.tolist(), strict=True), key=lambda i: i[0])
    mass = [items[start : start + 10] for start in range(0, 150, 10)]
    width = [[(c, y) for c, y in items if math.floor(c * 15) == index] for index in range(15)]

    for bins, error in ((mass, equal_mass_ece), (width, equal_width_ece)):
        expected = sum(abs(sum(y - c for c, y in each)) for each in bins) / 150
        assert error(confidence, correct) == pytest.approx(expected, abs=1e-12)


def test_smooth_recomputed_as_an_integral() -> None:
    """The integral over [0, 1] of |mean of gap * reflected Gaussian|, by quadrature."""
    confidence, correct = _draw(60, seed=2)

    def smoothed(t: float) -> float:
        copies = (
            stats.norm.pdf(t, at, BANDWIDTH) for at in (confidence, -confidence, 2 - confidence)
        )
        return abs(float(((correct - confidence) * sum(copies)).mean()))

    expected, _ = integrate.quad(smoothed, 0, 1, limit=500)
    assert smooth_ece(confidence, correct, points=5000) == pytest.approx(expected, abs=1e-6)
    assert smooth_ece(confidence, correct) == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("error", ERRORS)
def test_leading_axes_are_sets_of_items(error: Error) -> None:
    """5 x 20 sets of 120 items, more than one block, are the sets one by one."""
    confidence, correct = _draw(120, seed=3, rows=(5, 20))

    found = error(confidence, correct)

    assert found.shape == (5, 20)
    one_by_one = [error(c, y) for c, y in zip(confidence[3], correct[3], strict=True)]
    assert found[3] == pytest.approx(np.array(one_by_one), abs=1e-12)


@pytest.mark.parametrize("error", [equal_width_ece, smooth_ece, cross_fitted_ece])
def test_order_does_not_matter(error: Error) -> None:
    """Not even among equal confidences, as long as no bin's edge has to part them."""
    confidence, correct = _array(*[0.9] * 30, *[0.6] * 10), _array(*[1] * 20, *[0] * 20)
    order = np.random.default_rng(0).permutation(40)

    assert error(confidence[order], correct[order]) == pytest.approx(error(confidence, correct))


# What is read out of noise


@CALIBRATED
@pytest.mark.parametrize(("n", "runs"), [(50, 3000), (100, 2000), (200, 1000), (1000, 300)])
def test_a_calibrated_model_reads_zero(law: Law, n: int, runs: int) -> None:
    """Of one model and of a difference the bias is below 0.01, four standard errors included."""
    before, was, after, now = _pairs(law, runs, n)

    one, other = cross_fitted_ece(before, was), cross_fitted_ece(after, now)

    for found in (one, other - one):
        assert abs(found.mean()) + 4 * found.std() / math.sqrt(runs) < 0.01
    assert equal_width_ece(before, was).mean() > 0.03, "the plain one does not"


@CALIBRATED
def test_a_true_error_is_found_but_never_overstated(law: Law) -> None:
    """0.10 too sure reads 0.08 to 0.10 on 200 items; plain bins make less than 0.06 of it."""
    before, was, after, now = _pairs(law, 1000, 200, over=0.1)

    def increase(error: Error) -> float:
        return float((error(after, now) - error(before, was)).mean())

    assert 0.08 < increase(cross_fitted_ece) < 0.10
    assert increase(equal_width_ece) < 0.06


def test_errors_that_cancel_are_found() -> None:
    """0.2 too sure on one half and 0.2 too modest on the other read 0.2, though the means agree."""
    confidence = _array(*[0.9] * 500, *[0.3] * 500)
    correct = _array(*[1] * 350, *[0] * 150, *[1] * 250, *[0] * 250)

    assert overconfidence(confidence, correct) == pytest.approx(0)
    assert cross_fitted_ece(confidence, correct) == pytest.approx(0.2, abs=1e-3)


# The increase


def test_nothing_changed_is_no_certainty() -> None:
    """The same 98 items again: 0, give or take one step up and one down, and p = 1/2."""
    same = _confidences(*_draw(98, seed=4))

    found = calibration_increase(same, same, level=0.95, seed=0)

    # t(0.975) of 99 degrees of freedom is 1.984217; sqrt(2 / 99 / 100) = 0.0142134.
    assert (found.value, found.n, found.level, p_value(found)) == (0, 98, 0.95, 0.5)
    assert (found.low, found.high) == pytest.approx((-0.0282021, 0.0282021), abs=1e-6)


def test_the_interval_is_that_of_a_bootstrap_of_pairs() -> None:
    """Items drawn by index, both sides computed anew: the spread is the same within 10 %."""
    before, was, after, now = (each[0] for each in _pairs(BETA, 1, 200, over=0.1))
    drawn = np.random.default_rng(1).integers(200, size=(2000, 200))

    def increase(index: NDArray[np.int64]) -> Array:
        return cross_fitted_ece(after[index], now[index]) - cross_fitted_ece(
            before[index], was[index]
        )

    found = calibration_increase(
        _confidences(before, was), _confidences(after, now), level=0.90, seed=0
    )

    error = math.hypot(increase(drawn).std(), math.sqrt(2 / 201 / 202))
    assert found.value == pytest.approx(increase(np.arange(200)))
    # t(0.95) of 201 degrees of freedom is 1.652470.
    assert found.high - found.value == pytest.approx(1.652470 * error, rel=0.1)
    assert found.value - found.low == pytest.approx(found.high - found.value)
    assert p_value(found) == pytest.approx(
        stats.t.sf(1.652470 * found.value / (found.high - found.value), 201)
    )


def test_before_and_after_are_opposites() -> None:
    """Seen from the checkpoint, the base's increase is the checkpoint's decrease."""
    before, was, after, now = (each[0] for each in _pairs(UNIFORM, 1, 100, over=0.2))
    base, tuned = _confidences(before, was), _confidences(after, now)

    there = calibration_increase(base, tuned, level=0.95, seed=3)
    back = calibration_increase(tuned, base, level=0.95, seed=3)

    assert (back.value, back.low, back.high) == pytest.approx(
        (-there.value, -there.high, -there.low)
    )
    assert p_value(there) == pytest.approx(1 - p_value(back))


def test_the_seed_decides() -> None:
    """The same seed gives the same numbers to the last bit; another one, another interval."""
    before, was, after, now = (each[0] for each in _pairs(BETA, 1, 60))
    pair = _confidences(before, was), _confidences(after, now)

    first = calibration_increase(*pair, level=0.95, seed=0)

    assert first == calibration_increase(*pair, level=0.95, seed=0)
    assert first != calibration_increase(*pair, level=0.95, seed=1)


@CALIBRATED
@pytest.mark.parametrize(("n", "runs"), [(50, 400), (200, 160)])
def test_a_model_that_is_no_worse_is_seldom_called_worse(law: Law, n: int, runs: int) -> None:
    """Of many calibrated pairs no more have p < alpha than chance allows (99.9 %, exact)."""
    p_values = _p_values(law, runs, n)

    for alpha in (0.05, 0.0125, 0.00125):
        alarms = int((p_values < alpha).sum())
        assert stats.binomtest(alarms, runs, alpha, alternative="greater").pvalue > 0.001


def test_a_worse_model_is_called_worse() -> None:
    """0.10 too sure on 200 items: at alpha = 5 % surely more than half of 150 (99.9 %, exact)."""
    alarms = int((_p_values(BETA, 150, 200, over=0.1) < 0.05).sum())

    assert stats.binomtest(alarms, 150).proportion_ci(0.999).low > 0.5


def _p_values(law: Law, runs: int, n: int, *, over: float = 0.0) -> Array:
    """Of one increase a run; 200 draws give the standard error within 5 %."""
    found = [
        calibration_increase(
            _confidences(before, was), _confidences(after, now), level=0.95, seed=0, resamples=200
        )
        for before, was, after, now in zip(*_pairs(law, runs, n, over=over), strict=True)
    ]
    return np.array([p_value(estimate) for estimate in found])


def test_memory_is_bounded() -> None:
    """2,000 draws of 5,000 items would be 80 MB at once; in blocks it is less than 40 MB."""
    side = _confidences(*_draw(5000, seed=5))

    tracemalloc.start()
    calibration_increase(side, side, level=0.95, seed=0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 40e6


def test_pairs_are_as_many_on_both_sides() -> None:
    """Three items before and two after can't be paired."""
    with pytest.raises(ValueError, match="3 items before and 2 after"):
        calibration_increase(
            _confidences(np.ones(3), np.ones(3)),
            _confidences(np.ones(2), np.ones(2)),
            level=0.95,
            seed=0,
        )


@pytest.mark.parametrize(
    ("confidence", "correct"),
    [
        ([0.5], [1.0, 0.0]),
        ([], []),
        ([[0.5]], [[1.0]]),
        ([math.nan], [1.0]),
        ([1.1], [1.0]),
        ([0.5], [-0.1]),
    ],
)
def test_confidences_are_checked(confidence: list[float], correct: list[float]) -> None:
    """As many of both, at least one, in one row, and all of them in [0, 1]."""
    with pytest.raises(ValueError, match=r"as many confidences|in \[0, 1\]"):
        _confidences(np.array(confidence), np.array(correct))
