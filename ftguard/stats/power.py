"""What a gate can find, told before training: the true drop that so many probes would show."""

import math

from scipy import special

CHURN = 0.10
"""Share of right-or-wrong items that is taken to flip each way without any true change."""
POWER = 0.80

WORTH_ASKING = 5_000
"""More probes than these are advised nowhere: the base has to be better there, not the count."""


def smallest_drop(n: int, room: float, limit: float, level: float) -> float:
    """The smallest true relative drop that is a breach at one look four times out of five.

    Normal approximation of a paired drop of right-or-wrong scores with 10 % of the items flipping
    each way: the estimate has to pass the limit, and chance at `level`.

    Args:
        n: probes.
        room: the base's mean score above chance, in (0, 1].
        limit: the gate's limit, a relative drop.
        level: one-sided level that the look allows.
    """
    error = math.sqrt(2 * CHURN / n) / room
    needed = max(limit, float(-special.ndtri(level)) * error)
    return needed + float(special.ndtri(POWER)) * error


def probes_needed(drop: float, room: float, limit: float, level: float) -> int:
    """How many probes would find a true drop beyond the limit four times out of five.

    Raises:
        ValueError: the drop is within the limit, which no number of probes finds.
    """
    if drop <= limit:
        raise ValueError(f"a drop of {drop} is within the limit of {limit}")
    spread = math.sqrt(2 * CHURN) / room
    by_limit = float(special.ndtri(POWER)) * spread / (drop - limit)
    by_chance = float(special.ndtri(POWER) - special.ndtri(level)) * spread / drop
    return math.ceil(max(by_limit, by_chance) ** 2)
