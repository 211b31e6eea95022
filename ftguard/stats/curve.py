"""Fits smooth curves to the correlated measurements that the checkpoints of one run are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from ftguard.stats.estimates import Array

SUDDEN = (0.1, 0.3)
"""Prior spread of one sudden change, that stays (a jump) or passes (a spike)."""
JUMP, SPIKE = 0.15, 0.10
"""Prior probability of each; the loss of the choice changes little from 0.05 to 0.30."""
MOST = 24
"""Points that a fit rests on; more are thinned, since they tell little that is new."""
ROUNDING = 1e-8
"""Variance added to every error, so that what rounding does to a covariance does no harm."""
NEGLIGIBLE = 1e-2
"""Components of less weight are left out where the curve is read at points it does not rest on."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """One quantity measured at k points of a run, as its change since the beginning."""

    values: Array
    """Shape [k]."""
    covariance: Array
    """Of their errors, shape [k, k]."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """What is believed of a quantity at each of k points: a mixture of normal distributions."""

    weights: Array
    """Shape [m], adding up to 1."""
    means: Array
    """Shape [m, k]."""
    stderrs: Array
    """Shape [m, k]."""

    @property
    def value(self) -> Array:
        """The mean at each point, shape [k]."""
        return np.asarray(self.weights @ self.means)

    @property
    def stderr(self) -> Array:
        """The standard deviation at each point, shape [k]."""
        second = self.weights @ (self.stderrs**2 + self.means**2)
        return np.sqrt(np.maximum(second - self.value**2, 0.0))

    def at(self, point: int) -> "Mixture":
        """What is believed at one point."""
        return Mixture(
            weights=self.weights, means=self.means[:, point], stderrs=self.stderrs[:, point]
        )


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """What is believed of one quantity: one of m normal distributions, each likely so much."""

    weights: Array
    """Shape [m], adding up to 1."""
    means: Array
    """Shape [m]."""
    stderrs: Array
    """Shape [m]."""

    def excess(self, limit: float) -> float:
        """The expectation of max(0, quantity - limit)."""
        distance = (self.means - limit) / self.stderrs
        density = np.exp(-(distance**2) / 2) / np.sqrt(2 * np.pi)
        each = self.stderrs * (distance * special.ndtr(distance) + density)
        return float(self.weights @ each)


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much a curve may move over a whole run, in the unit of what is measured."""

    slopes: Sequence[float]
    """Prior spreads of what changes steadily, the smallest first: that of a curve which has a
    sudden change."""
    wanderings: Sequence[float]
    """Prior spreads of what changes by wandering about that line, the smallest first."""
    early: float
    """Prior probability of a jump before the first look. An error that all looks share looks just
    so, and is common; many standard errors of it are believed all the same."""


MOVING = Sizes(slopes=(0.1, 0.3, 1.0), wanderings=(0.03, 0.1, 0.3, 1.0), early=0.005)
"""Of what a fine-tune moves."""
PERHAPS_STILL = Sizes(
    slopes=(0.003, 0.03, 0.1, 0.3, 1.0), wanderings=(0.003, 0.03, 0.1, 0.3), early=0.05
)
"""Of what may well not move at all, as slices about their whole."""


def fit_curves(times: Array, series: Sequence[Series], sizes: Sizes = MOVING) -> list[Curve]:
    """Fit one curve to each series, all of one kind: they share how they are likely to move.

    A curve starts at 0, for the base is itself, and is the sum of a line, a random walk, and
    perhaps one sudden change (a jump, or a spike of one checkpoint). Given how large these are it
    is the generalised least squares fit with the errors' covariance (a Gaussian process; Rasmussen
    and Williams 2006, ch. 2); how large they are is averaged over a grid, each point of it
    weighted by the likelihood of all series. `tests/benchmarks/choice.py` shows what that is worth
    on curves of many shapes.

    Args:
        times: shape [k], rising, above 0; 1 is the end of the run.
        series: each with k points.
        sizes: how much they may move.
    """
    at = _seen(times)
    kernel = _Kernel.grid(times[at], sizes)
    prior = kernel(times[at], times[at])
    fits = [_Fit.of(prior, one, at) for one in series]
    evidence = kernel.log_prior + np.sum([fit.log_likelihood for fit in fits], axis=0)
    weights = np.exp(evidence - evidence.max())
    weights /= weights.sum()
    kept = weights >= (NEGLIGIBLE * weights.max() if at.size < times.size else 0)
    kernel, weights = kernel.chosen(kept), weights[kept] / weights[kept].sum()
    across, own = kernel(times[at], times), kernel.variance(times)
    return [fit.read(kept, across, own, weights) for fit in fits]


@dataclass(frozen=True, kw_only=True)
class _Kernel:
    """The prior covariance of a curve at two times, under m sizes of its parts."""

    slope: Array
    wandering: Array
    jump: Array
    spike: Array
    moment: Array
    """When the jump or the spike is, each of shape [m]."""
    log_prior: Array

    @classmethod
    def grid(cls, times: Array, sizes: Sizes) -> "_Kernel":
        """Every size, and sudden changes at every time."""
        smooth = [
            (slope, wandering, 0.0, 0.0, 0.0)
            for slope in sizes.slopes
            for wandering in sizes.wanderings
        ]
        calm = (sizes.slopes[0], sizes.wanderings[0])
        jumps = [(*calm, size, 0.0, moment) for moment in times[1:] for size in SUDDEN]
        spikes = [(*calm, 0.0, size, moment) for moment in times for size in SUDDEN]
        early = [
            (sizes.slopes[0], wandering, size, 0.0, times[0])
            for wandering in sizes.wanderings[:3]
            for size in SUDDEN
        ]
        rest = 1 - JUMP * bool(jumps) - SPIKE - sizes.early
        kinds = ((smooth, rest), (jumps, JUMP), (spikes, SPIKE), (early, sizes.early))
        log_prior = [np.log(share / len(kind)) for kind, share in kinds for _ in kind]
        slope, wandering, jump, spike, moment = np.array([x for kind, _ in kinds for x in kind]).T
        return cls(
            slope=slope,
            wandering=wandering,
            jump=jump,
            spike=spike,
            moment=moment,
            log_prior=np.array(log_prior),
        )

    def __call__(self, first: Array, second: Array) -> Array:
        """Shape [m, first, second]."""
        moment = self.moment[:, None]
        after = [(times >= moment).astype(float) for times in (first, second)]
        during = [(times == moment).astype(float) for times in (first, second)]
        parts = (
            (self.slope, np.multiply.outer(first, second)[None]),
            (self.wandering, np.minimum.outer(first, second)[None]),
            (self.jump, after[0][:, :, None] * after[1][:, None, :]),
            (self.spike, during[0][:, :, None] * during[1][:, None, :]),
        )
        return np.asarray(sum(size[:, None, None] ** 2 * part for size, part in parts))

    def variance(self, times: Array) -> Array:
        """The diagonal, shape [m, times]."""
        moment = self.moment[:, None]
        parts = (
            (self.slope, times**2),
            (self.wandering, times),
            (self.jump, times >= moment),
            (self.spike, times == moment),
        )
        return np.asarray(sum(size[:, None] ** 2 * part for size, part in parts))

    def chosen(self, which: Array) -> "_Kernel":
        """Some of the sizes."""
        return _Kernel(
            slope=self.slope[which],
            wandering=self.wandering[which],
            jump=self.jump[which],
            spike=self.spike[which],
            moment=self.moment[which],
            log_prior=self.log_prior[which],
        )


@dataclass(frozen=True, kw_only=True)
class _Fit:
    """One series under m priors."""

    factor: Array
    """Cholesky factors of the covariance of what is seen, shape [m, s, s]."""
    whitened: Array
    """The values divided by them, shape [m, s, 1]."""

    @classmethod
    def of(cls, prior: Array, series: Series, at: Array) -> "_Fit":
        errors = series.covariance[np.ix_(at, at)] + np.eye(at.size) * ROUNDING
        factor = np.linalg.cholesky(prior + errors)
        values = np.broadcast_to(series.values[at][:, None], (len(prior), at.size, 1))
        return cls(factor=factor, whitened=np.linalg.solve(factor, values))

    @property
    def log_likelihood(self) -> Array:
        """Up to a constant, shape [m]."""
        spread = np.log(np.diagonal(self.factor, axis1=1, axis2=2)).sum(axis=1)
        return np.asarray(-(self.whitened**2).sum(axis=(1, 2)) / 2 - spread)

    def read(self, kept: Array, across: Array, own: Array, weights: Array) -> Curve:
        gain = np.linalg.solve(self.factor[kept], across)
        means = (gain * self.whitened[kept]).sum(axis=1)
        variances = np.maximum(own - (gain**2).sum(axis=1), 1e-12)
        return Curve(weights=weights, means=means, stderrs=np.sqrt(variances))


def _seen(times: Array) -> Array:
    """Which points a fit rests on: all, or the last and others evenly before it."""
    return np.unique(np.linspace(0, times.size - 1, min(MOST, times.size)).round().astype(np.intp))
