"""Makes `Reliability`: how often answers are right, by how sure the model is of them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from ftguard.measures.calibration import calibration_splits, confidences
from ftguard.probes.probe import Probe
from ftguard.scores.snapshot import Snapshot, values
from ftguard.stats.calibration_error import Confidences
from ftguard.stats.estimates import LEVEL, Array

BINS = 10
"""Of equal width over [0, 1], as reliability diagrams are drawn; those without an answer are left
out."""


@dataclass(frozen=True, kw_only=True)
class Bin:
    """The answers that a model was about as sure of."""

    low: float
    """The least confidence in it; the bin reaches up to the next one's `low`."""
    high: float
    n: int
    """Answers in it, 1 or more."""
    confidence: float
    """Their mean confidence, in [0, 1]."""
    accuracy: float
    """The share of them that is right, in [0, 1]."""
    accuracy_low: float
    """The ends of its 95 % interval (Wilson 1927, JASA 22:209)."""
    accuracy_high: float


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """One split's diagram before and after, of the probes that are scored on both sides."""

    split: str
    """`target` or `general`."""
    n: int
    """Probes, 1 or more."""
    before: tuple[Bin, ...]
    """The base's, the least sure first."""
    after: tuple[Bin, ...]
    """The checkpoint's."""
    overconfidence_before: float
    """The base's mean confidence less its accuracy; below 0 it is underconfident."""
    overconfidence_after: float
    """The checkpoint's."""


def reliability(
    probes: Sequence[Probe], base: Snapshot, now: Snapshot, *, bins: int = BINS
) -> Iterator[Reliability]:
    """The diagram of each split that has a probe scored on both sides.

    They are of the answers that `calibration` measures: on `target` and on `general` questions.
    """
    scored = values(base.scores).keys() & values(now.scores).keys()
    for split, members in calibration_splits(probes).items():
        both = [probe for probe in members if probe.id in scored]
        if not both:
            continue
        before, after = confidences(both, base), confidences(both, now)
        yield Reliability(
            split=split,
            n=len(both),
            before=tuple(_binned(before, bins)),
            after=tuple(_binned(after, bins)),
            overconfidence_before=_gap(before),
            overconfidence_after=_gap(after),
        )


def _gap(of: Confidences) -> float:
    return float(of.confidence.mean() - of.correct.mean())


def _binned(of: Confidences, bins: int) -> Iterator[Bin]:
    edges = np.linspace(0, 1, bins + 1)
    cells = np.searchsorted(edges[1:-1], of.confidence, side="right")
    for cell in np.unique(cells):
        inside = cells == cell
        low, high = _wilson(of.correct[inside])
        yield Bin(
            low=float(edges[cell]),
            high=float(edges[cell + 1]),
            n=int(inside.sum()),
            confidence=float(of.confidence[inside].mean()),
            accuracy=float(of.correct[inside].mean()),
            accuracy_low=low,
            accuracy_high=high,
        )


def _wilson(correct: Array) -> tuple[float, float]:
    n, share = correct.size, float(correct.mean())
    z = float(special.ndtri((1 + LEVEL) / 2))
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(0.0, middle - half), min(1.0, middle + half)
