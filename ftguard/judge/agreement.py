"""How far a judge agrees with people: the weighted kappa of two sequences of ratings."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ftguard.errors import InputError
from ftguard.judge.rubric import HIGHEST, LOWEST

DRAWS = 400
"""Bootstrap samples of the interval."""
LEVEL = 0.95


@dataclass(frozen=True, kw_only=True)
class Agreement:
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


def kappa(judge: Sequence[int | None], people: Sequence[int | None], *, seed: int = 0) -> Agreement:
    """Cohen's kappa with quadratic weights (Cohen 1968, Psychol. Bull. 70:213).

    Args:
        judge: the judge's ratings from 1 to 5, None where an answer is unscored.
        people: a person's ratings of the same answers, in the same order.
        seed: of the bootstrap.

    Raises:
        InputError: the sequences differ in length, or a rating is off the scale.
    """
    # scikit-learn takes a second to import.
    from sklearn.metrics import cohen_kappa_score  # noqa: PLC0415

    if len(judge) != len(people):
        raise InputError(f"{len(judge)} ratings of the judge for {len(people)} of people.")
    both = [(a, b) for a, b in zip(judge, people, strict=True) if a is not None and b is not None]
    if any(not LOWEST <= rating <= HIGHEST for pair in both for rating in pair):
        raise InputError(f"ratings are whole numbers from {LOWEST} to {HIGHEST}, or None.")
    n = len(both)
    ratings = np.array(both, dtype=np.intp).reshape(n, 2)
    if len(np.unique(ratings)) < 2:  # noqa: PLR2004
        reason = "fewer than two different ratings: chance alone would agree"
        return Agreement(n=n, undefined=reason)

    def value(rows: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> float:
        labels = list(range(LOWEST, HIGHEST + 1))
        return float(cohen_kappa_score(rows[:, 0], rows[:, 1], labels=labels, weights="quadratic"))

    generator = np.random.default_rng(seed)
    with warnings.catch_warnings():
        # A sample of equal ratings has no kappa; it is left out of the interval.
        warnings.simplefilter("ignore")
        drawn = [value(ratings[generator.integers(n, size=n)]) for _ in range(DRAWS)]
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.nanpercentile(drawn, [tail, 100 - tail])
    return Agreement(n=n, kappa=value(ratings), low=float(low), high=float(high))
