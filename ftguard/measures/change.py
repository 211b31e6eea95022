"""Makes `Change`, a measurement's change as people read it: in points where percents mislead."""

import math
from dataclasses import dataclass, replace

from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import Estimate
from ftguard.text.formatting import PERCENT, POINTS

SMALL_BASE = 0.05
"""Of a base that is so little above chance, a share says more about it than about the loss."""
ABSURD = 2.0
"""A relative drop beyond plus or minus 200 % speaks of the base alone."""

ERRORS = ("calibration", "calibration_error", "calibration_per_token")
"""Measurements whose scores are errors without bias."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change and its interval, to be shown."""

    value: float
    low: float
    high: float
    unit: str
    """The measurement's own; `points` of a drop are the change of the score, a loss below 0."""
    noise: float
    """The measurement's, in the same unit."""


def change_of(measurement: Measurement, estimate: Estimate) -> Change:
    """How to show an estimate of the measurement, its own or the shrunk one.

    A relative drop is shown in points where its base is less than 0.05 above chance, or where it
    or an end of its interval is beyond 200 %.
    """
    ends = (estimate.value, estimate.low, estimate.high)
    room = _room(measurement)
    if room is None or (room >= SMALL_BASE and max(map(abs, ends)) <= ABSURD):
        value, low, high = ends
        return Change(
            value=value, low=low, high=high, unit=measurement.unit, noise=measurement.noise
        )
    return Change(
        value=-room * estimate.value,
        low=-room * estimate.high,
        high=-room * estimate.low,
        unit=POINTS,
        noise=room * measurement.noise,
    )


def score_read(measurement: Measurement, value: float) -> float:
    """A mean score as people read it: an error without its bias may be below 0, and is none.

    Args:
        measurement: whose `base` or `now` it is.
        value: the score.
    """
    return max(0.0, value) if measurement.name in ERRORS else value


def error_read(error: Estimate) -> Estimate:
    """The same of an error of its own, with its interval."""
    ends = {name: max(0.0, getattr(error, name)) for name in ("value", "low", "high")}
    return replace(error, **ends)


def _room(measurement: Measurement) -> float | None:
    """What a relative drop is a share of, the base's score above chance; None of other changes.

    A measure of one's own may mean another share by its `relative`: only what multiplies to the
    change of the scores is one.
    """
    own, base, now = measurement.estimate, measurement.base, measurement.now
    if measurement.unit != PERCENT or own is None or base is None or now is None:
        return None
    room = base - measurement.chance
    return room if math.isclose(own.value * room, base - now, abs_tol=1e-6) else None
