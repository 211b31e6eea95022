"""Makes the one sentence that explains what a gate says of a measurement."""

import math

from ftguard.formatting import PERCENT, percent, quantity, span
from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import Estimate
from ftguard.verdict.gate import Gate, State, badness, below_noise, limit_on, p_of_no_change

_ENDINGS = {
    "clear": "within the limit of {limit}, proven",
    "within": "within the limit of {limit}, not proven{needed}",
    "breach": "beyond the limit of {limit} and beyond chance",
    "suspect": "beyond the limit of {limit} but not beyond chance",
}


def explain(gate: Gate, measurement: Measurement, state: State, allowed: float | None) -> str:
    """One sentence with its numbers.

    Args:
        gate: the limit.
        measurement: what is held against it.
        state: what was decided.
        allowed: the largest p that was beyond chance here; None where this one is not.
    """
    estimate = measurement.estimate
    if state == "nothing to lose":
        return f"{gate.key}: {measurement.note}."
    if state == "missing" or estimate is None:
        return f"{gate.key}: not enough evidence, {_why_missing(measurement)}."
    limit = percent(gate.limit) if measurement.unit == PERCENT else quantity(gate.limit, "points")
    facts = (
        f"{gate.key}: {_noun(measurement)} of {quantity(estimate.value, measurement.unit)} "
        f"({span(estimate.low, estimate.high, measurement.unit)}, n={estimate.n})"
    )
    ending = _ENDINGS[state].format(limit=limit, needed=_needed(gate, estimate))
    return f"{facts} is {ending}{_certainty(gate, measurement, allowed)}."


def _certainty(gate: Gate, measurement: Measurement, allowed: float | None) -> str:
    bad = badness(measurement)
    if bad is None or bad.value <= limit_on(gate, measurement):
        return ""
    if below_noise(gate, measurement, bad):
        noise = quantity(measurement.noise, measurement.unit)
        return f" (the base differs from itself by {noise} when asked twice)"
    held = f" of {allowed:.2g} allowed" if allowed is not None else ""
    return f" (p={p_of_no_change(gate, measurement, bad):.2g}{held})"


def _why_missing(measurement: Measurement) -> str:
    unscored = f"{measurement.num_unscored} probes were unscored" * bool(measurement.num_unscored)
    return "; ".join(filter(None, (unscored, measurement.note))) or "it was not measured"


def _noun(measurement: Measurement) -> str:
    if measurement.higher_is_better:
        return "a gain"
    return "a drop" if measurement.unit == PERCENT else "a rise"


def _needed(gate: Gate, estimate: Estimate) -> str:
    # The interval's half-width shrinks with the square root of n.
    distance = abs(gate.limit - estimate.value)
    half = (estimate.high - estimate.low) / 2
    if not distance:
        return ""
    return f" (about {math.ceil(estimate.n * (half / distance) ** 2)} such probes would prove it)"
