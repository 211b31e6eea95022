"""Makes the one sentence that explains what a gate says of a measurement."""

import math

from ftguard.measures.change import change_of
from ftguard.measures.measurement import NOT_ASKED, Measurement
from ftguard.stats.estimates import Estimate
from ftguard.stats.few import fewest
from ftguard.stats.power import WORTH_ASKING
from ftguard.text.formatting import PERCENT, bound, decimal, odds, percent, quantity, span
from ftguard.verdict.facts import Facts
from ftguard.verdict.gate import (
    WIDEST,
    Gate,
    State,
    badness,
    below_noise,
    limit_on,
    p_of_no_change,
    turned,
)

ROUNDING = 1e-6
TOO_FEW = "told by too few probes to hold against the limit of {limit}{unseen}{needed}"
HOPELESS = 1e6
"""Times narrower than no number of probes makes an interval."""
_ENDINGS = {
    "clear": "within the limit of {limit}, proven",
    "within": "within the limit of {limit}, not proven{needed}",
    "breach": "beyond the limit of {limit} and beyond chance",
    "suspect": "beyond the limit of {limit} but not beyond chance",
    "too wide": "too uncertain to hold against the limit of {limit}{needed}",
}


def explain(
    gate: Gate,
    measurement: Measurement,
    state: State,
    allowed: float | None = None,
    curve: Estimate | None = None,
    *,
    of: str = "",
) -> str:
    """One sentence with its numbers.

    Args:
        gate: the limit.
        measurement: what is held against it.
        state: what was decided.
        allowed: the largest p that is beyond chance here, where that is known.
        curve: what the curve of the run says, higher is worse.
        of: the slice that the curve is of.
    """
    estimate = measurement.estimate
    if state == "nothing to lose":
        return f"{gate.key}: {measurement.note}."
    if measurement.not_asked:
        return f"{gate.key}: {_not_asked(gate, measurement, state, curve, of)}."
    if state == "missing" or estimate is None:
        return f"{gate.key}: not enough evidence, {_why_missing(measurement)}."
    limit = percent(gate.limit) if measurement.unit == PERCENT else quantity(gate.limit, "points")
    of_all = f" of {measurement.num_in_all}" * bool(measurement.num_in_all)
    told = (
        f"{gate.key}: {_facts(measurement, estimate)}, n={estimate.n}{of_all})"
        f"{_by_curve(gate, measurement, curve, of)}"
    )
    ending = _ENDINGS[state].format(limit=limit, needed=_needed(gate, measurement, state, curve))
    facts = Facts.of(measurement)
    if state == "too wide" and facts.too_few(limit_on(gate, measurement)):
        ending = _told_by_few(gate, facts, estimate, limit)
    if state == "suspect" and curve is not None and curve.value <= limit_on(gate, measurement):
        ending = f"by itself {ending}"
    which = f"; {measurement.note}" * (measurement.slice == "worst" and bool(measurement.note))
    return f"{told} is {ending}{_certainty(gate, measurement, state, allowed)}{which}."


def _told_by_few(gate: Gate, facts: Facts, estimate: Estimate, limit: str) -> str:
    """What so few leave open, and how many do not."""
    share, telling = facts.may_be_unseen(limit_on(gate, facts.measurement)), facts.telling
    unseen = f": had none of them lost anything, up to {percent(facts.unseen)} could be lost unseen"
    enough = fewest(share) * estimate.n / telling if telling else math.inf
    needed = ""
    if facts.measurement.num_in_all:
        needed = " (a part was asked: a larger `budget` asks more)"
    elif enough <= WORTH_ASKING:
        needed = f" (about {math.ceil(enough - ROUNDING)} such probes would do)"
    of_gain = facts.measurement.higher_is_better
    return TOO_FEW.format(limit=limit, unseen="" if of_gain else unseen, needed=needed)


def _not_asked(
    gate: Gate, measurement: Measurement, state: State, curve: Estimate | None, of: str
) -> str:
    """That it was left out, and what the looks around it say."""
    if curve is None:
        return f"{NOT_ASKED}, and no curve of other checkpoints tells of it"
    where = "within" if state == "not asked" else "not surely within"
    limit = bound(gate.limit, measurement.unit)
    told = _by_curve(gate, measurement, curve, of).removesuffix(",")
    return f"{NOT_ASKED}{told}, {where} the limit of {limit}"


def _facts(measurement: Measurement, estimate: Estimate) -> str:
    """The change with its interval, whose bracket is left open; in points from what to what."""
    change = change_of(measurement, estimate)
    ends = span(change.low, change.high, change.unit)
    if change.unit == measurement.unit:
        return f"{_noun(measurement)} of {quantity(change.value, change.unit)} ({ends}"
    before, after = (decimal(score or 0.0) for score in (measurement.base, measurement.now))
    return f"from {before} to {after}, a change of {quantity(change.value, change.unit)} ({ends}"


def _by_curve(gate: Gate, measurement: Measurement, curve: Estimate | None, of: str) -> str:
    if curve is None:
        return ""
    change = change_of(measurement, turned(curve) if measurement.higher_is_better else curve)
    value, ends = quantity(change.value, change.unit), span(change.low, change.high, change.unit)
    whose = "" if of in ("", gate.slice) else f" of {of}"
    size = f", n={curve.n}" * bool(whose and curve.n)
    return f", by the run's curve{whose} {value} ({ends}{size}),"


def _certainty(gate: Gate, measurement: Measurement, state: State, allowed: float | None) -> str:
    bad = badness(measurement)
    if bad is None or bad.value <= limit_on(gate, measurement):
        return ""
    if below_noise(gate, measurement, bad):
        change = change_of(measurement, bad)
        noise = quantity(change.noise, change.unit)
        return f" (the base differs from itself by {noise} when asked twice)"
    return f" ({told_chance(p_of_no_change(gate, measurement, bad), state, allowed)})"


def told_chance(p: float, state: State, allowed: float | None) -> str:
    """How rare chance alone makes a loss; of a suspicion, how rare a breach would have to be."""
    if state != "suspect" or allowed is None or p <= allowed:
        return f"{odds(p)} by chance"
    return f"{odds(p)} by chance, a breach takes {odds(allowed)}"


def _why_missing(measurement: Measurement) -> str:
    unscored = f"{measurement.num_unscored} probes were unscored" * bool(measurement.num_unscored)
    return "; ".join(filter(None, (unscored, measurement.note))) or "it was not measured"


def _noun(measurement: Measurement) -> str:
    if measurement.higher_is_better:
        return "a gain"
    return "a drop" if measurement.unit == PERCENT else "a rise"


def _needed(gate: Gate, measurement: Measurement, state: State, curve: Estimate | None) -> str:
    """How many probes would do, of those that decide: of the curve's slice where there is one."""
    bad, limit = badness(measurement), limit_on(gate, measurement)
    if bad is None or state not in ("within", "too wide"):
        return ""
    if state == "too wide":
        judged = bad if curve is None else curve
        times = (judged.high - judged.low) / (WIDEST * limit) if limit > 0 else HOPELESS
        return _about(judged.n, times, "decide it")
    # Both ends have to be within the limit.
    found = [(one.n, _times(one, limit)) for one in (bad, curve) if one is not None]
    n, times = max(found, key=lambda pair: pair[0] * min(pair[1], HOPELESS) ** 2)
    return _about(n, times, "prove it")


def _times(estimate: Estimate, limit: float) -> float:
    """How many times narrower its half-width has to be for its end to lie within the limit."""
    distance = limit - estimate.value
    return (estimate.high - estimate.low) / 2 / distance if distance > 0 else HOPELESS


def _about(n: int, times: float, what: str) -> str:
    # The interval's half-width shrinks with the square root of n.
    if not times < HOPELESS or n * times * times > WORTH_ASKING:
        return ""
    return f" (about {math.ceil(n * times * times)} such probes would {what})"
