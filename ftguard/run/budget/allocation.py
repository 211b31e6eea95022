"""Says how many of each part to ask, so that the evidence is the most that the time buys."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

ROUNDS = 8
"""More than there are parts: each round either is the last or fills one up."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """The questions of one role."""

    size: int
    """Units that can be asked."""
    price: float
    """Seconds a unit, on average."""
    weight: float = 1.0
    """How much its error matters to the decision, beside others'."""


def allocate(parts: Mapping[str, Part], seconds: float) -> dict[str, float]:
    """How many units of each part to ask: the sum of weight / n is least at this cost.

    The optimum allocation of a stratified sample by cost, n ~ sqrt(weight / price) (Cochran 1977,
    Sampling Techniques, 5.5), with what a part has no use for shared out among the others.

    Args:
        parts: by name.
        seconds: that they may take together.
    """
    counts = dict.fromkeys(parts, 0.0)
    open_parts = {name: part for name, part in parts.items() if part.size and part.weight > 0}
    left = max(0.0, seconds)
    for _ in range(ROUNDS):
        pull = {n: math.sqrt(p.weight / max(p.price, 1e-9)) for n, p in open_parts.items()}
        cost = sum(pull[name] * max(part.price, 1e-9) for name, part in open_parts.items())
        if not open_parts or left <= 0:
            break
        each = left / cost
        full = {n: p for n, p in open_parts.items() if each * pull[n] >= p.size}
        if not full:
            counts.update({name: each * pull[name] for name in open_parts})
            break
        for name, part in full.items():
            counts[name] = float(part.size)
            left -= part.size * part.price
            del open_parts[name]
    return counts
