"""Flips: what averages hide, items that went from right to wrong and from wrong to right."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ftguard.measures.measurement import Measurement
from ftguard.measures.paired import Paired, by_slice, pair
from ftguard.probes.probe import Probe
from ftguard.scores.snapshot import Snapshot
from ftguard.stats.estimates import Array, mean_estimate
from ftguard.text.formatting import PERCENT

RIGHT = 0.5
"""A score above it is a right answer."""


def flips(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterator[Measurement]:
    """`forgotten` and `gained`: the shares of general items that turned wrong, and right.

    After Harmon et al. 2025 (2510.17776), less what guessing makes of them: under their model
    (an item is known, or guessed among k options) a share of (1 - a)(1 - b) / (k - 1) turns each
    way by luck, a and b being the accuracies before and after on the items with options.
    """
    general = [
        p for p in probes if p.role == "general" and p.kind == "answer" and not p.asks_for_form
    ]
    for name, members in by_slice(general):
        pairs = pair(members, base, now)
        if name == "all" and pairs.base.size:
            before, after = pairs.base > RIGHT, pairs.now > RIGHT
            lucky = _lucky(pairs, before, after)
            yield _share("forgotten", (before & ~after).astype(float), lucky)
            yield _share("gained", (~before & after).astype(float), lucky)


def _lucky(pairs: Paired, before: NDArray[np.bool_], after: NDArray[np.bool_]) -> float:
    """The share of all items that flips one way by guessing."""
    guessed = pairs.chance > 0
    if not guessed.any():
        return 0.0
    # chance is 1/k, so 1 / (k - 1) is chance / (1 - chance).
    odds = pairs.chance[guessed] / (1 - pairs.chance[guessed])
    wrong_both = (1 - before[guessed].mean()) * (1 - after[guessed].mean())
    return float(wrong_both * odds.sum() / pairs.base.size)


def _share(name: str, flipped: Array, lucky: float) -> Measurement:
    raw = mean_estimate(flipped, discrete=True)
    value, low, high = (max(0.0, end - lucky) for end in (raw.value, raw.low, raw.high))
    adjusted = replace(raw, value=value, low=low, high=high)
    note = f"{int(np.sum(flipped))} items, {lucky * flipped.size:.1f} of them expected by guessing"
    return Measurement(
        name=name,
        slice="all",
        estimate=adjusted,
        unit=PERCENT,
        higher_is_better=name == "gained",
        note=note,
    )
