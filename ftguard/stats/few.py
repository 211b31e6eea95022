"""What few probes leave open: the loss that may be there though none of them shows any."""

import math

import numpy as np

from ftguard.stats.estimates import Array, Clusters

SURE = 0.95
"""How sure, one-sided, one has to be that a loss would have shown on one probe at least."""


def unseen(n: float) -> float:
    """The largest share lost that n independent probes, none of which lost anything, leave open.

    An item drawn at random is a lost one with probability q, and none of n is with (1 - q)^n, which
    is 1 - `SURE` at q = 1 - 0.05^(1/n): the exact bound of Clopper and Pearson (1934, Biometrika
    26:404) for no event. It is about 3/n, the rule of three (Hanley and Lippman-Hand 1983, JAMA
    249:1743). It holds for graded scores too: those of n probes say nothing of a group of queries
    that none of them is of.
    """
    return 1 - (1 - SURE) ** (1 / n) if n > 0 else 1.0


def fewest(share: float) -> float:
    """The whole number of probes from which on `unseen` is no more than a share; else infinity."""
    if share >= 1:
        return 1.0
    needed = math.log(1 - SURE) / math.log1p(-share) if share > 0 else math.inf
    return float(np.ceil(needed))


def independent(weights: Array, clusters: Clusters | None = None) -> float:
    """As how many equal and independent probes these tell.

    sum(w)^2 / sum(w^2), Kish's effective sample size (1965, Survey Sampling, 8.2) over the sums of
    clusters. Of answers that are right or wrong, weighed by what the base has above chance 0, that
    is the number of right ones: nothing else can be lost.

    Args:
        weights: shape [n], how much each counts in the mean.
        clusters: as in `estimates.mean_estimate`.
    """
    sums = weights if clusters is None else np.bincount(clusters, weights=weights)
    squares = float(sums @ sums)
    return float(sums.sum()) ** 2 / squares if squares > 0 else 0.0
