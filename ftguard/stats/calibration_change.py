"""Makes `CalibrationChange`: by how much a calibration error grew, how large it is, how sure."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from ftguard.stats.calibration_error import (
    POINTS,
    Confidences,
    blocks,
    contributions,
    cross_fitted,
)
from ftguard.stats.estimates import Array, Estimate, student_estimate


@dataclass(frozen=True, kw_only=True)
class CalibrationChange:
    """What became of one model's calibration error, in [-1, 1], on n items."""

    increase: Estimate
    """Of `cross_fitted_ece`, from before to after."""
    error: Estimate
    """`cross_fitted_ece` after."""
    increase_influence: Array
    """How far each item pulls the increase, shape [n]: they add up to 0, their squares to about
    its variance, the infinitesimal jackknife (Efron 1982, The Jackknife, the Bootstrap and Other
    Resampling Plans, chapter 6)."""
    error_influence: Array
    """The same of the error after."""


def calibration_change(
    before: Confidences, after: Confidences, *, level: float, seed: int, resamples: int = 2_000
) -> CalibrationChange:
    """The increase of `cross_fitted_ece` from before to after, and what it is after.

    Standard errors are those of a paired bootstrap (items are drawn, each with both of its
    sides), widened by one step up and one step down over all items as `mean_estimate` does: no
    item changed on few items is no certainty. Interval and p-value take it with Student's t, so
    that a p-value means something far below 1 / resamples.

    The standard error is that of the models as they are, not of "no increase", under which it
    would be smaller. So the test errs on the safe side where both are calibrated (1 to 2 % at
    alpha = 5 %) and holds alpha where both are equally overconfident. It is not made for a model
    that turns from underconfident to overconfident by just as much, whose increase it calls worse
    too often (8 % at n = 200); `tests/benchmarks/calibration_bias.py` prints the rates.

    Args:
        before: the base model's confidences, n of them.
        after: the checkpoint's on the same items, in the same order.
        level: two-sided confidence level of the intervals.
        seed: of the bootstrap.
        resamples: bootstrap draws.

    Raises:
        ValueError: before and after differ in length.
    """
    n = before.confidence.size
    if after.confidence.size != n:
        raise ValueError(f"{n} items before and {after.confidence.size} after are no pairs")
    sides = [contributions(side.confidence, side.correct, POINTS) for side in (before, after)]

    def errors(weights: Array) -> Array:
        """Of both sides, shape [2, ...]."""
        return np.stack([cross_fitted(weights @ gap, weights @ spread) for gap, spread in sides])

    drawn = np.concatenate([errors(w) for w in _bootstrap(n, resamples, seed)], axis=-1)
    was, now = errors(np.ones(n))
    pulls = [_influence(gap, spread) for gap, spread in sides]

    def estimate(value: float, resampled: Array) -> Estimate:
        stderr = math.hypot(float(resampled.std()), math.sqrt(2 / (n + 1) / (n + 2)))
        return student_estimate(value, stderr, dof=n + 1, n=n, level=level)

    return CalibrationChange(
        increase=estimate(float(now - was), drawn[1] - drawn[0]),
        error=estimate(float(now), drawn[1]),
        increase_influence=pulls[1] - pulls[0],
        error_influence=pulls[1],
    )


def _influence(gap: Array, variance: Array) -> Array:
    """The derivative of `cross_fitted` by each item's weight, less its mean, shape [n].

    With S, v and z as in `cross_fitted_ece`, that by |S| is 2 * Phi(z) - 1 + 4 * z * phi(z), and
    that by v is -phi(z) * (1 + 2 * z^2) / sqrt(v).

    Args:
        gap: what each item adds to the smoothed gap, shape [n, points].
        variance: what it adds to the gap's variance, shape [n, points].
    """
    total, spread = gap.sum(axis=0), np.sqrt(variance.sum(axis=0))
    z = np.abs(total) / np.maximum(spread, 1e-9)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    by_gap = np.sign(total) * (2 * special.ndtr(z) - 1 + 4 * z * density)
    by_variance = -density * (1 + 2 * z**2) / np.maximum(spread, 1e-9)
    pull = gap @ by_gap + variance @ by_variance
    return np.asarray(pull - pull.mean())


def _bootstrap(n: int, resamples: int, seed: int) -> Iterator[Array]:
    """How often each of n items is drawn, shape [some, n] at a time, `resamples` rows in all."""
    rng = np.random.default_rng(seed)
    for block in blocks(resamples, n):
        rows = len(range(*block.indices(resamples)))
        yield rng.multinomial(n, np.full(n, 1 / n), size=rows).astype(float)
