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
ENOUGH = 0.5
"""Neighbouring looks at parts are taken together until they asked this share of a full look. With
1 in its place a curve that rises hides its good beginning and more runs keep none; with 0.25 a loss
that was there at once is kept more often (`tests/benchmarks/choice.py --part 0.1`)."""


def shrunk(correlation: Array, common: Array) -> Array:
    """A run's correlations, pulled towards one for all pairs of looks.

    Of many looks at few probes each pair's own is mostly noise, and what it takes for exact
    contrasts would bend a curve. Looks at parts are correlated as far as they asked the same, so
    what all pairs share is the correlation of equal parts.

    Args:
        correlation: of the looks' errors, shape [k, k].
        common: the share of the probes that two looks both asked, as in `common_shares`.
    """
    looks = len(correlation)
    if looks < PAIR:
        return correlation
    overlaps, pairs = common.sum() - np.trace(common), looks * (looks - 1)
    shared = (correlation.sum() - np.trace(correlation)) / max(overlaps, ROUNDING)
    if overlaps < pairs:
        # By few common probes looks may seem to be more alike, or less, than any can be.
        shared = min(max(shared, 0.0), 1.0)
    pulled = BELIEVED * correlation + (1 - BELIEVED) * shared * common
    np.fill_diagonal(pulled, 1.0)
    return np.asarray(pulled)


def common_shares(asked: Array) -> Array:
    """The share of the probes that two looks both asked: the geometric mean of both's shares.

    It is 1 where they asked the same, 0 where they asked none in common, and by how much the
    correlation of their errors is below that of one probe's.

    Args:
        asked: 1 where a look asked a probe, else 0, shape [k, units].
    """
    counts = asked.sum(axis=1)
    shares: Array = asked @ asked.T / np.sqrt(np.maximum(np.outer(counts, counts), 1.0))
    return shares


@dataclass(frozen=True, kw_only=True)
class Mean:
    """The mean change of one look or several."""

    value: float
    stderr: float
    """By the covariance of the looks' errors."""

    @classmethod
    def of(cls, series: Series, which: slice, sizes: Array | None = None) -> "Mean":
        """The mean of neighbouring looks, each by how many probes it asked."""
        values, covariance = series.values[which], series.covariance[which, which]
        if sizes is None or (sizes[which] == sizes[which][0]).all():
            mean, error = values.mean(), covariance.mean()
        else:
            weights = sizes[which] / sizes[which].sum()
            mean, error = weights @ values, weights @ covariance @ weights
        return cls(value=float(mean), stderr=float(np.sqrt(error + ROUNDING)))

    def p_within(self, limit: float) -> float:
        """One-sided, of being within the limit."""
        return float(special.ndtr(-(self.value - limit) / self.stderr))


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """What one look of a run says, with the others; no limit is in it yet."""

    alone: Mean
    near: Mean
    """Of it and those beside it, so many as asked enough, and at least one on each side."""
    every: Mean
    """Of all looks."""
    least: float
    """The least change of all looks; of parts, of so many neighbours as asked enough."""

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
        Of many small parts one is always within it by luck, so those are taken together.
        """
        return self.least > limit


class Sightings(Sequence[Sighting]):
    """Of each look of a run, in their order; each is worked out when it is asked for."""

    def __init__(self, series: Series, sizes: Array) -> None:
        """Take the looks.

        Args:
            series: the looks.
            sizes: how many probes each asked, shape [k]; the largest number is that of a full look.
        """
        self._series, self._sizes = series, sizes
        self._every, self._least = Mean.of(series, slice(None), sizes), _least(series, sizes)

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
            near=Mean.of(self._series, _around(place, self._sizes, least=1), self._sizes),
            every=self._every,
            least=self._least,
        )

    def between(self, index: int) -> Sighting:
        """Of a look that did not ask, between those with the numbers `index - 1` and `index`."""
        near = Mean.of(self._series, slice(max(0, index - 1), index + 1), self._sizes)
        return Sighting(alone=near, near=near, every=self._every, least=self._least)


def _least(series: Series, sizes: Array) -> float:
    """The least mean of so many neighbouring looks as asked enough."""
    around = {(at.start, at.stop): at for i in range(sizes.size) for at in [_around(i, sizes)]}
    return min(Mean.of(series, at, sizes).value for at in around.values())


def _around(index: int, sizes: Array, *, least: int = 0) -> slice:
    """A look and its neighbours on both sides, until they asked enough.

    Args:
        index: of the look.
        sizes: how many probes each look asked.
        least: neighbours on each side, as far as there are any.
    """
    beside = least
    while True:
        found = slice(max(0, index - beside), index + beside + 1)
        if sizes[found].sum() >= ENOUGH * sizes.max() or beside >= sizes.size:
            return found
        beside += 1
