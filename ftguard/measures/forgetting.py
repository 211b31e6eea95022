"""Forgetting: how much of its general capability the base has lost."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ftguard.measures.measurement import Measurement
from ftguard.measures.paired import by_slice, measure_drop, pair
from ftguard.probes.probe import Probe
from ftguard.scores.snapshot import Snapshot
from ftguard.stats.shrinkage import shrink

SHOWN = 3
"""Categories that are named where the base is at the floor over all."""


def _with_what_would_do(whole: Measurement, found: Sequence[Measurement]) -> Measurement:
    """A whole at the floor, with the categories in which this base does answer something."""
    known = sorted(
        (m for m in found if m is not whole and m.base is not None and m.base > m.chance),
        key=lambda m: m.chance - (m.base or 0.0),
    )
    if not whole.at_floor or not known:
        return whole
    names = ", ".join(f"{m.slice} {m.base:.2f}" for m in known[:SHOWN])
    return replace(whole, note=f"{whole.note}; it answers most of: {names}")


def forgetting(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterator[Measurement]:
    """The relative drop over the general probes, over all and for each category.

    Categories carry a shrunk estimate beside their own. Probes of the slice `format`, whose task
    is a form (capitals, so many lines, JSON and nothing else), are no knowledge: they are measured
    apart, as `format/all`, unless there are no others.
    """
    general = [probe for probe in probes if probe.role == "general"]
    knowledge = [probe for probe in general if not probe.asks_for_form]
    found = [
        measure_drop("forgetting", name, pair(members, base, now))
        for name, members in by_slice(knowledge or general)
    ]
    found = [_with_what_would_do(m, found) if m.slice == "all" else m for m in found]
    wholes = {m.slice: m.estimate for m in found if m.slice in ("all", "likelihood")}
    for whole, of_likelihoods in (("all", False), ("likelihood", True)):
        estimate = wholes.get(whole)
        if estimate is None:
            continue
        members = [
            index
            for index, m in enumerate(found)
            if m.slice not in wholes
            and m.estimate is not None
            and m.slice.endswith("/likelihood") == of_likelihoods
        ]
        own = [e for index in members if (e := found[index].estimate) is not None]
        for index, shrunk in zip(members, shrink(own, estimate), strict=True):
            found[index] = replace(found[index], shrunk=shrunk)
    yield from found
    form = [probe for probe in general if probe.asks_for_form]
    if form and knowledge:
        yield measure_drop("format", "all", pair(form, base, now))
