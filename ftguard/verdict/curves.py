"""Reads each gate off the curve that all looks of a run make, not off one noisy point."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from ftguard.measures.change import ABSURD
from ftguard.measures.measurement import Measurement
from ftguard.stats.curve import PERHAPS_STILL, Mixture, Series, fit_curves
from ftguard.stats.estimates import LEVEL, Array, Estimate
from ftguard.stats.looks import Sighting, between, common_shares, shrunk, sightings
from ftguard.verdict.gate import Gate, badness

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

    def left_out(self, name: str, slice: str) -> Measurement | None:
        """The measurement of that name and slice, where a budget left all of its probes out."""
        found = self.measurements.get((name, slice))
        return found if name in CURVED and found is not None and found.not_asked else None


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


@dataclass(frozen=True, kw_only=True, eq=False)
class Unheld:
    """What a curve says of one checkpoint before it is held against a limit."""

    estimate: Estimate
    """Of the change, turned so that higher is worse."""
    slice: str
    """The slice that it is of: of a tail's worst, which one that is."""
    whole: Sighting
    """What the looks of the whole say."""
    slices: tuple[Sighting, ...] = ()
    """Of a tail's worst: what the looks of each slice that was measured there say."""
    belief: Mixture
    """Where the change is believed to be."""
    higher_is_better: bool
    """Of what is measured: a gate's limit is then a least gain."""

    def held(self, gate: Gate) -> Reading:
        """The reading against a gate's limit."""
        limit = -gate.limit if self.higher_is_better else gate.limit
        return Reading(
            gate=gate,
            estimate=self.estimate,
            p_within=self.p_within(limit),
            excess=self.belief.excess(limit),
            slice=self.slice,
        )

    def p_within(self, limit: float) -> float:
        """As `Reading.p_within`, of a limit on what is turned so that higher is worse."""
        whole = 0.0 if self.whole.never_within(limit) else self.whole.p_within(limit)
        return min([whole, *(_p_of_slice(one, limit) for one in self.slices)])


def read_gate(gate: Gate, run: Sequence[Measured]) -> dict[int, Reading]:
    """What the curve of all looks says of each, by its place, held against a gate's limit."""
    found = read_unheld(gate.measurement, gate.slice, run)
    return {place: one.held(gate) for place, one in found.items()}


def read_gain(slice: str, run: Sequence[Measured]) -> dict[int, float]:
    """What the curve of all looks says of the target's gain; places as in `read_unheld`."""
    found = read_unheld("target", slice, run)
    return {place: -one.estimate.value for place, one in found.items()}


def read_unheld(name: str, slice: str, run: Sequence[Measured]) -> dict[int, Unheld]:
    """What the curve of all looks says of each, by its place; nothing where nothing is known.

    A look at a part of the probes is a point with a larger error, which it shares with another look
    as far as both asked the same; one that a budget had ask none is read off the looks around it.
    There is no curve of fewer than two looks, nor of what does not say how its probes pull it
    (`Measurement.influence`). A tail's worst slice is the worst of curves, each of which is the
    whole's and the slice's own deviation from it: slices that differ by no more than chance makes
    them differ are read as the whole.

    Args:
        name: of the measurement.
        slice: of it.
        run: its checkpoints so far, in the order of steps.
    """
    if slice != WORST:
        return _read(name, slice, run)
    found: dict[int, Unheld] = {}
    for whole in (ALL, LIKELIHOOD):
        for place, one in _read_worst(name, whole, run).items():
            known = found.get(place)
            if known is None or known.estimate.value < one.estimate.value:
                found[place] = one
    return found


def _read(name: str, slice: str, run: Sequence[Measured]) -> dict[int, Unheld]:
    series = _known(name, slice, run)
    if len(series) < FEWEST:
        return {}
    errors = _series(series)
    places = sorted({*series, *_left_out(name, slice, run)})
    (curve,) = fit_curves(_times(run, places), [_spread_out(errors, series, places)])
    values, stderrs = curve.value, curve.stderr
    return {
        place: Unheld(
            estimate=_estimate(values[index], stderrs[index], series.get(place)),
            slice=slice,
            whole=seen,
            belief=curve.at(index),
            higher_is_better=next(iter(series.values())).higher_is_better,
        )
        for index, (place, seen) in enumerate(_sightings(errors, series, places).items())
    }


def _left_out(name: str, slice: str, run: Sequence[Measured]) -> list[int]:
    """The looks that asked no probe of it."""
    return [place for place, one in enumerate(run) if one.left_out(name, slice)]


def _spread_out(errors: Series, known: Mapping[int, object], places: Sequence[int]) -> Series:
    """The same looks among others of which nothing is known."""
    at = [index for index, place in enumerate(places) if place in known]
    values, covariance = np.zeros(len(places)), np.eye(len(places)) * UNKNOWN
    values[at] = errors.values
    covariance[np.ix_(at, at)] = errors.covariance
    return Series(values=values, covariance=covariance)


def _sightings(
    errors: Series, known: Mapping[int, Measurement], places: Sequence[int]
) -> dict[int, Sighting]:
    """Of each place; of one that asked nothing, what those before and after it say."""
    sizes = np.array([m.num_asked if m.num_in_all else _whole(known) for m in known.values()])
    found, before, seen = {}, 0, sightings(errors, sizes)
    for place in places:
        found[place] = seen[before] if place in known else between(errors, sizes, before)
        before += place in known
    return found


def _read_worst(name: str, whole: str, run: Sequence[Measured]) -> dict[int, Unheld]:
    wholes_read = _read(name, whole, run)
    if not wholes_read:
        return {}
    wholes = _known(name, whole, run)
    slices = {one: _known(name, one, run) for one in _slices(name, whole, run)}
    # What is nearly the whole says nothing of its own.
    apart = {one: s for one, s in slices.items() if s and _share(s, wholes) < 1}
    if not apart:
        return wholes_read
    times = _times(run, wholes_read)
    places = list(wholes_read)
    apart_from = [_deviation(s, wholes, places) for s in apart.values()]
    curves = fit_curves(times, apart_from, PERHAPS_STILL)
    deviations = np.array([curve.value for curve in curves])
    seen: dict[int, list[Sighting]] = {}
    for part in apart.values():
        errors = _series(part)
        # Where a look asked none of the slice, those around it speak of it as the whole's do.
        at = sorted({*part, *(place for place in places if place not in wholes)})
        for place, one in _sightings(errors, part, at).items():
            seen.setdefault(place, []).append(one)
    found = {}
    for index, (place, read) in enumerate(wholes_read.items()):
        values = read.estimate.value + deviations[:, index]
        worst = int(np.argmax(values))
        value, stderr = values[worst], np.hypot(read.estimate.stderr, curves[worst].stderr[index])
        of = list(apart)[worst]
        found[place] = replace(
            read,
            estimate=_estimate(value, stderr, apart[of].get(place, wholes.get(place))),
            slice=of,
            slices=tuple(seen.get(place, ())),
            belief=Mixture(weights=np.ones(1), means=np.array([value]), stderrs=np.array([stderr])),
        )
    return found


def _slices(name: str, whole: str, run: Sequence[Measured]) -> list[str]:
    """The named slices of a whole."""
    suffix = f"/{LIKELIHOOD}"
    names = {key[1] for one in run for key in one.measurements if key[0] == name}
    named = sorted(names - {ALL, LIKELIHOOD, WORST})
    both = LIKELIHOOD in names
    return [n for n in named if n.endswith(suffix) == (whole == LIKELIHOOD) or not both]


def _known(name: str, slice: str, run: Sequence[Measured]) -> dict[int, Measurement]:
    found = ((place, one.find(name, slice)) for place, one in enumerate(run))
    known = {place: measurement for place, measurement in found if measurement is not None}
    # Looks at other probes are no points of one curve.
    size = len(next(reversed(known.values())).influence) if known else 0
    # So large a change speaks of a weak base alone, and is beyond what curves are thought to do;
    # that of a small part speaks of its size.
    if any(abs(_change(m).value) > ABSURD for m in known.values() if not m.num_in_all):
        return {}
    return {place: m for place, m in known.items() if len(m.influence) == size}


def _times(run: Sequence[Measured], places: Iterable[int]) -> Array:
    return np.array([run[place].progress for place in places])


def _change(measurement: Measurement) -> Estimate:
    bad = badness(measurement)
    if bad is None:
        raise ValueError(f"`{measurement.key}` has no estimate")
    return bad


def _whole(known: Mapping[int, Measurement]) -> int:
    """The probes of a full look, told alike for all: a few that are unscored do not count here."""
    return max(m.num_in_all or m.num_asked for m in known.values())


def _series(measurements: Mapping[int, Measurement]) -> Series:
    """The errors' covariances are those of the probes that both looks asked."""
    changes = [_change(m) for m in measurements.values()]
    # What was not asked is None, which is NaN here.
    pulls = np.array([m.influence for m in measurements.values()], dtype=np.float64)
    asked = ~np.isnan(pulls)
    pulls = np.where(asked, pulls, 0.0)
    spread = np.sqrt((pulls**2).sum(axis=1))
    # The estimate's own error knows of what pulls do not show: few probes, none of which changed.
    stderr = np.maximum(spread, [change.stderr for change in changes])
    scale = np.where(spread > 0, spread, 1.0)
    common = common_shares(asked.astype(np.float64))
    correlation = shrunk(pulls @ pulls.T / np.outer(scale, scale), common)
    return Series(
        values=np.array([change.value for change in changes]),
        covariance=correlation * np.outer(stderr, stderr),
    )


def _p_of_slice(seen: Sighting, limit: float) -> float:
    """Of a slice one of several is always unlucky, but seldom at every look."""
    found = min(1.0, OF_SLICES * seen.p_within(limit))
    return min(found, seen.p_of_all(limit)) if seen.never_within(limit) else found


def _share(slice: Mapping[int, Measurement], wholes: Mapping[int, Measurement]) -> float:
    """A slice's share of the whole's probes, asked or not."""
    sizes = [
        sum(m.num_in_all or _change(m).n for m in part.values()) / len(part)
        for part in (slice, wholes)
    ]
    return sizes[0] / sizes[1]


def _deviation(
    slice: Mapping[int, Measurement], wholes: Mapping[int, Measurement], places: Sequence[int]
) -> Series:
    """How far a slice is from its whole at each place, where both are known.

    A slice is part of its whole, which takes its share of the error away: with n of N equally
    noisy probes the difference has 1 - n/N of the slice's own variance. So it has where parts of
    both were asked, as long as each slice has its share of a part.
    """
    own = _series(slice)
    index = {place: i for i, place in enumerate(slice) if place in wholes}
    values, covariance = np.zeros(len(places)), np.eye(len(places)) * UNKNOWN
    for row, place in enumerate(places):
        if place not in index:
            continue
        values[row] = own.values[index[place]] - _change(wholes[place]).value
        for column, other in enumerate(places):
            if other in index:
                covariance[row, column] = own.covariance[index[place], index[other]]
    known = [place in index for place in places]
    left = 1 - _share(slice, wholes)
    covariance[np.ix_(known, known)] *= left
    return Series(values=values, covariance=covariance)


def _estimate(value: float, stderr: float, measurement: Measurement | None) -> Estimate:
    """Of a look; `n` is 0 where it asked nothing."""
    change = _change(measurement) if measurement else None
    return Estimate(
        value=float(value),
        low=float(value - HALF * stderr),
        high=float(value + HALF * stderr),
        level=LEVEL,
        n=change.n if change else 0,
        stderr=float(stderr),
        dof=change.dof if change else 1,
    )
