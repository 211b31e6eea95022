"""Makes `Estimate`, a number with its interval and n, from paired scores."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Array = NDArray[np.float64]

LEVEL = 0.95
"""Two-sided confidence level of every interval, unless a measure says otherwise."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A number that never travels alone."""

    value: float
    low: float
    """Lower end of the interval, in the unit of the value."""
    high: float
    """Upper end of the interval, in the unit of the value."""
    level: float
    """Two-sided confidence level of the interval, in (0, 1)."""
    n: int
    """The number of probes it rests on."""

    def __post_init__(self) -> None:
        if not (np.isfinite([self.value, self.low, self.high]).all() and 0 < self.level < 1):
            raise ValueError(f"an estimate is finite, with a level in (0, 1): {self}")


def mean_estimate(values: Array, *, discrete: bool, level: float = LEVEL) -> Estimate:
    """The mean with a t interval.

    For discrete scores one step up and one step down are added to the spread (not to the mean),
    so that "no item changed" on few items is not read as certainty: the adjusted Wald interval of
    Bonett and Price (2012, J. Educ. Behav. Stat. 37:479) for paired proportions, centred on the
    plain estimate.

    Args:
        values: shape [n], the paired differences (or scores) in [-1, 1].
        discrete: whether the values come in few steps (right or wrong) or on a continuum.
        level: two-sided confidence level.

    Raises:
        ValueError: fewer than two continuous values, or no value at all.
    """
    mean = float(values.mean()) if values.size else 0.0
    half = _half_width(values - mean, discrete=discrete, level=level)
    return Estimate(value=mean, low=mean - half, high=mean + half, level=level, n=values.size)


def relative_drop(
    base: Array, now: Array, chance: Array, *, discrete: bool, level: float = LEVEL
) -> Estimate:
    """sum(base - now) / sum(base - chance), with the interval of a ratio of paired means.

    The variance is that of the linearised ratio (Cochran 1977, Sampling Techniques, 6.4):
    residuals (base - now) - ratio * (base - chance), over the mean of (base - chance).

    Args:
        base: shape [n], the base model's scores in [0, 1].
        now: shape [n], the checkpoint's scores on the same probes.
        chance: shape [n], the score of guessing on each.
        discrete: whether the scores come in few steps.
        level: two-sided confidence level.

    Raises:
        ValueError: the base is at chance (nothing to lose; see `at_floor`), or n is too small.
    """
    room = base - chance
    if not room.mean() > 0:
        raise ValueError("the base scores no better than chance: a relative drop has no meaning")
    ratio = float((base - now).sum() / room.sum())
    residuals = (base - now) - ratio * room
    half = _half_width(residuals, discrete=discrete, level=level) / float(room.mean())
    return Estimate(value=ratio, low=ratio - half, high=ratio + half, level=level, n=base.size)


def at_floor(base: Array, chance: Array, *, discrete: bool) -> bool:
    """Whether the base's score is not beyond chance (one-sided 95 %): nothing to lose.

    With discrete scores and chance 0 this is the case up to three right answers of 40, or of 200.
    """
    return mean_estimate(base - chance, discrete=discrete, level=0.90).low <= 0


def _half_width(centred: Array, *, discrete: bool, level: float) -> float:
    n, squares = centred.size, float((centred**2).sum())
    if n < (1 if discrete else 2):
        raise ValueError(f"an interval needs more than {n} probes")
    if discrete:
        n, squares = n + 2, squares + 2
    error = np.sqrt(squares / (n - 1) / n)
    return float(stats.t.ppf((1 + level) / 2, n - 1) * error)
