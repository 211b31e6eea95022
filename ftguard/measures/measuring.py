"""Measures everything: the table of measures, and `measure`, which asks them all."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ftguard.measures.calibration import calibration
from ftguard.measures.drift import drift
from ftguard.measures.flips import flips
from ftguard.measures.forgetting import forgetting
from ftguard.measures.measurement import Measurement
from ftguard.measures.tail import tail
from ftguard.measures.target import target
from ftguard.probes.probe import Probe
from ftguard.scores.snapshot import Snapshot

Measure = Callable[[Sequence[Probe], Snapshot, Snapshot], Iterable[Measurement]]

MEASURES: tuple[Measure, ...] = (target, forgetting, flips, tail, calibration, drift)
"""Every measure, in the order in which people read them."""


def measure(
    probes: Sequence[Probe], base: Snapshot, now: Snapshot, own: Sequence[Measure] = ()
) -> tuple[Measurement, ...]:
    """Everything that can be measured with these probes; `own` measures are the user's."""
    return (
        *(item for one in MEASURES for item in one(probes, base, now)),
        *(item for one in own for item in _by_own(one, probes, base, now)),
    )


def _by_own(
    one: Measure, probes: Sequence[Probe], base: Snapshot, now: Snapshot
) -> tuple[Measurement, ...]:
    """What a user's measure finds; where it fails, nothing: its gate is then *missing*."""
    try:
        return tuple(replace(item, headline=True) for item in one(probes, base, now))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the user's
        warnings.warn(f"ftguard: the measure {one!r} failed: {error!r}", stacklevel=2)
        return ()
