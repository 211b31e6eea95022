"""Forgetting: how much of its general capability the base has lost."""

from collections.abc import Iterator, Sequence

from ftguard.measurement import Measurement
from ftguard.measures.paired import by_slice, measure_drop, pair
from ftguard.probes.probe import Probe
from ftguard.snapshot import Snapshot


def forgetting(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterator[Measurement]:
    """The relative drop over the general probes, over all and for each category."""
    for name, members in by_slice([probe for probe in probes if probe.role == "general"]):
        yield measure_drop("forgetting", name, pair(members, base, now))
