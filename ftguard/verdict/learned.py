"""Says whether a checkpoint learned its task, by what that shows, and what is said of it."""

from typing import Literal

from ftguard.measures.measurement import Measurement
from ftguard.text.formatting import POINTS, decimal, quantity, span
from ftguard.verdict.checkup import Checkup

Learned = Literal["score", "likelihood", "unsure", "nothing", "not measured"]
"""By the score of its answers, or only by the likelihood of the right ones, each beyond chance; a
better score that chance alone may bring; no better score; or no target was measured."""
ENOUGH: tuple[Learned, ...] = ("score", "likelihood", "not measured")
"""What lets a checkpoint be shipped: of what was not measured nothing was asked."""
LEAST = 0.0005
"""Less than this reads as +0.000: it is told as no gain."""


def learned(best: Checkup) -> Learned:
    """What the target shows of a checkpoint.

    A score that fell beyond chance is no learning, whatever a likelihood says: that moves with
    anything.
    """
    found = best.find("target"), best.find("target", "likelihood")
    right, read = (m.estimate if m is not None else None for m in found)
    if right is None and read is None:
        return "not measured"
    if right is not None and right.low > 0:
        return "score" if found[0] is None or found[0].discrete else "likelihood"
    if right is not None and right.high < 0:
        return "nothing"
    if read is not None and read.low > 0:
        return "likelihood"
    return "unsure" if right is not None and right.value >= LEAST else "nothing"


def unsure_gain(target: Measurement | None) -> str:
    """A gain that may be chance, with its interval: `+2.0 points (-3.0 to 7.0)`."""
    gain = target.estimate if target is not None else None
    if gain is None:
        return "unknown"
    return f"{quantity(gain.value, POINTS)} ({span(gain.low, gain.high, POINTS)}, n={gain.n})"


def by_likelihood(read: Measurement | None) -> str:
    """Where the score itself says nothing: `likelihood of the right answers 0.312 -> 0.521`."""
    if read is None or read.base is None or read.now is None:
        return ""
    return f"likelihood of the right answers {decimal(read.base)} -> {decimal(read.now)}"
