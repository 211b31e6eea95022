"""Measures everything: the table of measures, and `measure`, which asks them all."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from ftguard.disk import as_recorded
from ftguard.errors import FtguardWarning, InputError, told
from ftguard.measures.calibration import calibration
from ftguard.measures.drift import drift
from ftguard.measures.flips import flips
from ftguard.measures.forgetting import forgetting
from ftguard.measures.measurement import Measurement
from ftguard.measures.own_answers import own_answers
from ftguard.measures.pairs import pairs
from ftguard.measures.tail import tail
from ftguard.measures.target import target
from ftguard.probes.probe import Probe
from ftguard.scores.snapshot import Snapshot

Measure = Callable[[Sequence[Probe], Snapshot, Snapshot], Iterable[Measurement]]

MEASURES: tuple[Measure, ...] = (
    target,
    pairs,
    forgetting,
    own_answers,
    flips,
    tail,
    calibration,
    drift,
)
"""Every measure, in the order in which people read them."""


OURS = frozenset(
    {
        "target",
        "pairs",
        "dpo_reward",
        "forgetting",
        "format",
        "own_answers",
        "forgotten",
        "gained",
        "tail",
        "calibration",
        "drift",
    }
)
"""Names that a measure of one's own may not take, though it measured something else."""


def measure(
    probes: Sequence[Probe], base: Snapshot, now: Snapshot, own: Sequence[Measure] = ()
) -> tuple[Measurement, ...]:
    """Everything that can be measured with these probes; `own` measures are the user's.

    One of these that fails, or yields what cannot be recorded, is warned of and yields nothing:
    its gate is then *missing*.
    """
    found = [item for one in MEASURES for item in one(probes, base, now)]
    for one in own:
        name = getattr(one, "__qualname__", type(one).__name__)
        try:
            found += _by_own(one, probes, base, now, {item.key for item in found})
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the user's
            warnings.warn(
                f"ftguard: the measure {name} failed: {told(error)}",
                category=FtguardWarning,
                stacklevel=2,
            )
    return tuple(found)


def _by_own(
    one: Measure, probes: Sequence[Probe], base: Snapshot, now: Snapshot, taken: AbstractSet[str]
) -> list[Measurement]:
    recorded = [as_recorded(item, Measurement) for item in one(probes, base, now)]
    for item in recorded:
        if item.name in OURS or item.key in taken:
            raise InputError(f"it yields `{item.key}`, which is taken: give it a name of its own.")
    return [replace(item, headline=True) for item in recorded]
