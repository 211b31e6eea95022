"""Makes the words of calibration: which way it errs, and the sentence that explains its gate."""

from ftguard.measures.change import error_read
from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import Estimate
from ftguard.text.formatting import POINTS, decimal, quantity, span
from ftguard.verdict.calibrated import Calibrated
from ftguard.verdict.gate import Gate, State, turned
from ftguard.verdict.sentences import told_chance

AGREES = 0.005
"""A mean gap below this rounds to 0.00."""
CANCELS = 0.5
"""Where the mean gap is a smaller share of the error, it errs both ways."""


def direction(measurement: Measurement) -> str:
    """Which way the checkpoint's confidence errs: `overconfident by 0.12`; "" where unknown.

    Args:
        measurement: `calibration/SLICE`.
    """
    gap = measurement.overconfidence
    if gap is None:
        return ""
    error = measurement.own.value if measurement.own else 0.0
    if abs(gap) < max(AGREES, CANCELS * error):
        if error < AGREES:
            return "neither over- nor underconfident"
        return f"over- and underconfident in turns, error {error:.2f}"
    return f"{'over' if gap > 0 else 'under'}confident by {abs(gap):.2f}"


def explain_calibration(
    gate: Gate,
    found: Calibrated,
    state: State,
    allowed: float | None,
    *,
    finding: bool,
) -> str:
    """One sentence with its numbers: what is crossed at which cost, or why nothing is.

    Args:
        gate: the limits.
        found: what is held against them.
        state: what was decided.
        allowed: the largest p that is beyond chance here, where that is known.
        finding: whether this one is.
    """
    rise, own, proper = (m.estimate for m in (found.rise, found.own, found.proper))
    if rise is None or own is None or proper is None:
        raise ValueError(f"{gate.key} has no estimate")
    which_way = direction(found.rise)
    start = f"{gate.key}: {which_way}; " if which_way else f"{gate.key}: "
    limit, largest = quantity(gate.limit, POINTS), f"{gate.largest_error:.2f}"
    rose, size = f"a rise of {_told(rise)}", f"an error of {_told_error(own)}"
    if state in ("breach", "suspect"):
        chance = "" if state == "breach" else "not "
        certainty = _certainty(found, state, allowed, finding=finding)
        if found.beyond == "own":
            base = "" if found.own.base is None else f" (the base's was {found.own.base:.3f})"
            how = f"is beyond its own limit of {largest}{base}"
            return f"{start}{size} {how} {_and(state)} {chance}beyond chance{certainty}."
        cost = f"and the Brier score is worse by {_told(proper)}"
        how = f"is beyond the limit of {limit} {cost}"
        return f"{start}{rose} {how}, {_and(state)} {chance}beyond chance{certainty}."
    within = f"{size} is within its own limit of {largest}"
    if own.value > gate.largest_error:
        within = f"{size} is beyond {largest}, but {_as_before(found)}"
    if state == "too wide":
        return f"{start}{size} is too uncertain to hold against its own limit of {largest}."
    if state == "nothing to lose":
        return f"{start}{within}; {found.rise.note}."
    if rise.value <= gate.limit:
        proven = "proven" if state == "clear" else "not proven"
        if rise.value < 0:
            rose = f"the error fell by {_told(turned(rise), sign='')}, which"
        return f"{start}{rose} is within the limit of {limit}, {proven}; {within}."
    return f"{start}{rose} is beyond {limit}, but {_no_cost(found, proper)}; {within}."


def _told(estimate: Estimate, *, sign: str = "+") -> str:
    interval = span(estimate.low, estimate.high, POINTS)
    return f"{decimal(estimate.value, sign=sign or '-')} ({interval}, n={estimate.n})"


def _told_error(estimate: Estimate) -> str:
    read = error_read(estimate)
    return f"{decimal(read.value)} ({decimal(read.low)} to {decimal(read.high)}, n={estimate.n})"


def _and(state: State) -> str:
    return "and" if state == "breach" else "but"


def _certainty(found: Calibrated, state: State, allowed: float | None, *, finding: bool) -> str:
    if state == "suspect" and finding and found.noisy:
        return " (the base differs from itself by as much when asked twice)"
    return f" ({told_chance(found.p, state, allowed)})"


def _as_before(found: Calibrated) -> str:
    """Why too large an error is not held against the checkpoint."""
    base = "" if found.own.base is None else f" from the base's {found.own.base:.3f}"
    return f"not beyond chance moved{base} by this run"


def _no_cost(found: Calibrated, proper: Estimate) -> str:
    change = quantity(proper.value, POINTS)
    if proper.value <= 0:
        return f"the Brier score is no worse ({change})"
    if found.excused:
        return f"the gain of accuracy is worth more than what the Brier score lost ({change})"
    return f"the Brier score is not worse beyond chance ({change})"
