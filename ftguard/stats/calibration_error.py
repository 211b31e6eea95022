"""Calibration errors: how far confidence is from accuracy, without reading an error out of noise.

The gate rests on `cross_fitted_ece`, whose expectation is zero for a calibrated model (its paired
difference is in `calibration_change`). The others are what papers report, shown beside it.

Every error takes `confidence` and `correct` of shape [..., n] in [0, 1], where `correct` is 1 or 0,
and returns shape [...]: resampled sets are leading axes.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from ftguard.stats.estimates import Array

BINS = 15
"""The number of bins of Guo et al. 2017 (1706.04599), which papers kept."""
BANDWIDTH = 0.1
"""Of the smooth errors, in units of confidence.

Of 0.05, 0.1 and 0.2 the narrowest that finds a true overconfidence of 0.10 about as often as the
next wider one.
"""
POINTS = 50
"""Where on [0, 1] the smoothed gap is looked at: five points a bandwidth."""
SMALLEST = 1e-6
"""A probability below this counts as this in a log-likelihood: a sure mistake costs 13.8 nats."""
BLOCK = 2**20
"""Numbers in one temporary array, 8 MB; larger work is done in blocks."""


@dataclass(frozen=True, kw_only=True)
class Confidences:
    """Confidence and correctness of the same items, each of shape [n] in [0, 1]."""

    confidence: Array
    correct: Array

    def __post_init__(self) -> None:
        shape = self.confidence.shape
        if len(shape) != 1 or not self.confidence.size or shape != self.correct.shape:
            raise ValueError(f"as many confidences as outcomes: {shape}, {self.correct.shape}")
        for values in (self.confidence, self.correct):
            if not ((values >= 0) & (values <= 1)).all():
                raise ValueError("confidence and correctness are in [0, 1]")


@dataclass(frozen=True, kw_only=True)
class BrierParts:
    """The Brier score taken apart: reliability - resolution + uncertainty, each of shape [...]."""

    reliability: Array
    """Squared gap between confidence and accuracy over bins, lower is better."""
    resolution: Array
    """How far confidence tells right answers from wrong ones, higher is better."""
    uncertainty: Array
    """accuracy * (1 - accuracy), whatever the confidence."""


def equal_width_ece(confidence: Array, correct: Array, *, bins: int = BINS) -> Array:
    """ECE as papers report it: the mean |accuracy - confidence| over bins of equal width.

    Guo et al. 2017 (1706.04599), equation 3; bins [a, b), the last one closed. Biased upward: a
    calibrated model with 200 items reads 0.07 to 0.09.
    """
    rows, n = math.prod(confidence.shape[:-1]), confidence.shape[-1]
    inner = np.linspace(0, 1, bins + 1)[1:-1]
    cell = np.searchsorted(inner, confidence.reshape(rows, n), side="right")
    cell += np.arange(rows)[:, None] * bins
    gap = (correct - confidence).ravel()
    sums = np.bincount(cell.ravel(), weights=gap, minlength=rows * bins).reshape(rows, bins)
    return np.asarray(np.abs(sums).sum(axis=-1) / n).reshape(confidence.shape[:-1])


def equal_mass_ece(confidence: Array, correct: Array, *, bins: int = BINS) -> Array:
    """ECE over bins of as many items each.

    The adaptive binning of Nguyen and O'Connor 2015 (1508.05154); biased upward no less where the
    confidence is right. Equal confidences are kept in their order.
    """
    gap, starts = _in_bins(confidence, correct - confidence, bins)
    return np.asarray(np.abs(_sums(gap, starts)).sum(axis=-1) / gap.shape[-1])


def smooth_ece(confidence: Array, correct: Array, *, points: int = POINTS) -> Array:
    """ECE without bins: the gap smoothed over confidence, then the integral of its size.

    The smECE of Blasiok and Nakkiran 2023 (2309.12236), a Gaussian reflected at 0 and 1, at the
    fixed `BANDWIDTH`, so that a base and a checkpoint are measured with one yardstick.

    Args:
        confidence: shape [..., n].
        correct: shape [..., n].
        points: where on [0, 1] the smoothed gap is looked at.
    """
    gap, _ = _smoothed(confidence, correct, points)
    return np.asarray(np.abs(gap).sum(axis=-1))


def cross_fitted_ece(confidence: Array, correct: Array, *, points: int = POINTS) -> Array:
    """Smooth ECE without its upward bias; it may be negative.

    A plain error counts every gap as positive, those of chance too. Here one random half of the
    items says which way the confidence errs, the other half by how much, and the mean over all
    splits is taken in closed form. With gap S, variance v = sum(k^2 * c * (1 - c)) and
    z = |S| / sqrt(v), a split is (S + R) / 2 and (S - R) / 2 with R ~ N(0, v), and

        E[sign(S + R) * (S - R)] = |S| * (2 * Phi(z) - 1) - 2 * sqrt(v) * phi(z).

    Where the confidence is right the halves are independent and the mean is 0 (at n = 50, and with
    R taken as normal, within 0.004). Elsewhere it reads low, by the chance of a half to err about
    the direction; graded scores vary less than v, so with them it reads lower still.

    It is the cross-fitted lower bound of Berta, Braun, Holzmueller et al. 2026 (2602.24230), with
    the sign of the smoothed gap (Blasiok and Nakkiran 2023, 2309.12236) as what is fitted.

    Args:
        confidence: shape [..., n].
        correct: shape [..., n].
        points: where on [0, 1] the smoothed gap is looked at.
    """
    return cross_fitted(*_smoothed(confidence, correct, points))


def brier_score(confidence: Array, correct: Array) -> Array:
    """The mean squared difference of confidence and correctness, in [0, 1] (Brier 1950)."""
    return np.asarray(((confidence - correct) ** 2).mean(axis=-1))


def brier_parts(confidence: Array, correct: Array, *, bins: int = BINS) -> BrierParts:
    """Reliability, resolution and uncertainty over bins of as many items each; they add up.

    Murphy 1973 (J. Appl. Meteorol. 12:595), with what confidence tells within a bin counted to the
    resolution: the generalized resolution of Stephenson, Coelho and Jolliffe 2008 (Weather
    Forecast. 23:752).
    """
    forecast, starts = _in_bins(confidence, confidence, bins)
    outcome, _ = _in_bins(confidence, correct, bins)
    n = forecast.shape[-1]
    sizes = np.diff([*starts, n])
    mean_forecast, mean_outcome = (_sums(each, starts) / sizes for each in (forecast, outcome))
    accuracy = outcome.mean(axis=-1)
    inside = forecast - mean_forecast.repeat(sizes, axis=-1)
    within = inside * (2 * (outcome - mean_outcome.repeat(sizes, axis=-1)) - inside)
    between = sizes * (mean_outcome - accuracy[..., None]) ** 2
    return BrierParts(
        reliability=np.asarray((sizes * (mean_forecast - mean_outcome) ** 2).sum(axis=-1) / n),
        resolution=np.asarray((between.sum(axis=-1) + within.sum(axis=-1)) / n),
        uncertainty=np.asarray(accuracy * (1 - accuracy)),
    )


def negative_log_likelihood(confidence: Array, correct: Array) -> Array:
    """The mean surprise at being right or wrong, in nats, at most 13.8 (see `SMALLEST`)."""
    sure = np.clip(confidence, SMALLEST, 1 - SMALLEST)
    return np.asarray(-(correct * np.log(sure) + (1 - correct) * np.log1p(-sure)).mean(axis=-1))


def answer_brier_score(confidence: Array, correct: Array) -> Array:
    """The Brier score over all answers that could be given, in [0, 2]: `brier_score` + error rate.

    Brier's own sum over the classes (1950, Mon. Weather Rev. 78:1) is (1 - c)^2 for a right
    answer and c^2 + 1 for a wrong one, where what is left of the probability is spread so thinly
    that its squares are nothing. Unlike the score of the confidence alone it tells a model that is
    wrong and knows it from one that is right and knows it.
    """
    return np.asarray(brier_score(confidence, correct) + 1 - correct.mean(axis=-1))


def accuracy(confidence: Array, correct: Array) -> Array:
    """The share of right answers, whatever the confidence."""
    del confidence
    return np.asarray(correct.mean(axis=-1))


def mean_confidence(confidence: Array, correct: Array) -> Array:
    """The mean confidence, right or wrong."""
    del correct
    return np.asarray(confidence.mean(axis=-1))


def overconfidence(confidence: Array, correct: Array) -> Array:
    """Mean confidence less accuracy, in [-1, 1]: above 0 is overconfident, below underconfident."""
    return np.asarray((confidence - correct).mean(axis=-1))


def _in_bins(confidence: Array, values: Array, bins: int) -> tuple[Array, list[int]]:
    """The values in order of confidence, and where each of the bins of equal mass starts."""
    n = confidence.shape[-1]
    order = np.argsort(confidence, axis=-1, kind="stable")
    count = min(bins, n)
    return np.take_along_axis(values, order, axis=-1), [n * i // count for i in range(count)]


def _sums(values: Array, starts: list[int]) -> Array:
    return np.asarray(np.add.reduceat(values, starts, axis=-1))


def contributions(confidence: Array, correct: Array, points: int) -> tuple[Array, Array]:
    """What each item adds to the smoothed gap and to its variance at each point.

    Args:
        confidence: shape [..., n].
        correct: shape [..., n].
        points: how many, spread evenly over [0, 1].

    Returns:
        Two arrays of shape [..., n, points], whose sums over items are in units of ECE (squared).
    """
    where = (np.arange(points) + 0.5) / points
    mirrored = np.stack([confidence, -confidence, 2 - confidence], axis=-1)
    bells = np.exp(-(((where - mirrored[..., None]) / BANDWIDTH) ** 2) / 2).sum(axis=-2)
    kernel = bells / (math.sqrt(2 * math.pi) * BANDWIDTH * points * confidence.shape[-1])
    gap = kernel * (correct - confidence)[..., None]
    return gap, kernel**2 * (confidence * (1 - confidence))[..., None]


def _smoothed(confidence: Array, correct: Array, points: int) -> tuple[Array, Array]:
    """The smoothed gap at each point and its variance if the confidence is right.

    Returns:
        Two arrays of shape [..., points].
    """
    *leading, n = confidence.shape
    rows = math.prod(leading)
    gap, variance = np.empty((rows, points)), np.empty((rows, points))
    for block in blocks(rows, n * points * 3):
        parts = contributions(
            confidence.reshape(rows, n)[block], correct.reshape(rows, n)[block], points
        )
        gap[block], variance[block] = (part.sum(axis=-2) for part in parts)
    return gap.reshape(*leading, points), variance.reshape(*leading, points)


def cross_fitted(gap: Array, variance: Array) -> Array:
    """`cross_fitted_ece` of the summed contributions, each of shape [..., points]."""
    size, spread = np.abs(gap), np.sqrt(variance)
    # Where the confidence is 0 or 1 nothing is left to chance: spread 0, and the gap counts whole.
    z = size / np.maximum(spread, 1e-9)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return np.asarray((size * (2 * special.ndtr(z) - 1) - 2 * spread * density).sum(axis=-1))


def blocks(rows: int, numbers: int) -> Iterator[slice]:
    """Slices over all rows, so that a block of rows of so many numbers fits into `BLOCK`."""
    step = max(1, BLOCK // numbers)
    return (slice(start, start + step) for start in range(0, rows, step))
