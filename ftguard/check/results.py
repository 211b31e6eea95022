"""Makes `GateResult` and `Gain`, what one gate and the target say to machines."""

from collections.abc import Sequence
from dataclasses import dataclass

from ftguard.measures.change import score_read
from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import Estimate
from ftguard.verdict.defaults import OWN_ANSWERS
from ftguard.verdict.gate import State
from ftguard.verdict.gates import Bearing, Outcome, bearings


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A number with its interval."""

    value: float
    low: float
    high: float
    level: float
    """The share of such intervals that hold the true value."""
    n: int
    """Probes that tell it."""


@dataclass(frozen=True, kw_only=True)
class GateResult:
    """What one gate says."""

    gate: str
    """`forgetting/all`."""
    state: State
    bearing: Bearing
    """What that does to the verdict: `holds` or `blocks`, leaves it `open`, or stands `aside` where
    another gate stands in or nothing could be lost. The verdict follows from these alone, unless
    nothing was learned or kept, or nothing tells what was forgotten."""
    limit: float
    unit: str
    """Of limit and change: `relative` (0.1 is 10 %), `points` or `nats`."""
    higher_is_better: bool
    change: Interval | None
    """Against the base; None where it could not be measured."""
    base: float | None
    """The base's mean on the same probes."""
    tuned: float | None
    """The tuned model's."""
    explanation: str
    """One sentence with its numbers."""


@dataclass(frozen=True, kw_only=True)
class Gain:
    """A gain on the target: of answers, or of the likelihood of the right ones."""

    name: str
    change: Interval | None
    base: float | None
    tuned: float | None


def gate_results(outcomes: Sequence[Outcome], *, strict: bool) -> tuple[GateResult, ...]:
    """Of one checkpoint; with `strict` only what is proven lets pass."""
    return tuple(map(_result, outcomes, bearings(outcomes, strict=strict)))


def says(gate: GateResult) -> str:
    """The gate's state, and that it counts for nothing where it stands aside."""
    if gate.bearing != "aside":
        return gate.state
    if gate.state == "nothing to lose":
        return f"{gate.state}, not counted"
    return f"{gate.state}, {OWN_ANSWERS.measurement} stands in"


def _result(outcome: Outcome, bearing: Bearing) -> GateResult:
    measurement = outcome.measurement
    return GateResult(
        gate=outcome.gate.key,
        state=outcome.state,
        bearing=bearing,
        limit=outcome.gate.limit,
        unit=measurement.unit,
        higher_is_better=measurement.higher_is_better,
        change=_interval(measurement.estimate),
        base=_score(measurement, measurement.base),
        tuned=_score(measurement, measurement.now),
        explanation=outcome.explanation,
    )


def _score(measurement: Measurement, value: float | None) -> float | None:
    return None if value is None else score_read(measurement, value)


def gain_of(measurement: Measurement) -> Gain:
    """Of one of the target's measurements."""
    return Gain(
        name=measurement.key,
        change=_interval(measurement.estimate),
        base=measurement.base,
        tuned=measurement.now,
    )


def _interval(estimate: Estimate | None) -> Interval | None:
    if estimate is None:
        return None
    return Interval(
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        level=estimate.level,
        n=estimate.n,
    )
