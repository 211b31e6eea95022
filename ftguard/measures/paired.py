"""Pairs the scores of two snapshots probe by probe, and groups probes into slices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ftguard.measures.measurement import Measurement
from ftguard.probes.probe import OPEN, Probe
from ftguard.scores.snapshot import Snapshot, cut_off, values
from ftguard.stats.estimates import (
    LEVEL,
    Array,
    Clusters,
    at_floor,
    drop_deviations,
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

    def influence(self, deviations: Array) -> tuple[float, ...]:
        """How far each source pulls a mean; see `Measurement.influence`."""
        if self.units is None:
            return influence(deviations, np.arange(self.base.size), self.base.size)
        return influence(deviations, self.units, self.num_units)

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
    """Why there is no estimate."""
    note = f"only {scored} probes were scored on both sides"
    if not cut:
        return note
    return f"{note}; on {cut} the base's answer was cut off: give more room (`max_new_tokens`)"


def pair(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Paired:
    """Line up both sides' scores, leaving out probes unscored on either."""
    before, after, cut = values(base.scores), values(now.scores), cut_off(base.scores)
    both = [probe for probe in probes if probe.id in before and probe.id in after]
    names = _units(probes)
    units = {name: number for number, name in enumerate(dict.fromkeys(names.values()))}
    return Paired(
        base=np.array([before[probe.id] for probe in both]),
        now=np.array([after[probe.id] for probe in both]),
        chance=np.array([probe.chance for probe in both]),
        num_unscored=sum(p.id not in cut for p in probes) - len(both),
        lost=any(before[p.id] > p.chance for p in probes if p.id in before and p.id not in after),
        num_cut_off=sum(p.id in cut for p in probes),
        discrete=all(probe.kind == "answer" for probe in probes),
        clusters=_clusters(both),
        units=np.array([units[names[probe.id]] for probe in both], dtype=np.intp),
        num_units=len(units),
    )


def _source(probe: Probe) -> str:
    return probe.source or f"probe {probe.id}"


def _units(probes: Sequence[Probe]) -> dict[str, str]:
    """What each probe, by id, varies with: its source, unless that is all there is."""
    sources = {probe.id: _source(probe) for probe in probes}
    single = len(set(sources.values())) == 1
    return {probe_id: probe_id for probe_id in sources} if single else sources


def _clusters(probes: Sequence[Probe]) -> Clusters | None:
    """The number of each probe's source; None where all stand alone, or all share a single one.

    Where one source is all there is, it is what is measured, and its probes are draws from it.
    """
    names = [_source(probe) for probe in probes]
    if len(set(names)) in (1, len(names)):
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
    """The relative drop of a slice: an estimate, a floor, or too few probes."""
    if pairs.too_few:
        return Measurement(
            name=name,
            slice=slice_name,
            estimate=None,
            num_scored=pairs.base.size,
            num_unscored=pairs.num_unscored,
            num_cut_off=pairs.num_cut_off,
            at_floor=pairs.nothing_said,
            note=too_few(pairs.base.size, pairs.num_cut_off),
        )
    base, chance = float(pairs.base.mean()), float(pairs.chance.mean())
    if pairs.discrete:
        floor = at_floor(pairs.base, pairs.chance, discrete=True)
    else:
        floor = base < LEAST_LIKELIHOOD
    # What the checkpoint left open counts only where the base had something there.
    nothing = floor and not pairs.lost
    estimate = None
    if not floor:
        estimate = relative_drop(
            pairs.base,
            pairs.now,
            pairs.chance,
            discrete=pairs.discrete,
            level=level,
            clusters=pairs.clusters,
        )
    return Measurement(
        name=name,
        slice=slice_name,
        estimate=estimate,
        base=base,
        now=float(pairs.now.mean()),
        chance=chance,
        num_scored=pairs.base.size,
        num_unscored=pairs.num_unscored,
        num_cut_off=pairs.num_cut_off,
        telling=independent(pairs.base - pairs.chance, pairs.clusters),
        discrete=pairs.discrete,
        at_floor=floor,
        nothing_open=nothing,
        influence=()
        if floor
        else pairs.influence(drop_deviations(pairs.base, pairs.now, pairs.chance)),
        note=FLOOR.format(base=base, n=pairs.base.size, chance=chance) if floor else "",
    )
