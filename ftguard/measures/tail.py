"""Tail: what the checkpoint lost on edge cases and queries outside the training distribution."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ftguard.measures.measurement import Measurement
from ftguard.measures.paired import Paired, by_slice, measure_drop, pair
from ftguard.probes.probe import Probe
from ftguard.scores.snapshot import Snapshot
from ftguard.stats.estimates import LEVEL, p_value
from ftguard.text.formatting import PERCENT, quantity

SMALLEST_SLICE = 40
"""A smaller slice is shown, and counts for the worst within the whole tail."""
BY_CHANCE = 0.10
"""How often a tail that has lost nothing may have a slice that stands out, over all its slices."""


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A whole tail, or one slice of it."""

    name: str
    pairs: Paired

    @property
    def size(self) -> int:
        """Its probes that were asked."""
        return self.pairs.base.size + self.pairs.num_unscored + self.pairs.num_cut_off

    @property
    def is_whole(self) -> bool:
        return self.name in ("all", "likelihood")


def tail(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterator[Measurement]:
    """The relative drop over the tail, for each slice, and `worst`.

    `worst` is the slice that lost most beyond chance, else the whole tail: see `worst_of`.
    """
    slices = [
        (name, pair(members, base, now))
        for name, members in by_slice([probe for probe in probes if probe.role == "tail"])
    ]
    for name, pairs in slices:
        yield measure_drop("tail", name, pairs)
    if slices:
        yield worst_of(slices)


def worst_of(slices: Sequence[tuple[str, Paired]]) -> Measurement:
    """`tail/worst` of the whole (`all`, `likelihood`) and the named slices of a tail.

    The largest of several noisy drops is large by chance: of five slices of 40 of an unchanged
    model it is beyond 15 % one time in four. So a slice is the worst only where it stands out: its
    drop is larger than the whole tail's, and its p-value of no change, times the slices that are
    looked at, is below 10 %. Where none stands out the worst is the whole tail, in which every
    slice counts; the note names the slice with the largest drop all the same.

    Looked at are slices of at least 40 probes, and of answers and likelihoods, where there are
    both, the whole that has fewer probes. What is the worst is chosen among those and the whole
    tail, so its p-value pays for all of them (`num_comparisons`), and intervals are widened for
    them (Bonferroni). The upper end is the highest of all upper ends: only where every slice is
    proven to have lost no more has the worst one been proven to.

    Slices at the floor have nothing to lose and are passed over; where the whole tail is at it, the
    largest part that is not stands in for it. A slice that was asked and could not be scored is not
    passed over: where none stands out, it is the one that is missing.

    Where a budget had a part of the tail asked, only what was asked is looked at: a slice of which
    fewer than 40 were counts in the whole, and in the curve that its looks make (`verdict.curves`).
    """
    parts = _looked_at([_Part(name=name, pairs=pairs) for name, pairs in slices])
    level = 1 - (1 - LEVEL) / len(parts)
    measured = [measure_drop("tail", part.name, part.pairs, level=level) for part in parts]
    known = [m for m in measured if m.estimate is not None]
    whole, others = (known or measured)[0], known[1:]
    outstanding = [
        m for m in others if _drop(m) > _drop(whole) and _p(m) * (len(parts) - 1) < BY_CHANCE
    ]
    unscored = [m for m in measured if m.estimate is None and not m.at_floor and not _by_design(m)]
    worst = max(outstanding, key=_drop) if outstanding else (unscored or [whole])[0]
    if worst.estimate is None:
        return replace(worst, slice="worst")
    high = max(m.estimate.high for m in known if m.estimate is not None)
    note = f"the worst of {len(parts)}: {worst.slice}" if len(parts) > 1 else _alone(slices)
    return replace(
        worst,
        slice="worst",
        influence=(),  # At the next checkpoint it may be of another slice.
        estimate=replace(worst.estimate, high=high),
        worst_slice=_named(worst.slice, slices),
        num_comparisons=len(parts),
        note=note if outstanding else f"{note}{_largest(others)}",
    )


def _looked_at(parts: Sequence[_Part]) -> list[_Part]:
    """The whole tail, then what may stand out of it, the largest first."""
    wholes = [part for part in parts if part.is_whole and part.size]
    wholes = wholes or [part for part in parts if part.is_whole][:1]
    # A slice that is all of its kind is not another one.
    kinds = {(part.pairs.discrete, part.size) for part in wholes}
    slices = [
        part
        for part in parts
        if not part.is_whole
        and part.size >= SMALLEST_SLICE
        and (part.pairs.discrete, part.size) not in kinds
    ]
    return [
        part for group in (wholes, slices) for part in sorted(group, key=lambda part: -part.size)
    ]


def _by_design(measurement: Measurement) -> bool:
    """Whether it has no estimate because few of its probes were asked, which are scored."""
    return measurement.num_in_all > 0 and not measurement.num_unscored


def _named(name: str, slices: Sequence[tuple[str, Paired]]) -> str:
    """The name of a part; of a whole that is all one slice, that slice's."""
    sizes = {other: pairs.num_in_all or pairs.base.size for other, pairs in slices}
    named = [o for o in sizes if o not in ("all", "likelihood") and sizes[o] == sizes[name]]
    return named[0] if name in ("all", "likelihood") and len(named) == 1 else name


def _alone(slices: Sequence[tuple[str, Paired]]) -> str:
    """What the worst is of where there is nothing to choose from."""
    parts = [_Part(name=name, pairs=pairs) for name, pairs in slices]
    named = [part for part in parts if not part.is_whole]
    if not named or any(part.size >= SMALLEST_SLICE for part in named):
        return ""
    return f"the whole tail, no slice of which has {SMALLEST_SLICE} probes"


def _largest(slices: Sequence[Measurement]) -> str:
    """The slice with the largest drop, though it does not stand out."""
    found = max(slices, key=_drop, default=None)
    if found is None or not _drop(found) > 0:
        return ""
    lost = quantity(_drop(found), PERCENT)
    return f"; no slice stands out, the largest drop is {lost} of {found.slice}"


def _p(measurement: Measurement) -> float:
    return p_value(measurement.estimate) if measurement.estimate else 1.0


def _drop(measurement: Measurement) -> float:
    return measurement.estimate.value if measurement.estimate else 0.0
