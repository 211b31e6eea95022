"""Tests of the curves through a run's checkpoints: where they go, how sure they are, what lasts."""

import numpy as np
import pytest

from ftguard.stats.curve import MOST, PERHAPS_STILL, Curve, Series, fit_curves
from ftguard.stats.estimates import Array

TEN = np.arange(1, 11) / 10


def _independent(values: Array, stderr: float) -> Series:
    return Series(values=values, covariance=np.eye(values.size) * stderr**2)


def test_what_is_measured_exactly_is_believed() -> None:
    """With errors of 0.001 the curve is what was measured, whatever its shape."""
    values = np.array([0.0, 0.1, 0.3, 0.3, 0.1, 0.2, 0.2, 0.0, 0.1, 0.4])
    (curve,) = fit_curves(TEN, [_independent(values, 0.001)])

    assert curve.value == pytest.approx(values, abs=0.002)


def test_noise_about_a_line_is_smoothed() -> None:
    """0.2 t with errors of +-0.05 in turn comes out nearer to 0.2 t than it was measured."""
    values = 0.2 * TEN + 0.05 * np.where(np.arange(10) % 2, 1, -1)
    (curve,) = fit_curves(TEN, [_independent(values, 0.05)])

    assert np.abs(curve.value - 0.2 * TEN).max() < 0.025
    assert (curve.stderr < 0.05).all()


def test_errors_that_are_shared_cancel_between_looks() -> None:
    """0.2 t, read 0.05 too high at every look by the same luck, is seen to be 0.2 t.

    For it starts at 0; were each look's error its own, ten of them would not be so wrong.
    """
    values = 0.2 * TEN + 0.05
    almost_one = 0.05**2 * (0.95 + 0.05 * np.eye(10))
    (shared,) = fit_curves(TEN, [Series(values=values, covariance=almost_one)])
    (own,) = fit_curves(TEN, [_independent(values, 0.05)])

    assert shared.value[-1] == pytest.approx(0.2, abs=0.02)
    assert own.value[-1] > 0.225


def test_a_step_is_not_smeared() -> None:
    """A jump from 0 to 0.3, eight errors high, is read as one: before it 0, after it 0.3."""
    (curve,) = fit_curves(TEN, [_independent(np.where(TEN > 0.55, 0.3, 0.0), 0.037)])

    assert curve.value[4] < 0.06
    assert curve.value[5] > 0.24


def test_the_beginning_is_sure() -> None:
    """The base is itself: a first look at a hundredth of the run, 0.1 off, is not believed."""
    times = np.array([0.01, 0.5, 1.0])
    (curve,) = fit_curves(times, [_independent(np.array([0.1, 0.0, 0.0]), 0.05)])

    assert abs(curve.value[0]) < 0.03


def test_series_of_one_kind_share_how_they_move() -> None:
    """A weak deviation among still ones is read as stillness; among moving ones it is believed."""
    some, none = 0.06 * np.ones(10), np.zeros(10)
    moving = 0.4 * TEN
    with_still = fit_curves(TEN, [_independent(v, 0.05) for v in (some, none, none)], PERHAPS_STILL)
    with_moving = fit_curves(
        TEN, [_independent(v, 0.05) for v in (some, moving, -moving)], PERHAPS_STILL
    )

    assert with_still[0].value[-1] < with_moving[0].value[-1]


def test_the_expected_excess_of_a_normal() -> None:
    """At the limit it is 0.3989 stderr (the normal density at 0); far below it is nothing.

    Far above it is the distance.
    """
    curve = Curve(
        weights=np.array([1.0]),
        means=np.array([[0.1, -0.9, 1.1]]),
        stderrs=np.array([[0.05, 0.05, 0.05]]),
    )

    found = [curve.at(point).excess(0.1) for point in range(3)]

    assert found == pytest.approx([0.05 * 0.39894, 0.0, 1.0], abs=1e-6)


def test_a_mixture_is_as_wide_as_its_parts_and_their_distance() -> None:
    """Means 0 and 0.2 with spread 0.1 each: mean 0.1, variance 0.01 + 0.01."""
    curve = Curve(
        weights=np.array([0.5, 0.5]),
        means=np.array([[0.0], [0.2]]),
        stderrs=np.array([[0.1], [0.1]]),
    )

    assert curve.value == pytest.approx([0.1])
    assert curve.stderr == pytest.approx([np.sqrt(0.02)])


def test_a_long_run_is_thinned_and_read_everywhere() -> None:
    """Four times as many looks as a fit rests on: each has its value, near what was measured."""
    times = np.arange(1, 4 * MOST + 1) / (4 * MOST)
    values = 0.3 * times
    (curve,) = fit_curves(times, [_independent(values, 0.02)])

    assert curve.value.shape == curve.stderr.shape == times.shape
    assert curve.value == pytest.approx(values, abs=0.03)
