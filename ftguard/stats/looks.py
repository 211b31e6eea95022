"""Says of the correlated looks of one run whether what they measure is within a limit."""

import numpy as np
from scipy import special

from ftguard.stats.curve import ROUNDING, Series
from ftguard.stats.estimates import Array

BELIEVED = 0.5
"""The share of a correlation between two looks that is its own; the rest is all looks' mean."""
PAIR = 2


def shrunk(correlation: Array) -> Array:
    """A run's correlations, pulled towards one for all pairs of looks.

    Of many looks at few probes each pair's own is mostly noise, and what it takes for exact
    contrasts would bend a curve.

    Args:
        correlation: of the looks' errors, shape [k, k].
    """
    looks = len(correlation)
    if looks < PAIR:
        return correlation
    shared = (correlation.sum() - np.trace(correlation)) / (looks * (looks - 1))
    pulled = BELIEVED * correlation + (1 - BELIEVED) * shared
    np.fill_diagonal(pulled, 1.0)
    return np.asarray(pulled)


def p_within(series: Series, limit: float) -> Array:
    """One-sided, of each look's change being within the limit: by itself, and with its neighbours.

    The mean of a look and those beside it is seldom as lucky as the luckiest of many looks.
    """
    found = []
    for index in range(series.values.size):
        near = slice(max(0, index - 1), index + 2)
        found.append(min(_p(series, slice(index, index + 1), limit), _p(series, near, limit)))
    return np.array(found)


def p_of_all(series: Series, limit: float) -> float:
    """One-sided, of the mean of all looks being within the limit."""
    return _p(series, slice(None), limit)


def never_within(series: Series, limit: float) -> bool:
    """Whether each look by itself is beyond the limit.

    A base that was lucky makes every look of a healthy run look worse, and a curve from 0 reads a
    loss that was there at the first look as such luck. Where no look at all is within the limit it
    is to be believed: `tests/benchmarks/choice.py` has what is kept otherwise.
    """
    return bool((series.values > limit).all())


def _p(series: Series, which: slice, limit: float) -> float:
    mean, error = series.values[which].mean(), series.covariance[which, which].mean()
    return float(special.ndtr((limit - mean) / np.sqrt(error + ROUNDING)))
