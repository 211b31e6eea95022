"""Pulls the estimates of small slices towards the whole: a category of 12 does not shout."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import special

from ftguard.stats.estimates import Estimate


def shrink(slices: Sequence[Estimate], whole: Estimate) -> list[Estimate]:
    """Partial pooling: each slice's estimate between its own and the whole's.

    Empirical Bayes with the between-slice variance of DerSimonian and Laird (1986, Controlled
    Clinical Trials 7:177): where the slices differ no more than their errors explain, all become
    the whole's estimate; a slice measured well keeps its own. For showing, not for deciding.
    """
    if len(slices) < 2:  # noqa: PLR2004
        return list(slices)
    between = _between_variance(slices)
    return [_pull(estimate, whole, between) for estimate in slices]


def _between_variance(slices: Sequence[Estimate]) -> float:
    effects = np.array([estimate.value for estimate in slices])
    weights = 1 / np.maximum([estimate.stderr**2 for estimate in slices], 1e-12)
    centre = (weights * effects).sum() / weights.sum()
    excess = (weights * (effects - centre) ** 2).sum() - (len(slices) - 1)
    scale = weights.sum() - (weights**2).sum() / weights.sum()
    return float(max(0.0, excess / scale))


def _pull(own: Estimate, whole: Estimate, between: float) -> Estimate:
    kept = between / (between + own.stderr**2) if between else 0.0
    value = kept * own.value + (1 - kept) * whole.value
    stderr, null = (
        float(np.hypot(np.sqrt(kept) * of_own, (1 - kept) * of_whole))
        for of_own, of_whole in (
            (own.stderr, whole.stderr),
            (_of_no_change(own), _of_no_change(whole)),
        )
    )
    half = float(special.ndtri((1 + own.level) / 2)) * stderr
    return replace(
        own, value=value, low=value - half, high=value + half, stderr=stderr, null_stderr=null
    )


def _of_no_change(estimate: Estimate) -> float:
    return estimate.stderr if estimate.null_stderr is None else estimate.null_stderr
