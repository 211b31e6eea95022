"""Draws at most so many probes from a set, stratified by slice, the same ones for the same seed."""

import random
from collections import defaultdict
from collections.abc import Sequence

from ftguard.probes.probe import Probe


def draw(probes: Sequence[Probe], most: int, seed: int) -> tuple[Probe, ...]:
    """Draw at most `most` answer probes and `most` likelihood probes, in their given order.

    Each combination of slices keeps its share of the set (largest remainder, at least one where
    there is room). A probe and its `ID#likelihood` companion are drawn together, because both
    draws see the same strata in the same order.
    """
    kept: set[str] = set()
    for kind in ("answer", "likelihood"):
        of_kind = [probe for probe in probes if probe.kind == kind]
        kept.update(probe.id for probe in _draw_kind(of_kind, most, seed))
    return tuple(probe for probe in probes if probe.id in kept)


def _draw_kind(probes: list[Probe], most: int, seed: int) -> list[Probe]:
    if len(probes) <= most:
        return probes
    strata: dict[tuple[str, ...], list[Probe]] = defaultdict(list)
    for probe in probes:
        strata[tuple(probe.slices)].append(probe)
    generator = random.Random(seed)  # noqa: S311
    drawn: list[Probe] = []
    for key, size in _sizes({key: len(group) for key, group in strata.items()}, most).items():
        drawn.extend(generator.sample(strata[key], size))
    return drawn


def _sizes(counts: dict[tuple[str, ...], int], most: int) -> dict[tuple[str, ...], int]:
    total = sum(counts.values())
    exact = {key: most * count / total for key, count in counts.items()}
    sizes = {key: int(share) for key, share in exact.items()}
    by_remainder = sorted(counts, key=lambda key: (sizes[key] > 0, sizes[key] - exact[key]))
    for key in by_remainder[: most - sum(sizes.values())]:
        sizes[key] += 1
    return sizes
