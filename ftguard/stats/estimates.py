"""Makes `Estimate`, a number with its interval and n, from paired scores."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]
Clusters = NDArray[np.intp]

LEVEL = 0.95
"""Two-sided confidence level of every interval, unless a measure says otherwise."""

STEPS = 2
"""One up and one down, which `mean_estimate` adds to the spread of discrete scores."""


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
    stderr: float
    """Standard error of the value."""
    dof: int
    """Degrees of freedom of the Student's t that the value's standard error is held against."""
    null_stderr: float | None = None
    """Standard error of the value where the truth is no change, for its p-value; None where it is
    that of the value."""

    def __post_init__(self) -> None:
        if not (np.isfinite([self.value, self.low, self.high]).all() and 0 < self.level < 1):
            raise ValueError(f"an estimate is finite, with a level in (0, 1): {self}")


def p_value(estimate: Estimate, threshold: float = 0.0) -> float:
    """One-sided: how probable so large a value is where the truth is at most the threshold.

    Where the threshold is no change, the error is the one under no change. That of a ratio shrinks
    with the ratio itself: it is smallest in just those samples that show a drop by chance, and a
    test that rests on it finds too much, the more so the less the base knows.
    """
    distance = estimate.value - threshold
    stderr = estimate.stderr
    if not threshold and estimate.null_stderr is not None:
        stderr = estimate.null_stderr
    if not stderr:
        return float(distance <= 0)
    return float(special.stdtr(estimate.dof, -distance / stderr))


def mean_estimate(
    values: Array, *, discrete: bool, level: float = LEVEL, clusters: Clusters | None = None
) -> Estimate:
    """The mean with a t interval.

    For discrete scores one step up and one step down are added to the spread (not to the mean),
    so that "no item changed" on few items is not read as certainty: the adjusted Wald interval of
    Bonett and Price (2012, J. Educ. Behav. Stat. 37:479) for paired proportions, centred on the
    plain estimate.

    Args:
        values: shape [n], the paired differences (or scores) in [-1, 1].
        discrete: whether the values come in few steps (right or wrong) or on a continuum.
        level: two-sided confidence level.
        clusters: shape [n], the number of the cluster that each item belongs to; None where every
            item stands alone.

    Raises:
        ValueError: fewer than two continuous values, or no value at all.
    """
    mean = float(values.mean()) if values.size else 0.0
    spread = _Spread.of(values - mean, clusters, discrete=discrete)
    return student_estimate(mean, spread.stderr, dof=spread.dof, n=values.size, level=level)


def relative_drop(
    base: Array,
    now: Array,
    chance: Array,
    *,
    discrete: bool,
    level: float = LEVEL,
    clusters: Clusters | None = None,
) -> Estimate:
    """sum(base - now) / sum(base - chance), with the interval of a ratio of paired means.

    The variance is that of the linearised ratio (Cochran 1977, Sampling Techniques, 6.4):
    residuals (base - now) - ratio * (base - chance), over the mean of (base - chance). Where the
    truth is no change the ratio is 0 and the residuals are the paired differences themselves: their
    error, about their own mean, is `null_stderr`, so that the p-value of no change is that of the
    paired difference, whatever the base knows.

    Args:
        base: shape [n], the base model's scores in [0, 1].
        now: shape [n], the checkpoint's scores on the same probes.
        chance: shape [n], the score of guessing on each.
        discrete: whether the scores come in few steps.
        level: two-sided confidence level.
        clusters: as in `mean_estimate`.

    Raises:
        ValueError: the base is at chance (nothing to lose; see `at_floor`), or n is too small.
    """
    ratio, difference = drop_of(base, now, chance), base - now
    scale = float((base - chance).mean())
    spread, of_no_change = (
        _Spread.of(deviations, clusters, discrete=discrete)
        for deviations in (
            scale * drop_deviations(base, now, chance),
            difference - difference.mean(),
        )
    )
    found = student_estimate(ratio, spread.stderr / scale, dof=spread.dof, n=base.size, level=level)
    return replace(found, null_stderr=of_no_change.stderr / scale)


def drop_of_part(
    change: Array,
    room: Array,
    *,
    discrete: bool,
    level: float = LEVEL,
    clusters: Clusters | None = None,
    clusters_of_all: Clusters | None = None,
) -> Estimate:
    """mean(base - now) over a part of the probes, over mean(base - chance) of all of them.

    The ratio of both over the part alone would be biased, by an amount of order 1/n (Cochran 1977,
    6.8) that is the same at every look, so that no number of looks averages it out. With the
    denominator of all probes what is left of its error is that of all of them, which is added in
    quadrature. `null_stderr` is the error of the paired differences alone.

    There is no correction for a finite population: the part is drawn from the N probes, but what is
    claimed is of the questions that those N stand for.

    Args:
        change: shape [n], base - now on the probes of the part.
        room: shape [N], base - chance on all probes that the base has a score of.
        discrete: whether the scores come in few steps.
        level: two-sided confidence level.
        clusters: of the part, as in `mean_estimate`.
        clusters_of_all: of all, likewise.

    Raises:
        ValueError: the base is at chance (nothing to lose; see `at_floor`), or n is too small.
    """
    scale = float(room.mean())
    if not scale > 0:
        raise ValueError("the base scores no better than chance: a relative drop has no meaning")
    value = float(change.mean()) / scale
    of_change = _Spread.of(change - change.mean(), clusters, discrete=discrete)
    of_room = _Spread.of(room - scale, clusters_of_all, discrete=discrete)
    stderr = math.hypot(of_change.stderr, value * of_room.stderr) / scale
    found = student_estimate(value, stderr, dof=of_change.dof, n=change.size, level=level)
    return replace(found, null_stderr=of_change.stderr / scale)


def drop_of(base: Array, now: Array, chance: Array) -> float:
    """sum(base - now) / sum(base - chance); the arguments are those of `relative_drop`."""
    room = base - chance
    if not room.mean() > 0:
        raise ValueError("the base scores no better than chance: a relative drop has no meaning")
    return float((base - now).sum() / room.sum())


def drop_deviations(base: Array, now: Array, chance: Array) -> Array:
    """How far each item pulls the relative drop, times n: they add up to 0. Shape [n]."""
    room = base - chance
    residuals = (base - now) - drop_of(base, now, chance) * room
    return np.asarray(residuals / room.mean())


def influence(deviations: Array, units: Clusters, num_units: int) -> tuple[float, ...]:
    """What each independent unit adds to the deviation of a mean (Hampel 1974, JASA 69:383).

    Args:
        deviations: shape [n], each item's value less the mean.
        units: shape [n], the number of the unit that each item belongs to.
        num_units: how many there are; those that no item belongs to add 0.

    Returns:
        One number a unit, in the unit of the values, to 5 significant digits.
    """
    sums = np.bincount(units, weights=deviations, minlength=num_units) / max(1, deviations.size)
    return tuple(float(f"{value:.5g}") for value in sums)


def at_floor(base: Array, chance: Array, *, discrete: bool) -> bool:
    """Whether the base's score is not beyond chance (one-sided 95 %): nothing to lose.

    With discrete scores and chance 0 this is the case up to three right answers of 40, or of 200.
    """
    return mean_estimate(base - chance, discrete=discrete, level=0.90).low <= 0


@dataclass(frozen=True, kw_only=True)
class _Spread:
    """How far a mean of n items is from the truth, by the deviations of independent clusters.

    The jackknife over clusters: each is left out in turn (MacKinnon, Nielsen and Webb 2023,
    J. Econometrics 232:272, their CV3). With every item a cluster this is the ordinary standard
    error, with equal clusters that of Miller 2024 (2411.00640) times G / (G - 1) for G of them, so
    that few are not read as certainty; nor is one that holds most of the items, which pulls the
    mean to itself and seems to lie close to it.
    """

    stderr: float
    dof: int
    """One less than the equal clusters that would weigh as much: n^2 / sum(size^2), rounded
    (Carter, Schnepel and Steigerwald 2017, Rev. Econ. Stat. 99:698), and the added steps."""

    @classmethod
    def of(cls, deviations: Array, clusters: Clusters | None, *, discrete: bool) -> "_Spread":
        """The spread of these deviations from their mean, shape [n]."""
        sizes, sums = np.ones(1), deviations
        count, equal = deviations.size, float(deviations.size)
        if clusters is not None:
            held = np.bincount(clusters)
            sums = np.bincount(clusters, weights=deviations)[held > 0].astype(np.float64)
            sizes = held[held > 0].astype(np.float64)
            count, equal = sizes.size, float(deviations.size**2 / (sizes @ sizes))
        if count < (1 if discrete else 2):
            raise ValueError(f"an interval needs more than {count} probes")
        steps = STEPS if discrete else 0
        n, count = deviations.size + steps, count + steps
        left_out = sums / (n - sizes)
        squares = float(left_out @ left_out) + steps / (n - 1) ** 2
        stderr = math.sqrt((count - 1) / count * squares)
        return cls(stderr=stderr, dof=max(1, round(equal) + steps - 1))


def student_estimate(
    value: float, stderr: float, *, dof: int, n: int, level: float = LEVEL
) -> Estimate:
    """A value with Student's t interval around it.

    Args:
        value: the estimate.
        stderr: its standard error.
        dof: degrees of freedom.
        n: the number of probes it rests on.
        level: two-sided confidence level.
    """
    half = float(special.stdtrit(dof, (1 + level) / 2)) * stderr
    return Estimate(
        value=value,
        low=value - half,
        high=value + half,
        level=level,
        n=n,
        stderr=stderr,
        dof=dof,
    )
