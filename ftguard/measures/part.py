"""Makes `Part`, what is known of a slice of whose probes a budget had only some asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ftguard.probes.probe import Probe
from ftguard.scores.snapshot import Snapshot
from ftguard.stats.estimates import Array, Clusters


@dataclass(frozen=True, kw_only=True)
class Part:
    """A slice of which a part was asked: how many probes it has, and what the base knows of all."""

    num_in_all: int
    """Probes of the slice, asked or not."""
    base: Array
    """The base's scores of all that it has a score of, shape [N]."""
    chance: Array
    """The scores of guessing on the same, shape [N]."""
    clusters: Clusters | None = None
    """The number of the source of each; None where each stands alone."""

    def now(self, change: float) -> float | None:
        """The checkpoint's mean on all, by the change now - base of the part; in [0, 1].

        The mean of the part alone would go up and down with which probes it has. So large a change
        as would lead out of [0, 1] is one of few probes.
        """
        base = self.mean
        return None if base is None else min(1.0, max(0.0, base + change))

    @property
    def mean(self) -> float | None:
        """The base's mean on all; None where it has no score at all."""
        return float(self.base.mean()) if self.base.size else None


def asked(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> list[Probe]:
    """The probes that both models were asked, scored or not.

    What a budget left out is missing by design: it is neither unscored nor cut off.
    """
    both = asked_ids(base) & asked_ids(now)
    return [probe for probe in probes if probe.id in both]


def asked_ids(snapshot: Snapshot) -> set[str]:
    """The ids of the probes that a model was asked: those that it has a score of, if only none."""
    return {score.probe_id for score in snapshot.scores}


def units_asked(
    units: Mapping[str, int], probe_ids: Collection[str], num_units: int
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether any probe of each unit was asked, shape [num_units].

    Args:
        units: the number of each probe's unit, by its id.
        probe_ids: of the probes that were asked.
        num_units: how many there are.
    """
    found = np.zeros(num_units, dtype=np.bool_)
    found[[units[probe_id] for probe_id in probe_ids]] = True
    return found
