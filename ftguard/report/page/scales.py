"""Makes `Scale`s: from a quantity to a place in a drawing, with round numbers along it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from ftguard.text.formatting import PERCENT, percent

TICKS = 4
"""About so many numbers along an axis."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A straight axis."""

    low: float
    high: float
    """Ends in the quantity's unit, apart."""
    start: float
    end: float
    """Where they lie in the drawing."""

    def __call__(self, value: float) -> float:
        """The place of a value; what lies beyond an end lies at it."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def scale(values: Iterable[float], start: float, end: float) -> Scale:
    """An axis that holds 0 and all values, with a little room around them."""
    known = [0.0, *values]
    low, high = min(known), max(known)
    room = 0.06 * (high - low) or 0.5
    return Scale(
        low=low - room * (low < 0 or not high),
        high=high + room * (high > 0 or not low),
        start=start,
        end=end,
    )


def ticks(of: Scale) -> tuple[float, ...]:
    """Round numbers within an axis: 1, 2 or 5 times a power of ten apart."""
    rough = (of.high - of.low) / TICKS
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
    first = math.ceil(of.low / step)
    return tuple(n * step for n in range(first, math.floor(of.high / step) + 1))


def tick_told(value: float, unit: str) -> str:
    """A round number with its unit."""
    return percent(value) if unit == PERCENT else f"{value + 0.0:.3g}"
