"""How sure a finding must be, so that a whole run meets a false one 5 % of the time at most."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

ALPHA = 0.05
"""Probability that a run whose model has not changed beyond noise meets any breach."""
RESERVE = 0.05
"""Share of it that is kept for looks beyond the planned ones (a resume makes some)."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """One of several times that a run's gates are decided on."""

    number: int
    """1 for the first checkup of the run, abandoned attempts counted."""
    planned: int | None
    """How many are planned; None where nothing tells."""

    @property
    def level(self) -> float:
        """The share of `ALPHA` that this look may spend; over all looks they add up to at most it.

        Planned looks share equally: each checkpoint is worth the same, and a spending function
        that saves for the end would blind the early ones (Lan and DeMets 1983, Biometrika 70:659,
        for the idea of spending). Looks without a plan spend 6 / (pi k)^2 of what there is, which
        adds up to 1 however many come.
        """
        if self.planned is None:
            return ALPHA * _unplanned_share(self.number)
        if self.number <= self.planned:
            return ALPHA * (1 - RESERVE) / self.planned
        return ALPHA * RESERVE * _unplanned_share(self.number - self.planned)


def rejected(p_values: Mapping[str, float], level: float) -> dict[str, float]:
    """The hypotheses that may be rejected together, with the level that each had to meet.

    Holm's step-down (1979, Scand. J. Stat. 6:65): at most `level` of any false rejection, however
    the p-values depend on each other, and never less powerful than Bonferroni.

    Returns:
        For each rejected name, the level that its p-value was held against.
    """
    found: dict[str, float] = {}
    for rank, name in enumerate(sorted(p_values, key=lambda name: p_values[name])):
        needed = level / (len(p_values) - rank)
        if p_values[name] > needed:
            break
        found[name] = needed
    return found


def _unplanned_share(number: int) -> float:
    return 6 / (math.pi * number) ** 2
