"""Deals a set's probes into a fixed order any stretch of which is a fair draw of the whole."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ftguard.ask.prompts import PromptBatch
from ftguard.probes.probe import Probe

Unit = tuple[str, ...]
"""Ids of probes that are asked together or not at all: one, or one with its companions."""


def parts_of(batch: PromptBatch, seed: int) -> Mapping[str, tuple[Unit, ...]]:
    """The units of each role, ordered so that every stretch has each slice's share of probes.

    Args:
        batch: what can be asked.
        seed: of the order within a slice.
    """
    companies: dict[tuple[str, str], list[Probe]] = defaultdict(list)
    for probe in batch.probes:
        companies[str(probe.role), probe.companion_of or probe.id].append(probe)
    strata: dict[str, dict[tuple[str, ...], list[Unit]]] = defaultdict(lambda: defaultdict(list))
    for (role, _), company in companies.items():
        # What is held back chooses nothing: each stretch has its share of it and of the rest.
        stratum = (company[0].kind, str(company[0].holdout), *company[0].slices)
        strata[role][stratum].append(tuple(probe.id for probe in company))
    return {role: _dealt(list(groups.values()), seed) for role, groups in strata.items()}


def _dealt(groups: Sequence[list[Unit]], seed: int) -> tuple[Unit, ...]:
    """All units, those of each group at even distances."""
    # Another stream than that by which probes are drawn and held back.
    draw = random.Random(f"turns {seed}")
    placed: list[tuple[float, Unit]] = []
    for group in groups:
        shuffled = draw.sample(group, len(group))
        # Groups of one would else all stand in the middle.
        shift = draw.random()
        placed += [((i + shift) / len(group), unit) for i, unit in enumerate(shuffled)]
    return tuple(unit for _, unit in sorted(placed))


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Whose turn it is, and where the next one begins."""

    units: tuple[Unit, ...]
    next: int


def turn(
    units: Sequence[Unit], count: int, start: int, asked: AbstractSet[str] = frozenset()
) -> Turn:
    """The next so many units, going round, without those that are asked already."""
    found: list[Unit] = []
    place = start
    while len(found) < count and place < start + len(units):
        unit = units[place % len(units)]
        place += 1
        if not asked & set(unit):
            found.append(unit)
    return Turn(units=tuple(found), next=place % max(1, len(units)))
