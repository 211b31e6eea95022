"""Reads each gate off the curve that all looks of a run make, not off one noisy point."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from ftguard.measures.change import ABSURD
from ftguard.measures.measurement import Measurement
from ftguard.stats.curve import PERHAPS_STILL, Series, fit_curves
from ftguard.stats.estimates import LEVEL, Array, Estimate
from ftguard.stats.looks import never_within, p_of_all, p_within, shrunk
from ftguard.verdict.gate import Gate, badness, limit_on

ALL, LIKELIHOOD, WORST = "all", "likelihood", "worst"
CURVED = ("target", "forgetting", "format", "own_answers", "tail")
"""What curves are read of: the size of a measure of one's own is not known beforehand."""
FEWEST = 2
"""Looks that make a curve."""
OF_SLICES = 1.5
"""What the p-value of a slice's look is multiplied by, for being one of several. With the number of
slices in its place more checkpoints are kept whose slice lost half (`tests/benchmarks/choice.py`).
"""
UNKNOWN = 1e3
"""The variance of what was not measured."""
WIDENED = 1.5
"""What a curve's standard error is multiplied by for its interval. The model is only likely, and
too sure by itself; so widened its 95 % hold the truth at 96 % of the checkpoints of curves of many
shapes (`held` in `tests/benchmarks/choice.py`)."""
HALF = float(special.ndtri((1 + LEVEL) / 2)) * WIDENED


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured at one checkpoint of a run."""

    progress: float
    """Share of the planned steps that are done, above 0."""
    measurements: Mapping[tuple[str, str], Measurement]
    """By name and slice."""

    @classmethod
    def at(cls, progress: float, measurements: Sequence[Measurement]) -> "Measured":
        """At a share of the run."""
        return cls(progress=progress, measurements={(m.name, m.slice): m for m in measurements})

    def find(self, name: str, slice: str) -> Measurement | None:
        """The measurement of that name and slice, where a curve can use it."""
        found = self.measurements.get((name, slice))
        if name not in CURVED or found is None or found.estimate is None:
            return None
        return found if len(found.influence) > 0 else None


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a curve says of one checkpoint."""

    gate: Gate
    """What it is held against."""
    estimate: Estimate
    """Of the change, turned so that higher is worse."""
    p_within: float
    """One-sided, of the change being within the limit, by the look itself or with those beside it;
    of a tail by the whole, or by the slice that says most against it (a look's times `OF_SLICES`).
    0 where no look of the run is within it: then no curve makes one of them a pass."""
    excess: float
    """The expectation of how far the change is beyond the limit, in its unit; at least 0."""
    slice: str
    """The slice that it is of: of a tail's worst, which one that is."""


def read_gate(gate: Gate, run: Sequence[Measured]) -> dict[int, Reading]:
    """What the curve of all looks says of each, by its place; nothing where nothing is known.

    There is no curve of fewer than two looks, nor of what does not say how its probes pull it
    (`Measurement.influence`). A tail's worst slice is the worst of curves, each of which is the
    whole's and the slice's own deviation from it: slices that differ by no more than chance makes
    them differ are read as the whole.

    Args:
        gate: the limit.
        run: its checkpoints so far, in the order of steps.
    """
    if gate.slice != WORST:
        return _read(gate, gate.slice, run)
    found: dict[int, Reading] = {}
    for whole in (ALL, LIKELIHOOD):
        for place, reading in _read_worst(gate, whole, run).items():
            known = found.get(place)
            if known is None or known.estimate.value < reading.estimate.value:
                found[place] = reading
    return found


def read_gain(slice: str, run: Sequence[Measured]) -> dict[int, float]:
    """What the curve of all looks says of the target's gain; places as in `read_gate`."""
    found = _read(Gate(measurement="target", slice=slice, limit=0.0), slice, run)
    return {place: -reading.estimate.value for place, reading in found.items()}


def _read(gate: Gate, slice: str, run: Sequence[Measured]) -> dict[int, Reading]:
    series = _known(gate.measurement, slice, run)
    if len(series) < FEWEST:
        return {}
    errors, limit = _series(series), limit_on(gate, next(iter(series.values())))
    (curve,) = fit_curves(_times(run, series), [errors])
    excess = curve.excess(limit)
    within = np.zeros(len(series)) if never_within(errors, limit) else p_within(errors, limit)
    return {
        place: Reading(
            gate=gate,
            estimate=_estimate(curve.value[index], curve.stderr[index], measurement),
            p_within=float(within[index]),
            excess=float(excess[index]),
            slice=slice,
        )
        for index, (place, measurement) in enumerate(series.items())
    }


def _read_worst(gate: Gate, whole: str, run: Sequence[Measured]) -> dict[int, Reading]:
    readings = _read(gate, whole, run)
    if not readings:
        return {}
    wholes = {place: run[place].measurements[gate.measurement, whole] for place in readings}
    slices = {name: _known(gate.measurement, name, run) for name in _slices(gate, whole, run)}
    # What is nearly the whole says nothing of its own.
    apart = {name: s for name, s in slices.items() if s and _share(s, wholes) < 1}
    if not apart:
        return readings
    times = _times(run, readings)
    curves = fit_curves(times, [_deviation(s, wholes) for s in apart.values()], PERHAPS_STILL)
    limit = limit_on(gate, next(iter(wholes.values())))
    doubts: dict[int, float] = {}
    for part in apart.values():
        for place, p in zip(part, _p_of_slice(_series(part), limit), strict=True):
            doubts[place] = min(doubts.get(place, 1.0), float(p))
    found = {}
    for index, (place, reading) in enumerate(readings.items()):
        values = [reading.estimate.value + float(curve.value[index]) for curve in curves]
        worst = int(np.argmax(values))
        stderr = float(np.hypot(reading.estimate.stderr, curves[worst].stderr[index]))
        name = list(apart)[worst]
        measurement = apart[name].get(place, wholes[place])
        found[place] = Reading(
            gate=gate,
            estimate=_estimate(values[worst], stderr, measurement),
            p_within=min(reading.p_within, doubts.get(place, 1.0)),
            excess=_excess(values[worst], stderr, limit),
            slice=name,
        )
    return found


def _slices(gate: Gate, whole: str, run: Sequence[Measured]) -> list[str]:
    """The named slices of a whole."""
    suffix = f"/{LIKELIHOOD}"
    names = {key[1] for one in run for key in one.measurements if key[0] == gate.measurement}
    named = sorted(names - {ALL, LIKELIHOOD, WORST})
    both = LIKELIHOOD in names
    return [n for n in named if n.endswith(suffix) == (whole == LIKELIHOOD) or not both]


def _known(name: str, slice: str, run: Sequence[Measured]) -> dict[int, Measurement]:
    found = ((place, one.find(name, slice)) for place, one in enumerate(run))
    known = {place: measurement for place, measurement in found if measurement is not None}
    # Looks at other probes are no points of one curve.
    size = len(next(reversed(known.values())).influence) if known else 0
    # So large a change speaks of a weak base alone, and is beyond what curves are thought to do.
    if any(abs(_change(m).value) > ABSURD for m in known.values()):
        return {}
    return {place: m for place, m in known.items() if len(m.influence) == size}


def _times(run: Sequence[Measured], places: Mapping[int, object]) -> Array:
    return np.array([run[place].progress for place in places])


def _change(measurement: Measurement) -> Estimate:
    bad = badness(measurement)
    if bad is None:
        raise ValueError(f"`{measurement.key}` has no estimate")
    return bad


def _series(measurements: Mapping[int, Measurement]) -> Series:
    """The errors' covariances are those of the probes that both looks asked."""
    changes = [_change(m) for m in measurements.values()]
    pulls = np.array([m.influence for m in measurements.values()])
    spread = np.sqrt((pulls**2).sum(axis=1))
    # The estimate's own error knows of what pulls do not show: few probes, none of which changed.
    stderr = np.maximum(spread, [change.stderr for change in changes])
    scale = np.where(spread > 0, spread, 1.0)
    correlation = shrunk(pulls @ pulls.T / np.outer(scale, scale))
    return Series(
        values=np.array([change.value for change in changes]),
        covariance=correlation * np.outer(stderr, stderr),
    )


def _p_of_slice(series: Series, limit: float) -> Array:
    """Of a slice one of several is always unlucky, but seldom at every look."""
    found = np.minimum(1.0, OF_SLICES * p_within(series, limit))
    if never_within(series, limit):
        found = np.minimum(found, p_of_all(series, limit))
    return np.asarray(found)


def _share(slice: Mapping[int, Measurement], wholes: Mapping[int, Measurement]) -> float:
    """A slice's share of the whole's probes."""
    sizes = [sum(_change(m).n for m in part.values()) / len(part) for part in (slice, wholes)]
    return sizes[0] / sizes[1]


def _deviation(slice: Mapping[int, Measurement], wholes: Mapping[int, Measurement]) -> Series:
    """How far a slice is from its whole, where the whole is known.

    A slice is part of its whole, which takes its share of the error away: with n of N equally
    noisy probes the difference has 1 - n/N of the slice's own variance.
    """
    own = _series(slice)
    index = {place: i for i, place in enumerate(slice)}
    values, covariance = np.zeros(len(wholes)), np.eye(len(wholes)) * UNKNOWN
    for row, (place, whole) in enumerate(wholes.items()):
        if place not in index:
            continue
        values[row] = own.values[index[place]] - _change(whole).value
        for column, other in enumerate(wholes):
            if other in index:
                covariance[row, column] = own.covariance[index[place], index[other]]
    known = [place in index for place in wholes]
    left = 1 - _share(slice, wholes)
    covariance[np.ix_(known, known)] *= left
    return Series(values=values, covariance=covariance)


def _estimate(value: float, stderr: float, measurement: Measurement) -> Estimate:
    change = _change(measurement)
    return Estimate(
        value=float(value),
        low=float(value - HALF * stderr),
        high=float(value + HALF * stderr),
        level=LEVEL,
        n=change.n,
        stderr=float(stderr),
        dof=change.dof,
    )


def _excess(value: float, stderr: float, limit: float) -> float:
    distance = (value - limit) / stderr
    density = math.exp(-0.5 * distance**2) / math.sqrt(2 * math.pi)
    return stderr * (distance * float(special.ndtr(distance)) + density)
