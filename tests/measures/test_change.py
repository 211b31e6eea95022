"""Tests of how a change is shown: in its own unit, and in points where percents mislead."""

from typing import Any

import pytest

from ftguard.measures.change import Change, change_of, error_read, score_read
from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import Estimate


def _estimate(value: float, half: float = 0.1) -> Estimate:
    return Estimate(
        value=value, low=value - half, high=value + half, level=0.95, n=9, stderr=0.1, dof=8
    )


def _drop(base: float, now: float, half: float = 0.1, **more: Any) -> Measurement:
    """The relative drop of a score, of which chance is none unless given."""
    value = (base - now) / (base - more.get("chance", 0.0))
    return Measurement(
        name="forgetting", slice="all", estimate=_estimate(value, half), base=base, now=now, **more
    )


def _change(measurement: Measurement) -> Change:
    assert measurement.estimate is not None
    return change_of(measurement, measurement.estimate)


@pytest.mark.parametrize(
    ("measurement", "unit"),
    [
        (_drop(0.5, 0.4), "relative"),
        (_drop(0.05, 0.04), "relative"),
        (_drop(0.049, 0.04), "points"),
        (_drop(0.29, 0.25, chance=0.25), "points"),
        (_drop(0.3, 0.86), "relative"),
        (_drop(0.3, 0.91, half=0.0), "points"),
        (_drop(0.5, 0.5, half=2.1), "points"),
    ],
)
def test_points_stand_in_where_percents_mislead(measurement: Measurement, unit: str) -> None:
    """Less than 0.05 above chance, or the drop or an end of its interval beyond 200 %."""
    assert _change(measurement).unit == unit


def test_points_are_the_change_of_the_score() -> None:
    """0.04 to 0.01 is a drop of 0.75 of it, give or take 0.5: -0.03, give or take 0.02."""
    change = _change(_drop(0.04, 0.01, half=0.5, noise=0.25))

    numbers = (change.value, change.low, change.high, change.noise)
    assert numbers == pytest.approx((-0.03, -0.05, -0.01, 0.01))


def test_a_shrunk_estimate_is_turned_by_the_same_base() -> None:
    """A category at 0.04 whose drop is pulled to 0.5 has lost 0.02."""
    change = change_of(_drop(0.04, 0.01), _estimate(0.5))

    assert change.unit == "points"
    assert change.value == pytest.approx(-0.02)


@pytest.mark.parametrize(
    "measurement",
    [
        Measurement(name="forgotten", slice="all", estimate=_estimate(0.01)),
        Measurement(name="mine", slice="all", estimate=_estimate(9.0), base=0.01, now=3.0),
        Measurement(
            name="target", slice="all", estimate=_estimate(9.0), base=0.01, now=9.01, unit="nats"
        ),
    ],
)
def test_what_is_no_share_of_the_base_stays_as_it_is(measurement: Measurement) -> None:
    """A share of the items, a relative number of one's own, and what is not relative."""
    assert measurement.estimate is not None
    change = _change(measurement)

    assert (change.value, change.unit) == (measurement.estimate.value, measurement.unit)


def test_an_error_without_its_bias_is_read_as_none_where_it_is_below_0() -> None:
    """Of calibration alone: other scores, and changes, are what they are."""
    error = Measurement(name="calibration", slice="target", estimate=None)
    score = Measurement(name="forgetting", slice="all", estimate=None)

    assert score_read(error, -0.004) == 0.0
    assert score_read(error, 0.004) == 0.004
    assert score_read(score, -0.004) == -0.004
    own = Estimate(value=-0.01, low=-0.03, high=0.01, level=0.95, n=9, stderr=0.01, dof=8)
    read = error_read(own)
    assert (read.value, read.low, read.high, read.n) == (0.0, 0.0, 0.01, 9)
