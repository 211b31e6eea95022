"""Makes `Verdict` from measurements: which limits are crossed, and how sure that is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ftguard.errors import InputError
from ftguard.measures.measurement import Measurement
from ftguard.stats.alpha_spending import Look, rejected
from ftguard.stats.estimates import Estimate
from ftguard.stats.power import smallest_drop
from ftguard.verdict.calibrated import Calibrated, calibrated
from ftguard.verdict.calibration_words import explain_calibration
from ftguard.verdict.gate import (
    CALIBRATION,
    Gate,
    State,
    badness,
    below_noise,
    limit_on,
    p_of_no_change,
)
from ftguard.verdict.sentences import explain

MOST_UNSCORED = 0.10
"""With a larger share of unscored probes there is not enough evidence."""

DEFAULT_GATES = (
    Gate(measurement="forgetting", limit=0.10, advise_at=0.08),
    Gate(measurement="tail", slice="worst", limit=0.15),
    Gate(measurement="calibration", slice="target", limit=0.05),
    Gate(measurement="calibration", slice="general", limit=0.05),
)
OWN_ANSWERS = Gate(measurement="own_answers", limit=0.50, advise_at=0.25)
"""The gate that stands in where the base answers too little rightly for forgetting to be seen: its
own answers may become half as likely per token (0.69 nats). On SmolLM2-135M that tells the usual
rates from those that leave another model behind: the figures are in the manual, `statistics`."""
FORGETTING = "forgetting/all"
FEWEST_QUESTIONS = 100
"""Default calibration gates are decided on from so many questions on: with 100, the bad
checkpoints of `tests/benchmarks/calibration_gate.py` are refused 88 to 100 times of 100; with 50, 3
of 10 of those that turn overconfident pass, and 6 % of typical good ones do not."""
TELLING = 3.0
"""Where forgetting could not be found at so many times its limit, the base is weak there."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one gate says of one checkpoint."""

    gate: Gate
    measurement: Measurement
    state: State
    explanation: str
    """One sentence with its numbers."""
    curve: Estimate | None = None
    """What the curve of the whole run so far says of the change at this checkpoint, turned so that
    higher is worse; None where there is no curve, as at the first checkpoint."""

    @property
    def judged(self) -> Estimate | None:
        """The change held against the limit, higher is worse: by the curve, else by itself."""
        return self.curve or badness(self.measurement)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What all gates say together."""

    outcomes: tuple[Outcome, ...]
    passed: bool | None
    """False with any breach; None (undecided) with any suspect or missing, and where forgetting,
    or every gate, had nothing to measure; else True."""
    proven: bool
    """Whether every gate is clear."""


def applicable(
    gates: Sequence[Gate] | None, measurements: Sequence[Measurement]
) -> tuple[Gate, ...]:
    """The gates to decide on: the given ones, else the default ones that something measures.

    Calibration is not among the default ones where too few questions tell it.
    Where the base answers so little rightly that forgetting could not be seen, `own_answers` joins
    the default ones; where it answers nothing, it takes the place of `forgetting`.

    Raises:
        InputError: a gate that was asked for looks at what nothing measures.
    """
    measured = {measurement.key for measurement in measurements}
    if gates is None:
        by_key = {measurement.key: measurement for measurement in measurements}
        usual = [
            gate
            for gate in DEFAULT_GATES
            if gate.key in measured and not _too_few_questions(gate, by_key[gate.key])
        ]
        return tuple(_with_own_answers(usual, measurements))
    for gate in gates:
        if gate.key not in measured:
            raise InputError(
                f"nothing measures `{gate.key}`, which a gate asks for; with these probes there "
                f"are {sorted(measured)}. Give probes for it, or leave the gate out."
            )
    return tuple(gates)


def _with_own_answers(gates: Sequence[Gate], measurements: Sequence[Measurement]) -> Iterator[Gate]:
    by_key = {measurement.key: measurement for measurement in measurements}
    for gate in gates:
        forgetting = by_key[gate.key]
        weak = gate.key == FORGETTING and _is_weak(forgetting, gate)
        stands_in = weak and OWN_ANSWERS.key in by_key
        if not (stands_in and forgetting.at_floor):
            yield gate
        if stands_in:
            yield OWN_ANSWERS


def _is_weak(forgetting: Measurement, gate: Gate) -> bool:
    """Whether a drop of three times the limit would not be found at a single look."""
    if forgetting.at_floor:
        return True
    if not forgetting.discrete or forgetting.base is None:
        return False
    room, level = forgetting.base - forgetting.chance, Look(number=1, planned=1).level
    found = smallest_drop(forgetting.num_scored, room, gate.limit, level / len(DEFAULT_GATES))
    return found > TELLING * gate.limit


def _num_questions(measurement: Measurement) -> int:
    scored = measurement.estimate.n if measurement.estimate else measurement.num_scored
    return scored + measurement.num_unscored + measurement.num_cut_off


def _too_few_questions(gate: Gate, measurement: Measurement) -> bool:
    return gate.measurement == CALIBRATION and _num_questions(measurement) < FEWEST_QUESTIONS


def unmeasured(measurements: Sequence[Measurement]) -> tuple[str, ...]:
    """The default gates that nothing measures, or too few questions."""
    by_key = {measurement.key: measurement for measurement in measurements}
    return tuple(_unmeasured(by_key))


def _unmeasured(by_key: Mapping[str, Measurement]) -> Iterator[str]:
    for gate in DEFAULT_GATES:
        measurement = by_key.get(gate.key)
        if measurement is None:
            yield gate.key
        elif _too_few_questions(gate, measurement):
            asked = _num_questions(measurement)
            yield f"{gate.key} ({asked} questions are too few, {FEWEST_QUESTIONS} would do)"


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
    calibrations = {
        gate.key: its for gate, _ in found if (its := calibrated(gate, by_key)) is not None
    }
    p_values = {
        gate.key: calibrations[gate.key].p
        if gate.key in calibrations
        else p_of_no_change(gate, measurement, bad)
        for gate, measurement in found
        if (bad := badness(measurement)) is not None and _enough(measurement)
    }
    allowed = rejected(p_values, look.level)
    outcomes = tuple(
        _outcome(gate, measurement, allowed.get(gate.key), calibrations.get(gate.key))
        for gate, measurement in found
    )
    states = {outcome.state for outcome in outcomes}
    passed: bool | None = True
    if "breach" in states:
        passed = False
    elif states & {"suspect", "missing"} or _nothing_measured(outcomes):
        passed = None
    return Verdict(outcomes=outcomes, passed=passed, proven=states == {"clear"})


def _nothing_measured(outcomes: Sequence[Outcome]) -> bool:
    """Whether forgetting, or every gate, had nothing to measure: that is no pass."""
    idle = [outcome.gate.key for outcome in outcomes if outcome.state == "nothing to lose"]
    return FORGETTING in idle or (bool(idle) and len(idle) == len(outcomes))


def _absent(gate: Gate) -> Measurement:
    note = "it was not measured at this checkpoint"
    return Measurement(name=gate.measurement, slice=gate.slice, estimate=None, note=note)


def _enough(measurement: Measurement) -> bool:
    scored = measurement.estimate.n if measurement.estimate else measurement.num_scored
    return measurement.num_unscored <= MOST_UNSCORED * (scored + measurement.num_unscored)


def _outcome(
    gate: Gate, measurement: Measurement, allowed: float | None, calibration: Calibrated | None
) -> Outcome:
    if calibration is not None and _enough(measurement):
        state = calibration.state(finding=allowed is not None)
        sentence = explain_calibration(gate, calibration, state, allowed)
    else:
        state = _state(gate, measurement, finding=allowed is not None)
        sentence = explain(gate, measurement, state, allowed)
    return Outcome(gate=gate, measurement=measurement, state=state, explanation=sentence)


def _state(gate: Gate, measurement: Measurement, *, finding: bool) -> State:
    if measurement.at_floor and measurement.nothing_open:
        return "nothing to lose"
    if not _enough(measurement):
        return "missing"
    if measurement.at_floor:
        return "nothing to lose"
    bad, limit = badness(measurement), limit_on(gate, measurement)
    if bad is None:
        return "missing"
    if bad.value > limit:
        return "breach" if finding and not below_noise(gate, measurement, bad) else "suspect"
    return "clear" if bad.high <= limit and measurement.noise <= max(0, limit) else "within"
