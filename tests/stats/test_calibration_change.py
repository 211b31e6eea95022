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
