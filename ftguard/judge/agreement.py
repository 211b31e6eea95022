"""How far a judge agrees with people: the weighted kappa of two sequences of ratings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftguard.errors import InputError
from ftguard.judge.rubric import HIGHEST, LOWEST

SCALE = tuple(range(LOWEST, HIGHEST + 1))
DRAWS = 2000
"""Bootstrap samples of the interval."""
LEVEL = 0.95


@dataclass(frozen=True, kw_only=True)
class JudgeAgreement:
    """Agreement beyond chance, with its interval; exactly one of a kappa and a reason."""

    n: int
    """The answers that both have rated."""
    kappa: float | None = None
    """1 is full agreement, 0 that of chance; in [-1, 1]."""
    low: float | None = None
    high: float | None = None
    level: float = LEVEL
    """Two-sided confidence level of the interval, from a percentile bootstrap over answers."""
    undefined: str | None = None
    """Why there is no kappa."""


def kappa(
    judge: Sequence[int | None], people: Sequence[int | None], *, seed: int = 0
) -> JudgeAgreement:
    """Cohen's kappa with quadratic weights (Cohen 1968, Psychol. Bull. 70:213).

    Args:
        judge: the judge's ratings from 1 to 5, None where an answer is unscored.
        people: a person's ratings of the same answers, in the same order.
        seed: of the bootstrap.

    Raises:
        InputError: the sequences differ in length, or a rating is off the scale.
    """
    # scikit-learn takes a second to import.
    from sklearn.metrics import cohen_kappa_score

    if len(judge) != len(people):
        raise InputError(f"{len(judge)} ratings of the judge for {len(people)} of people.")
    both = [(a, b) for a, b in zip(judge, people, strict=True) if a is not None and b is not None]
    if any(not LOWEST <= rating <= HIGHEST for pair in both for rating in pair):
        raise InputError(f"ratings are whole numbers from {LOWEST} to {HIGHEST}, or None.")
    n = len(both)
    ratings = np.array(both, dtype=np.intp).reshape(n, 2)
    if len(np.unique(ratings)) < 2:  # noqa: PLR2004
        reason = "fewer than two different ratings: chance alone would agree"
        return JudgeAgreement(n=n, undefined=reason)

    value = cohen_kappa_score(ratings[:, 0], ratings[:, 1], labels=SCALE, weights="quadratic")
    low, high = _interval(ratings, seed)
    return JudgeAgreement(n=n, kappa=float(value), low=low, high=high)


def _interval(ratings: NDArray[np.intp], seed: int) -> tuple[float, float]:
    """A percentile bootstrap over answers, as tables of counts: a draw is one multinomial."""
    counts = np.zeros((len(SCALE), len(SCALE)))
    np.add.at(counts, tuple((ratings - LOWEST).T), 1)
    shares = (counts / len(ratings)).ravel()
    drawn = np.random.default_rng(seed).multinomial(len(ratings), shares, size=DRAWS)
    kappas = weighted_kappa(drawn.reshape(DRAWS, *counts.shape) / len(ratings))
    tail = 100 * (1 - LEVEL) / 2
    # A draw of equal ratings has no kappa, and is left out.
    low, high = np.nanpercentile(kappas, [tail, 100 - tail])
    return float(low), float(high)


def weighted_kappa(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 - sum(weight * observed) / sum(weight * expected), over tables of shares.

    Args:
        shares: shape [..., k, k], the share of answers by both ratings; each table sums to 1.

    Returns:
        Shape [...]; NaN where only one rating was given.
    """
    steps = np.arange(shares.shape[-1], dtype=np.float64)
    weights = (steps[:, None] - steps) ** 2
    expected = shares.sum(-1)[..., :, None] * shares.sum(-2)[..., None, :]
    disagreement = (weights * expected).sum((-2, -1))
    with np.errstate(invalid="ignore"):
        kappas = 1 - (weights * shares).sum((-2, -1)) / disagreement
    return np.asarray(kappas, dtype=np.float64)
