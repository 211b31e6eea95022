"""Makes `Sighting`, what the correlated looks of one run say of each, held against any limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

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


@dataclass(frozen=True, kw_only=True)
class Mean:
    """The mean change of one look or several."""

    value: float
    stderr: float
    """By the covariance of the looks' errors."""

    @classmethod
    def of(cls, series: Series, which: slice) -> "Mean":
        """The mean of neighbouring looks."""
        mean, error = series.values[which].mean(), series.covariance[which, which].mean()
        return cls(value=float(mean), stderr=float(np.sqrt(error + ROUNDING)))

    def p_within(self, limit: float) -> float:
        """One-sided, of being within the limit."""
        return float(special.ndtr(-(self.value - limit) / self.stderr))


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """What one look of a run says, with the others; no limit is in it yet."""

    alone: Mean
    near: Mean
    """Of it and those beside it."""
    every: Mean
    """Of all looks."""
    least: float
    """The least change of all looks."""

    def p_within(self, limit: float) -> float:
        """One-sided, of its change being within the limit: by itself, and with its neighbours.

        The mean of a look and those beside it is seldom as lucky as the luckiest of many looks.
        """
        return min(self.alone.p_within(limit), self.near.p_within(limit))

    def p_of_all(self, limit: float) -> float:
        """One-sided, of the mean of all looks being within the limit."""
        return self.every.p_within(limit)

    def never_within(self, limit: float) -> bool:
        """Whether each look by itself is beyond the limit.

        A base that was lucky makes every look of a healthy run look worse, and a curve from 0
        reads a loss that was there at the first look as such luck. Where no look at all is within
        the limit it is to be believed: `tests/benchmarks/choice.py` has what is kept otherwise.
        """
        return self.least > limit


class Sightings(Sequence[Sighting]):
    """Of each look of a run, in their order; each is worked out when it is asked for."""

    def __init__(self, series: Series) -> None:
        self._series = series
        self._every, self._least = Mean.of(series, slice(None)), float(series.values.min())

    def __len__(self) -> int:
        return self._series.values.size

    @overload
    def __getitem__(self, index: int) -> Sighting: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Sighting]: ...
    def __getitem__(self, index: int | slice) -> Sighting | Sequence[Sighting]:
        if isinstance(index, slice):
            return [self[place] for place in range(len(self))[index]]
        place = range(len(self))[index]
        return Sighting(
            alone=Mean.of(self._series, slice(place, place + 1)),
            near=Mean.of(self._series, slice(max(0, place - 1), place + 2)),
            every=self._every,
            least=self._least,
        )
