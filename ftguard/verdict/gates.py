"""Makes `Verdict` from measurements: which limits are crossed, and how sure that is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ftguard.errors import InputError
from ftguard.formatting import PERCENT, percent, quantity, span
from ftguard.measures.measurement import Measurement
from ftguard.stats.alpha_spending import Look, rejected
from ftguard.stats.estimates import Estimate, p_value

State = Literal["clear", "within", "breach", "suspect", "nothing to lose", "missing"]

MOST_UNSCORED = 0.10
"""With a larger share of unscored probes there is not enough evidence."""


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A limit on one measurement's slice.

    Raises:
        InputError: a limit that is not a finite number, or advice that would come after it.
    """

    measurement: str
    """`target`, `forgetting`, `tail`, `calibration` or `drift`."""
    slice: str = "all"
    limit: float
    """The largest acceptable change (the least, for gains), in the measurement's unit."""
    advise_at: float | None = None
    """The change from which advice is given, before the limit is reached."""

    def __post_init__(self) -> None:
        if not math.isfinite(self.limit):
            raise InputError(f"the limit of gate `{self.key}` must be a finite number.")
        if self.advise_at is not None and not self.advise_at <= self.limit:
            raise InputError(f"gate `{self.key}`: `advise_at` must not lie beyond `limit`.")

    @property
    def key(self) -> str:
        """The measurement that it looks at, `forgetting/all`."""
        return f"{self.measurement}/{self.slice}"


DEFAULT_GATES = (
    Gate(measurement="forgetting", limit=0.10, advise_at=0.08),
    Gate(measurement="tail", slice="worst", limit=0.15),
    Gate(measurement="calibration", slice="target", limit=0.05),
    Gate(measurement="calibration", slice="general", limit=0.05),
)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one gate says of one checkpoint."""

    gate: Gate
    measurement: Measurement
    state: State
    explanation: str
    """One sentence with its numbers."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What all gates say together."""

    outcomes: tuple[Outcome, ...]
    passed: bool | None
    """False with any breach; None (undecided) with any suspect or missing; else True."""
    proven: bool
    """Whether every gate is clear."""


def applicable(
    gates: Sequence[Gate] | None, measurements: Sequence[Measurement]
) -> tuple[Gate, ...]:
    """The gates to decide on: the given ones, else the default ones that something measures.

    Raises:
        InputError: a gate that was asked for looks at what nothing measures.
    """
    measured = {measurement.key for measurement in measurements}
    if gates is None:
        return tuple(gate for gate in DEFAULT_GATES if gate.key in measured)
    for gate in gates:
        if gate.key not in measured:
            raise InputError(
                f"nothing measures `{gate.key}`, which a gate asks for; with these probes there "
                f"are {sorted(measured)}. Give probes for it, or leave the gate out."
            )
    return tuple(gates)


def unmeasured(measurements: Sequence[Measurement]) -> tuple[str, ...]:
    """The default gates that nothing measures."""
    measured = {measurement.key for measurement in measurements}
    return tuple(gate.key for gate in DEFAULT_GATES if gate.key not in measured)


def decide(measurements: Sequence[Measurement], gates: Sequence[Gate], look: Look) -> Verdict:
    """Hold each measurement against its gate.

    A gate is beyond chance where Holm's procedure over all gates, at this look's share of the
    5 % that the whole run may spend, rejects that nothing was lost. So with nothing lost a run
    meets any breach at most that often, over all gates, slices and checkpoints together.

    Args:
        measurements: of one checkpoint.
        gates: the family that is decided on.
        look: which of the run's looks this is.
    """
    by_key = {measurement.key: measurement for measurement in measurements}
    found = [(gate, by_key.get(gate.key) or _absent(gate)) for gate in gates]
    p_values = {
        gate.key: _p_value(gate, measurement, bad)
        for gate, measurement in found
        if (bad := badness(measurement)) is not None and _enough(measurement)
    }
    allowed = rejected(p_values, look.level)
    outcomes = tuple(
        _outcome(gate, measurement, allowed.get(gate.key)) for gate, measurement in found
    )
    states = {outcome.state for outcome in outcomes}
    passed: bool | None = True
    if "breach" in states:
        passed = False
    elif states & {"suspect", "missing"}:
        passed = None
    return Verdict(outcomes=outcomes, passed=passed, proven=states <= {"clear"})


def badness(measurement: Measurement) -> Estimate | None:
    """The estimate turned so that higher is worse and 0 is no change."""
    estimate = measurement.estimate
    if estimate is None or not measurement.higher_is_better:
        return estimate
    return Estimate(
        value=-estimate.value,
        low=-estimate.high,
        high=-estimate.low,
        level=estimate.level,
        n=estimate.n,
        stderr=estimate.stderr,
        dof=estimate.dof,
    )


def _absent(gate: Gate) -> Measurement:
    note = "it was not measured at this checkpoint"
    return Measurement(name=gate.measurement, slice=gate.slice, estimate=None, note=note)


def _enough(measurement: Measurement) -> bool:
    scored = measurement.estimate.n if measurement.estimate else measurement.num_scored
    return measurement.num_unscored <= MOST_UNSCORED * (scored + measurement.num_unscored)


def _limit(gate: Gate, measurement: Measurement) -> float:
    """The gate's limit on the badness of a measurement."""
    return gate.limit if not measurement.higher_is_better else -gate.limit


def _no_change(gate: Gate, measurement: Measurement) -> float:
    """The badness that has to be exceeded beyond chance: none, or a required gain just missed."""
    return min(0.0, _limit(gate, measurement))


def _p_value(gate: Gate, measurement: Measurement, bad: Estimate) -> float:
    """One-sided, of no change; Bonferroni over the slices that a worst one was chosen from."""
    return min(1.0, measurement.num_comparisons * p_value(bad, _no_change(gate, measurement)))


def _below_noise(gate: Gate, measurement: Measurement, bad: Estimate) -> bool:
    """Whether the base differs from itself by as much when it is asked twice."""
    return 0 < measurement.noise >= bad.value - _no_change(gate, measurement)


def _outcome(gate: Gate, measurement: Measurement, allowed: float | None) -> Outcome:
    state = _state(gate, measurement, finding=allowed is not None)
    return Outcome(
        gate=gate,
        measurement=measurement,
        state=state,
        explanation=_explain(gate, measurement, state, allowed),
    )


def _state(gate: Gate, measurement: Measurement, *, finding: bool) -> State:
    if not _enough(measurement):
        return "missing"
    if measurement.at_floor:
        return "nothing to lose"
    bad, limit = badness(measurement), _limit(gate, measurement)
    if bad is None:
        return "missing"
    if bad.value > limit:
        return "breach" if finding and not _below_noise(gate, measurement, bad) else "suspect"
    return "clear" if bad.high <= limit and measurement.noise <= max(0, limit) else "within"


def _explain(gate: Gate, measurement: Measurement, state: State, allowed: float | None) -> str:
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


_ENDINGS = {
    "clear": "within the limit of {limit}, proven",
    "within": "within the limit of {limit}, not proven{needed}",
    "breach": "beyond the limit of {limit} and beyond chance",
    "suspect": "beyond the limit of {limit} but not beyond chance",
}


def _certainty(gate: Gate, measurement: Measurement, allowed: float | None) -> str:
    bad = badness(measurement)
    if bad is None or bad.value <= _limit(gate, measurement):
        return ""
    if _below_noise(gate, measurement, bad):
        noise = quantity(measurement.noise, measurement.unit)
        return f" (the base differs from itself by {noise} when asked twice)"
    held = f" of {allowed:.2g} allowed" if allowed is not None else ""
    return f" (p={_p_value(gate, measurement, bad):.2g}{held})"


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
