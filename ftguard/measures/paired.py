"""Pairs the scores of two snapshots probe by probe, and groups probes into slices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ftguard.measures.measurement import NOT_ASKED, Measurement
from ftguard.measures.part import Part, asked, units_asked
from ftguard.probes.probe import OPEN, Probe
from ftguard.scores.snapshot import Snapshot, cut_off, values
from ftguard.stats.estimates import (
    LEVEL,
    Array,
    Clusters,
    Estimate,
    at_floor,
    drop_deviations,
    drop_of_part,
    influence,
    relative_drop,
)
from ftguard.stats.few import independent

LEAST_LIKELIHOOD = 0.01
"""A text that the base gives less per token (4.6 nats) is noise to it: nothing to lose."""
FLOOR = (
    "the base scores {base:.3f} on these {n} probes, not beyond chance ({chance:.2f}): give "
    "easier probes that it answers, or texts that it writes itself, read by likelihood "
    "(recipes/own_texts.py)"
)


@dataclass(frozen=True, kw_only=True)
class Paired:
    """Scores of the probes that are scored on both sides, each array of shape [n]."""

    base: Array
    now: Array
    chance: Array
    num_unscored: int
    lost: bool = False
    """Whether the base was right on a probe that the checkpoint has no score of."""
    num_cut_off: int = 0
    """Left out: the base's own answer was cut off."""
    discrete: bool
    """Whether the scores come in few steps (answers) or on a continuum (likelihoods)."""
    clusters: Clusters | None
    """The number of the source that each probe shares with others; None where none does."""
    units: Clusters | None = None
    """The number of each probe's source among those of all probes of the slice, scored or not, so
    that it is the same at every checkpoint; None where the probes stand alone and all are here."""
    num_units: int = 0
    part: Part | None = None
    """The slice that these are a part of; None where all of it was asked."""
    units_asked: NDArray[np.bool_] | None = None
    """Of a part: whether any probe of each source was asked, shape [num_units]."""

    def influence(self, deviations: Array) -> tuple[float | None, ...]:
        """How far each source pulls a mean; see `Measurement.influence`."""
        if self.units is None:
            return influence(deviations, np.arange(self.base.size), self.base.size)
        found = influence(deviations, self.units, self.num_units)
        if self.units_asked is None:
            return found
        return tuple(
            one if was_asked else None
            for one, was_asked in zip(found, self.units_asked, strict=True)
        )

    @property
    def num_in_all(self) -> int:
        """As `Measurement.num_in_all`."""
        return 0 if self.part is None else self.part.num_in_all

    def means(self, change: float) -> tuple[float | None, float | None]:
        """The mean of the base and of the checkpoint, by the mean change; see `Part.now`."""
        if self.part is not None:
            return self.part.mean, self.part.now(change)
        return float(self.base.mean()), float(self.now.mean())

    @property
    def known(self) -> tuple[Array, Array]:
        """The base's scores and those of guessing, on all probes that tell what it knows: those
        that are scored on both sides; of a part, all that the base has a score of.
        """  # noqa: D205
        if self.part is not None:
            return self.part.base, self.part.chance
        return self.base, self.chance

    @property
    def at_floor(self) -> bool:
        """Whether the base knows nothing here that it could lose."""
        base, chance = self.known
        if not base.size:
            return self.nothing_said
        if self.discrete:
            return at_floor(base, chance, discrete=True)
        return float(base.mean()) < LEAST_LIKELIHOOD

    @property
    def too_few(self) -> bool:
        """Whether there is no interval for so few."""
        independent = self.base.size if self.clusters is None else np.unique(self.clusters).size
        return independent < (1 if self.discrete else 2)

    @property
    def nothing_said(self) -> bool:
        """Whether the base was cut off wherever it was asked: it has nothing to lose."""
        return self.num_cut_off > 0 and not self.base.size and not self.num_unscored


def too_few(scored: int, cut: int) -> str:
    """Why there is no estimate of what was asked."""
    note = f"only {scored} probes were scored on both sides"
    if not cut:
        return note
    return f"{note}; on {cut} the base's answer was cut off: give more room (`max_new_tokens`)"


def why_none(pairs: Paired) -> str:
    """Why there is no estimate."""
    if pairs.part is not None and not (pairs.base.size + pairs.num_unscored + pairs.num_cut_off):
        return NOT_ASKED
    return too_few(pairs.base.size, pairs.num_cut_off)


def pair(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Paired:
    """Line up both sides' scores, leaving out probes unscored on either.

    Probes that a budget left out on either side are no part of it; the slice that they belong to
    is then its `part`.
    """
    slice_of_all, probes = probes, asked(probes, base, now)
    before, after, cut = values(base.scores), values(now.scores), cut_off(base.scores)
    both = [probe for probe in probes if probe.id in before and probe.id in after]
    names = _units(slice_of_all)
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names.values()))}
    units = {probe_id: numbers[name] for probe_id, name in names.items()}
    part = None
    if len(probes) < len(slice_of_all):
        known = [probe for probe in slice_of_all if probe.id in before]
        part = Part(
            num_in_all=len(slice_of_all),
            base=np.array([before[probe.id] for probe in known]),
            chance=np.array([probe.chance for probe in known]),
            clusters=_clusters(known),
        )
    return Paired(
        base=np.array([before[probe.id] for probe in both]),
        now=np.array([after[probe.id] for probe in both]),
        chance=np.array([probe.chance for probe in both]),
        num_unscored=sum(p.id not in cut for p in probes) - len(both),
        lost=any(before[p.id] > p.chance for p in probes if p.id in before and p.id not in after),
        num_cut_off=sum(p.id in cut for p in probes),
        discrete=all(probe.kind == "answer" for probe in slice_of_all),
        clusters=_clusters(both, of_part=part is not None and len(numbers) < len(names)),
        units=np.array([units[probe.id] for probe in both], dtype=np.intp),
        num_units=len(numbers),
        part=part,
        units_asked=None
        if part is None
        else units_asked(units, [probe.id for probe in probes], len(numbers)),
    )


def _source(probe: Probe) -> str:
    return probe.source or f"probe {probe.id}"


def _units(probes: Sequence[Probe]) -> dict[str, str]:
    """What each probe, by id, varies with: its source, unless that is all there is."""
    sources = {probe.id: _source(probe) for probe in probes}
    single = len(set(sources.values())) == 1
    return {probe_id: probe_id for probe_id in sources} if single else sources


def _clusters(probes: Sequence[Probe], *, of_part: bool = False) -> Clusters | None:
    """The number of each probe's source; None where all stand alone, or all share a single one.

    Where one source is all there is, it is what is measured, and its probes are draws from it; not
    so `of_part`, where others were not asked.
    """
    names = [_source(probe) for probe in probes]
    if len(set(names)) == len(names) or (len(set(names)) == 1 and not of_part):
        return None
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names])


def by_slice(probes: Sequence[Probe]) -> Iterator[tuple[str, list[Probe]]]:
    """Yield each slice's name and probes: the whole first, then the named slices.

    Open probes, which nothing here can score, are in none.
    Answers and likelihoods are never mixed. The whole is `all`; where answers are asked for too,
    that of the likelihoods is `likelihood`, and a slice of theirs `NAME/likelihood`.
    """
    scored = [probe for probe in probes if probe.scorer != OPEN]
    for kind in ("answer", "likelihood"):
        of_kind = [probe for probe in scored if probe.kind == kind]
        if not of_kind:
            continue
        apart = kind == "likelihood" and len(of_kind) < len(scored)
        yield ("likelihood" if apart else "all"), of_kind
        for name in sorted({name for probe in of_kind for name in probe.slices}):
            members = [probe for probe in of_kind if name in probe.slices]
            yield (f"{name}/likelihood" if apart else name), members


def measure_drop(name: str, slice_name: str, pairs: Paired, *, level: float = LEVEL) -> Measurement:
    """The relative drop of a slice: an estimate, a floor, or too few probes.

    Of a part, what was asked tells the change; whether there is anything to lose, and how much, is
    told by all that the base answered.
    """
    found = Measurement(
        name=name,
        slice=slice_name,
        estimate=None,
        num_scored=pairs.base.size,
        num_unscored=pairs.num_unscored,
        num_cut_off=pairs.num_cut_off,
        num_in_all=pairs.num_in_all,
    )
    known, chances = pairs.known
    if pairs.too_few and pairs.part is None:
        return replace(found, at_floor=pairs.nothing_said, note=why_none(pairs))
    floor, chance = pairs.at_floor, float(chances.mean()) if chances.size else 0.0
    if pairs.too_few:
        base = pairs.part.mean if pairs.part else None
        told = floor and base is not None
        note = FLOOR.format(base=base, n=known.size, chance=chance) if told else why_none(pairs)
        return replace(found, base=base, chance=chance, at_floor=floor, note=note)
    base, now = pairs.means(float((pairs.now - pairs.base).mean()))
    return replace(
        found,
        estimate=None if floor else _drop(pairs, level),
        base=base,
        now=now,
        chance=chance,
        telling=independent(pairs.base - pairs.chance, pairs.clusters),
        discrete=pairs.discrete,
        at_floor=floor,
        # What the checkpoint left open counts only where the base had something there.
        nothing_open=floor and not pairs.lost,
        influence=() if floor else pairs.influence(_deviations(pairs)),
        note=FLOOR.format(base=base, n=known.size, chance=chance) if floor else "",
    )


def _drop(pairs: Paired, level: float) -> Estimate:
    if pairs.part is None:
        return relative_drop(
            pairs.base,
            pairs.now,
            pairs.chance,
            discrete=pairs.discrete,
            level=level,
            clusters=pairs.clusters,
        )
    return drop_of_part(
        pairs.base - pairs.now,
        pairs.part.base - pairs.part.chance,
        discrete=pairs.discrete,
        level=level,
        clusters=pairs.clusters,
        clusters_of_all=pairs.part.clusters,
    )


def _deviations(pairs: Paired) -> Array:
    """How far each probe pulls the relative drop, times their number."""
    if pairs.part is None:
        return drop_deviations(pairs.base, pairs.now, pairs.chance)
    change, room = pairs.base - pairs.now, pairs.part.base - pairs.part.chance
    return np.asarray((change - change.mean()) / room.mean())
