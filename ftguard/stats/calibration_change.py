"""Makes `CalibrationChange`: by how much a calibration error grew, how large it is, how sure."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

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

    def estimate(value: float, resampled: Array) -> Estimate:
        stderr = math.hypot(float(resampled.std()), math.sqrt(2 / (n + 1) / (n + 2)))
        return student_estimate(value, stderr, dof=n + 1, n=n, level=level)

    return CalibrationChange(
        increase=estimate(float(now - was), drawn[1] - drawn[0]),
        error=estimate(float(now), drawn[1]),
    )


def _bootstrap(n: int, resamples: int, seed: int) -> Iterator[Array]:
    """How often each of n items is drawn, shape [some, n] at a time, `resamples` rows in all."""
    rng = np.random.default_rng(seed)
    for block in blocks(resamples, n):
        rows = len(range(*block.indices(resamples)))
        yield rng.multinomial(n, np.full(n, 1 / n), size=rows).astype(float)
