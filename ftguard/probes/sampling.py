"""Draws at most so many probes from a set, stratified by slice, the same ones for the same seed."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ftguard.probes.probe import Kind, Probe

KINDS: tuple[Kind, ...] = ("answer", "likelihood", "preference")
"""A companion's kind comes after that of what it is a companion of."""
SlicesAndTier = tuple[str | int | None, ...]
"""The slices of a probe, and its tier."""


def draw(probes: Sequence[Probe], most: int, seed: int) -> tuple[Probe, ...]:
    """Draw at most `most` probes of each kind (answers, likelihoods, preferences), in given order.

    Each combination of slices and tier keeps its share of the set (largest remainder, those that
    would get none first). The companions of a probe are drawn with it.
    """
    ids = {probe.id for probe in probes}
    kept: set[str] = set()
    for kind in KINDS:
        of_kind = [probe for probe in probes if probe.kind == kind]
        alone = [probe for probe in of_kind if probe.companion_of not in ids]
        num_left = max(0, most - sum(probe.companion_of in kept for probe in of_kind))
        kept.update(probe.id for probe in _draw_kind(alone, num_left, seed))
    return tuple(probe for probe in probes if probe.id in kept or probe.companion_of in kept)


def hold_back(probes: Sequence[Probe], share: float, seed: int) -> tuple[Probe, ...]:
    """Mark a share of the probes as held back, stratified as in `draw`, companions together."""
    ids = {probe.id for probe in probes}
    held: set[str] = set()
    for kind in KINDS:
        alone = [p for p in probes if p.kind == kind and p.companion_of not in ids]
        held.update(probe.id for probe in _draw_kind(alone, round(share * len(alone)), seed))
    return tuple(
        replace(probe, holdout=probe.id in held or probe.companion_of in held) for probe in probes
    )


def _draw_kind(probes: list[Probe], most: int, seed: int) -> list[Probe]:
    if len(probes) <= most:
        return probes
    strata: dict[SlicesAndTier, list[Probe]] = defaultdict(list)
    for probe in probes:
        strata[(*probe.slices, probe.tier)].append(probe)
    generator = random.Random(seed)
    drawn: list[Probe] = []
    for key, size in _sizes({key: len(group) for key, group in strata.items()}, most).items():
        drawn.extend(generator.sample(strata[key], size))
    return drawn


def _sizes(counts: Mapping[SlicesAndTier, int], most: int) -> dict[SlicesAndTier, int]:
    total = sum(counts.values())
    exact = {key: most * count / total for key, count in counts.items()}
    sizes = {key: int(share) for key, share in exact.items()}
    by_remainder = sorted(counts, key=lambda key: (sizes[key] > 0, sizes[key] - exact[key]))
    for key in by_remainder[: most - sum(sizes.values())]:
        sizes[key] += 1
    return sizes
