"""Reads each gate off the curve that all looks of a run make, not off one noisy point."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from ftguard.measures.change import ABSURD
from ftguard.measures.measurement import Measurement
from ftguard.stats.curve import PERHAPS_STILL, Curve, Mixture, Series, fit_curves
from ftguard.stats.estimates import LEVEL, Array, Estimate
from ftguard.stats.looks import Sighting, Sightings, common_shares, shrunk
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
    series = _known("target", slice, run)
    if len(series) < FEWEST:
        return {}
    places = _places("target", slice, series, run)
    values = _fitted(_series(series), series, places, run).value
    return {place: -float(value) for place, value in zip(places, values, strict=True)}


class Places(Mapping[int, Unheld]):
    """What a curve says of each checkpoint by its place, worked out when it is asked for."""

    def __init__(
        self, places: Iterable[int] = (), at: Callable[[int], Unheld] | None = None
    ) -> None:
        self._places, self._at = dict.fromkeys(places), at

    def __iter__(self) -> Iterator[int]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, place: int) -> Unheld:
        if place not in self._places or self._at is None:
            raise KeyError(place)
        return self._at(place)


def read_unheld(name: str, slice: str, run: Sequence[Measured]) -> Places:
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
    both = [_read_worst(name, whole, run) for whole in (ALL, LIKELIHOOD)]

    def at(place: int) -> Unheld:
        return max((of[place] for of in both if place in of), key=lambda one: one.estimate.value)

    return Places((place for of in both for place in of), at)


def _read(name: str, slice: str, run: Sequence[Measured]) -> Places:
    series = _known(name, slice, run)
    if len(series) < FEWEST:
        return Places()
    errors, places = _series(series), _places(name, slice, series, run)
    curve = _fitted(errors, series, places, run)
    values, stderrs, seen = curve.value, curve.stderr, _Seen(errors, series, places)
    index_of = _index(places)

    def at(place: int) -> Unheld:
        index = index_of[place]
        return Unheld(
            estimate=_estimate(values[index], stderrs[index], series.get(place)),
            slice=slice,
            whole=seen[place],
            belief=curve.at(index),
            higher_is_better=next(iter(series.values())).higher_is_better,
        )

    return Places(places, at)


def _places(
    name: str, slice: str, known: Mapping[int, object], run: Sequence[Measured]
) -> list[int]:
    """The looks that a curve tells of: those that asked, and those that asked no probe of it."""
    left_out = [place for place, one in enumerate(run) if one.left_out(name, slice)]
    return sorted({*known, *left_out})


def _fitted(
    errors: Series, known: Mapping[int, object], places: Sequence[int], run: Sequence[Measured]
) -> Curve:
    """The curve of the looks that asked, read at others too, of which nothing is known."""
    at = [index for index, place in enumerate(places) if place in known]
    values, covariance = np.zeros(len(places)), np.eye(len(places)) * UNKNOWN
    values[at] = errors.values
    covariance[np.ix_(at, at)] = errors.covariance
    (curve,) = fit_curves(_times(run, places), [Series(values=values, covariance=covariance)])
    return curve


class _Seen:
    """What the looks say at each place; where one asked nothing, what those around it say."""

    def __init__(
        self, errors: Series, known: Mapping[int, Measurement], places: Sequence[int]
    ) -> None:
        sizes = [m.num_asked if m.num_in_all else _whole(known) for m in known.values()]
        self._looks, self._known = Sightings(errors, np.array(sizes)), known
        self._before, before = dict[int, int](), 0
        for place in places:
            self._before[place] = before
            before += place in known

    def __contains__(self, place: int) -> bool:
        return place in self._before

    def __getitem__(self, place: int) -> Sighting:
        before = self._before[place]
        return self._looks[before] if place in self._known else self._looks.between(before)


def _read_worst(name: str, whole: str, run: Sequence[Measured]) -> Places:
    wholes_read = _read(name, whole, run)
    if not wholes_read:
        return wholes_read
    wholes = _known(name, whole, run)
    slices = {one: _known(name, one, run) for one in _slices(name, whole, run)}
    # What is nearly the whole says nothing of its own.
    apart = {one: s for one, s in slices.items() if s and _share(s, wholes) < 1}
    if not apart:
        return wholes_read
    places = list(wholes_read)
    apart_from = [_deviation(s, wholes, places) for s in apart.values()]
    curves = fit_curves(_times(run, places), apart_from, PERHAPS_STILL)
    deviations = np.array([curve.value for curve in curves])
    stderrs = np.array([curve.stderr for curve in curves])
    # Where a look asked none of the slice, those around it speak of it as the whole's do.
    not_asked = [place for place in places if place not in wholes]
    seen = [_Seen(_series(part), part, sorted({*part, *not_asked})) for part in apart.values()]
    index_of = _index(places)

    def at(place: int) -> Unheld:
        index, read = index_of[place], wholes_read[place]
        values = read.estimate.value + deviations[:, index]
        worst = int(np.argmax(values))
        value, stderr = values[worst], np.hypot(read.estimate.stderr, stderrs[worst, index])
        of = list(apart)[worst]
        return replace(
            read,
            estimate=_estimate(value, stderr, apart[of].get(place, wholes.get(place))),
            slice=of,
            slices=tuple(looks[place] for looks in seen if place in looks),
            belief=Mixture(weights=np.ones(1), means=np.array([value]), stderrs=np.array([stderr])),
        )

    return Places(places, at)


def _index(places: Iterable[int]) -> dict[int, int]:
    """Where each place stands among these."""
    return {place: index for index, place in enumerate(places)}


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
    own, index = _series(slice), _index(slice)
    rows = [row for row, place in enumerate(places) if place in index and place in wholes]
    of = [index[places[row]] for row in rows]
    values, covariance = np.zeros(len(places)), np.eye(len(places)) * UNKNOWN
    values[rows] = own.values[of] - np.array([_change(wholes[places[row]]).value for row in rows])
    covariance[np.ix_(rows, rows)] = own.covariance[np.ix_(of, of)] * (1 - _share(slice, wholes))
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
