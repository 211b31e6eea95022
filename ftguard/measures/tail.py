"""Tail: what the checkpoint lost on edge cases and queries outside the training distribution."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ftguard.measures.measurement import Measurement
from ftguard.measures.paired import Paired, by_slice, measure_drop, pair
from ftguard.probes.probe import Probe
from ftguard.scores.snapshot import Snapshot
from ftguard.stats.estimates import LEVEL

SMALLEST_SLICE = 40
"""A smaller slice is shown, and counts for the worst within the whole tail."""


def tail(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterator[Measurement]:
    """The relative drop over the tail, for each slice, and `worst`.

    `worst` is chosen among the slices of at least 40 probes, and the whole tail where smaller
    ones would count nowhere else: the largest drop beyond chance, else the largest. Its interval
    is widened for the choice (Bonferroni over the candidates).
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
    """`tail/worst` of the whole (`all`, `likelihood`) and the named slices of a tail."""
    whole = [item for item in slices if item[0] in ("all", "likelihood")]
    named = [item for item in slices if item not in whole]
    large = [item for item in named if _size(item[1]) >= SMALLEST_SLICE]
    candidates = large if large and len(large) == len(named) else large + whole
    level = 1 - (1 - LEVEL) / len(candidates)
    measured = [measure_drop("tail", name, pairs, level=level) for name, pairs in candidates]
    known = [m for m in measured if m.estimate is not None]
    if not known:
        return replace(measured[0], slice="worst")
    worst = max(
        known,
        key=lambda m: (m.estimate.low > 0, m.estimate.value) if m.estimate else (False, 0.0),
    )
    return replace(
        worst,
        slice="worst",
        influence=(),  # At the next checkpoint it may be of another slice.
        num_comparisons=len(candidates),
        note=f"the worst of {len(candidates)}: {worst.slice}",
    )


def _size(pairs: Paired) -> int:
    return pairs.base.size + pairs.num_unscored + pairs.num_cut_off
