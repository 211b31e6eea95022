"""Target: how much better the checkpoint does the task it is trained for."""

from collections.abc import Iterator, Sequence

import numpy as np

from ftguard.measures.measurement import Measurement
from ftguard.measures.paired import by_slice, pair, why_none
from ftguard.probes.probe import Probe
from ftguard.scores.snapshot import Snapshot
from ftguard.stats.estimates import mean_estimate
from ftguard.stats.few import independent
from ftguard.text.formatting import POINTS


def target(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterator[Measurement]:
    """The mean gain now - base over the target probes, of answers and of likelihoods apart.

    Probes that are held back are left out: checkpoints are chosen by this gain.
    """
    members = [probe for probe in probes if probe.role == "target" and not probe.holdout]
    yield from _gains(members, base, now)


def confirmed(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Measurement | None:
    """The gain on the probes held back, which the choice of a checkpoint never saw.

    The best of several noisy checkpoints looks better than it is on the probes it was chosen by.
    """
    members = [probe for probe in probes if probe.role == "target" and probe.holdout]
    return next(_gains(members, base, now), None)


def _gains(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterator[Measurement]:
    for name, members in by_slice(probes):
        if name not in ("all", "likelihood"):
            continue
        pairs = pair(members, base, now)
        few = pairs.too_few
        gain, gains = None, pairs.now - pairs.base
        was, is_now = (pairs.part.mean if pairs.part else None), None
        if not few:
            gain = mean_estimate(gains, discrete=pairs.discrete, clusters=pairs.clusters)
            was, is_now = pairs.means(gain.value)
        yield Measurement(
            name="target",
            slice=name,
            estimate=gain,
            base=was,
            now=is_now,
            chance=0.0 if was is None else float(pairs.known[1].mean()),
            higher_is_better=True,
            unit=POINTS,
            num_scored=pairs.base.size,
            num_unscored=pairs.num_unscored,
            num_cut_off=pairs.num_cut_off,
            discrete=pairs.discrete,
            telling=independent(np.ones_like(gains), pairs.clusters),
            num_in_all=pairs.num_in_all,
            influence=() if few else pairs.influence(gains - gains.mean()),
            note=why_none(pairs) if few else "",
        )
