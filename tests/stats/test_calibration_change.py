"""Tests of what a calibration error became: the own error, and how each item pulls it."""

import math

import numpy as np
import pytest

from ftguard.stats.calibration_change import calibration_change
from ftguard.stats.calibration_error import POINTS, Confidences, contributions, cross_fitted
from ftguard.stats.estimates import Array


def _side(generator: np.random.Generator, n: int, over: float) -> Confidences:
    sure = generator.beta(5, 2, n)
    right = (generator.random(n) < sure - over).astype(float)
    return Confidences(confidence=sure, correct=right)


def _error(side: Confidences, weights: Array) -> float:
    gap, variance = contributions(side.confidence, side.correct, POINTS)
    return float(cross_fitted(weights @ gap, weights @ variance))


def test_the_error_after_has_its_own_interval() -> None:
    """100 items at 0.5, 60 right: 0.0900509, as the test of `cross_fitted_ece` has it.

    S has the standard deviation sqrt(100 * 0.6 * 0.4) = 4.9 around 10, and at z = 2 its derivative
    is 2 * 0.97725 - 1 + 4 * 2 * 0.053991 = 1.38643: the error's is 6.792 of 100 items.
    """
    before = Confidences(confidence=np.full(100, 0.5), correct=np.array([1.0, 0.0] * 50))
    after = Confidences(confidence=np.full(100, 0.5), correct=np.array([1.0] * 60 + [0.0] * 40))

    found = calibration_change(before, after, level=0.95, seed=0)

    assert found.error.value == pytest.approx(0.0900509, abs=1e-6)
    assert found.error.stderr == pytest.approx(
        math.hypot(0.06792, math.sqrt(2 / 101 / 102)), rel=0.08
    )
    assert found.error.n == 100
    # 40 of them pull it down by 0.6 and 60 up by 0.4 of 1.38643 / 100; the variance is constant.
    assert found.error_influence[[0, 99]] == pytest.approx(
        [0.4 * 0.0138643, -0.6 * 0.0138643], abs=1e-6
    )


@pytest.mark.parametrize("over", [0.0, 0.2])
def test_an_influence_is_what_a_little_more_weight_changes(over: float) -> None:
    """Each item weighed 1.0001 times: the change of the error per weight, less its mean."""
    side = _side(np.random.default_rng(1), 60, over)
    found = calibration_change(side, side, level=0.95, seed=0, resamples=10)

    ones, step = np.ones(60), 1e-4
    slopes = np.array(
        [
            (_error(side, ones + step * at) - _error(side, ones - step * at)) / (2 * step)
            for at in np.eye(60)
        ]
    )

    assert found.error_influence == pytest.approx(slopes - slopes.mean(), abs=1e-6)
    assert found.increase_influence == pytest.approx(np.zeros(60))


@pytest.mark.parametrize("n", [100, 400])
def test_the_influences_add_up_to_the_variance(n: int) -> None:
    """Their squares are the bootstrap's variance within a third, on the mean of 20 draws, also
    where there is nothing to be found; and they sum to 0.
    """
    for over in (0.0, 0.2):
        increase, error = [], []
        for seed in range(20):
            generator = np.random.default_rng(seed)
            before, after = _side(generator, n, 0.0), _side(generator, n, over)
            found = calibration_change(before, after, level=0.95, seed=0, resamples=500)
            increase.append(_share(found.increase_influence, found.increase.stderr))
            error.append(_share(found.error_influence, found.error.stderr))
            assert found.increase_influence.sum() == pytest.approx(0, abs=1e-12)

        for shares in (increase, error):
            assert 0.75 < np.mean(shares) < 1.33


def _share(influence: Array, stderr: float) -> float:
    return math.sqrt(float((influence**2).sum())) / stderr
