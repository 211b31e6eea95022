"""Makes `RaterAgreement`: how far raters who saw the same pairs chose alike."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import krippendorff
import numpy as np

from ftguard.rating.store import Choice, Rating
from ftguard.stats.estimates import LEVEL, Array, Estimate, mean_estimate

ORDER: tuple[Choice, ...] = ("base", "tie", "tuned")
"""Choices from one end to the other: a tie lies between the sides."""
DRAWS = 1000
FEWEST = 10
"""With fewer shared items alpha has no interval."""


@dataclass(frozen=True, kw_only=True)
class RaterAgreement:
    """Over the pairs that two or more people decided on; skipped ones are not decided."""

    raters: int
    same: Estimate
    """The share of two raters' choices on one pair that are the same; n is the pairs."""
    alpha: float | None
    """Krippendorff's alpha for ordered choices: 1 is full agreement, 0 what chance gives; None
    where everybody always chose the same, so that chance has no measure."""
    low: float | None
    """Lower end of its 95 % interval, from resampled pairs; None for few pairs."""
    high: float | None


def agreement(ratings: Sequence[Rating], *, seed: int = 0) -> RaterAgreement | None:
    """The agreement of the ratings that stand; None where nothing was rated twice.

    Alpha (Krippendorff 2011, Computing Krippendorff's Alpha-Reliability) takes any number of
    raters who each rated a part, which Cohen's kappa does not.
    """
    decided = [rating for rating in ratings if rating.choice in ORDER]
    by_pair: dict[str, list[Rating]] = defaultdict(list)
    for rating in decided:
        by_pair[rating.probe_id].append(rating)
    shared = [group for group in by_pair.values() if len(group) > 1]
    if not shared:
        return None
    same = [
        np.mean([one.choice == other.choice for one, other in combinations(group, 2)])
        for group in shared
    ]
    counts = np.array([[[r.choice for r in g].count(choice) for choice in ORDER] for g in shared])
    low, high = _interval(counts.astype(np.float64), seed)
    return RaterAgreement(
        raters=len({rating.rater for group in shared for rating in group}),
        same=mean_estimate(np.array(same, float), discrete=True),
        alpha=_alpha(counts.astype(np.float64)),
        low=low,
        high=high,
    )


def _alpha(counts: Array) -> float | None:
    """Of counts of shape [pairs, choices]."""
    if np.count_nonzero(counts.sum(axis=0)) == 1:
        return None
    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="ordinal"))


def _interval(counts: Array, seed: int) -> tuple[float | None, float | None]:
    if len(counts) < FEWEST:
        return None, None
    generator = np.random.default_rng(seed)
    drawn = [_alpha(generator.choice(counts, len(counts))) for _ in range(DRAWS)]
    known = [alpha for alpha in drawn if alpha is not None]
    if len(known) < DRAWS * LEVEL:
        return None, None
    ends = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(ends[0]), float(ends[1])
