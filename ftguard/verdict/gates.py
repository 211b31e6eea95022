"""Makes `Verdict` from measurements: which limits are crossed, and how sure that is."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from ftguard.errors import InputError
from ftguard.measures.measurement import Measurement
from ftguard.stats.alpha_spending import Look, rejected
from ftguard.stats.estimates import Estimate, p_value, student_estimate
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
WIDEST = 2.0
"""An interval wider than so many times the limit decides nothing: it could hold a change of the
whole limit beside none."""
OWN = 0.15
"""A change that is beyond its limit at this one-sided level by its own estimate is suspect whatever
the curve says; `tests/benchmarks/choice.py` chose it: smaller levels keep more bad checkpoints of
curves that jump, larger ones refuse more good ones for their noise."""
SETTLED: tuple[State, ...] = ("breach", "nothing to lose", "missing")
"""States that no curve changes."""
UNREAD: tuple[State, ...] = ("nothing to lose", "missing")
"""States of what no curve is read of."""
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

    @property
    def curve_differs(self) -> bool:
        """Whether the curve says otherwise than the checkpoint's own change about the limit."""
        bad, limit = badness(self.measurement), limit_on(self.gate, self.measurement)
        if self.curve is None or bad is None:
            return False
        return (self.curve.value > limit) != (bad.value > limit)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What all gates say together."""

    outcomes: tuple[Outcome, ...]
    passed: bool | None
    """False with any breach; None (undecided) with any suspect, missing or too wide, and where
    forgetting, or every gate, had nothing to measure; else True."""
    proven: bool
    """Whether every gate is clear."""


def applicable(
    gates: Sequence[Gate] | None,
    measurements: Sequence[Measurement],
    limits: Mapping[str, Gate | None] | None = None,
) -> tuple[Gate, ...]:
    """The gates to decide on: the given ones, else the default ones that something measures.

    Calibration is not among the default ones where too few questions tell it.
    Where the base answers so little rightly that forgetting could not be seen, `own_answers` joins
    the default ones; where it answers nothing, it takes the place of `forgetting`.

    Args:
        gates: all that are held; None for the default ones.
        measurements: of the base against itself.
        limits: gates in place of the default ones or beside them, by their key; None switches one
            off.

    Raises:
        InputError: a gate that was asked for looks at what nothing measures.
    """
    measured, moved = {measurement.key for measurement in measurements}, limits or {}
    asked = [gate for gate in moved.values() if gate] if gates is None else gates
    for gate in asked:
        if gate.key not in measured and not (gates is None and _by_another(gate, moved, measured)):
            raise InputError(_nothing_measures(gate.key, measured))
    if gates is not None:
        return tuple(gates)
    by_key = {measurement.key: measurement for measurement in measurements}
    usual: dict[str, Gate | None] = {
        gate.key: gate
        for gate in DEFAULT_GATES
        if gate.key in measured and not _too_few_questions(gate, by_key[gate.key])
    }
    held = [
        gate for key, gate in (usual | dict(moved)).items() if gate is not None and key in measured
    ]
    return tuple(_with_own_answers(held, measurements, moved.get(OWN_ANSWERS.key, OWN_ANSWERS)))


def left_out(
    gates: Sequence[Gate] | None,
    measurements: Sequence[Measurement],
    limits: Mapping[str, Gate | None] | None = None,
) -> tuple[str, ...]:
    """The default gates that something measures and that the user's gates or limits leave out."""
    measured, moved = {measurement.key for measurement in measurements}, limits or {}
    kept = {gate.key for gate in gates or ()}
    usual = [gate.key for gate in DEFAULT_GATES if gate.key in measured]
    if gates is None:
        return tuple(key for key in usual if moved.get(key, True) is None)
    return tuple(key for key in usual if key not in kept)


def _by_another(gate: Gate, limits: Mapping[str, Gate | None], measured: AbstractSet[str]) -> bool:
    """Whether another split of a default gate is held: one name may move them both."""
    usual = {other.key for other in DEFAULT_GATES if other.measurement == gate.measurement}
    return gate.key in usual and bool(usual & limits.keys() & measured)


def _nothing_measures(key: str, measured: AbstractSet[str]) -> str:
    near = difflib.get_close_matches(key, sorted(measured), n=1)
    meant = f" Did you mean `{near[0]}`?" if near else ""
    return (
        f"nothing measures `{key}`, which a gate asks for.{meant} With these probes there are "
        f"{sorted(measured)}. Give probes for it, or leave the gate out."
    )


def _with_own_answers(
    gates: Sequence[Gate], measurements: Sequence[Measurement], own: Gate | None
) -> Iterator[Gate]:
    by_key, asked = {m.key: m for m in measurements}, {gate.key for gate in gates}
    for gate in gates:
        forgetting = by_key[gate.key]
        weak = gate.key == FORGETTING and _is_weak(forgetting, gate)
        stands_in = weak and own is not None and own.key in by_key
        if not (stands_in and forgetting.at_floor):
            yield gate
        if stands_in and own is not None and own.key not in asked:
            yield own


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


def decide(
    measurements: Sequence[Measurement],
    gates: Sequence[Gate],
    look: Look,
    curves: Mapping[str, Estimate] | None = None,
) -> Verdict:
    """Hold each measurement against its gate.

    A gate is beyond chance where Holm's procedure over all gates, at this look's share of the
    5 % that the whole run may spend, rejects that nothing was lost. So with nothing lost a run
    meets any breach at most that often, over all gates, slices and checkpoints together. What is
    no breach is judged by the curve of the run so far, where there is one: a single noisy point
    beyond a limit is no suspicion, and a lucky one within it does not clear what the others say.

    Args:
        measurements: of one checkpoint.
        gates: the family that is decided on.
        look: which of the run's looks this is.
        curves: what the curve so far says of this checkpoint, by the gates' keys.
    """
    curves = curves or {}
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
        _calibration(gate, measurement, its, allowed.get(gate.key))
        if (its := calibrations.get(gate.key)) is not None and _enough(measurement)
        else _outcome(gate, measurement, allowed.get(gate.key), curves.get(gate.key))
        for gate, measurement in found
    )
    return _verdict(outcomes)


def judged_anew(verdict: Verdict, curves: Mapping[str, Estimate]) -> Verdict:
    """The verdict once the curves of a whole run are known; a breach stays one."""
    if not curves:
        return verdict
    outcomes = (
        outcome
        if outcome.state in SETTLED or outcome.gate.key not in curves
        else _outcome(outcome.gate, outcome.measurement, None, curves[outcome.gate.key])
        for outcome in verdict.outcomes
    )
    return _verdict(tuple(outcomes))


def _verdict(outcomes: tuple[Outcome, ...]) -> Verdict:
    states = {outcome.state for outcome in outcomes}
    passed: bool | None = True
    if "breach" in states:
        passed = False
    elif states & {"suspect", "missing"} or _too_wide(outcomes) or _nothing_measured(outcomes):
        passed = None
    return Verdict(outcomes=outcomes, passed=passed, proven=states == {"clear"})


def _too_wide(outcomes: Sequence[Outcome]) -> bool:
    """Whether a gate decides nothing; forgetting need not where `own_answers` stands in for it."""
    stands_in = any(
        outcome.gate.key == OWN_ANSWERS.key and outcome.state in ("clear", "within")
        for outcome in outcomes
    )
    wide = [outcome.gate.key for outcome in outcomes if outcome.state == "too wide"]
    return any(not (stands_in and key == FORGETTING) for key in wide)


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
    gate: Gate, measurement: Measurement, allowed: float | None, curve: Estimate | None
) -> Outcome:
    state = _state(gate, measurement, curve, finding=allowed is not None)
    if state in UNREAD:
        curve = None
    return Outcome(
        gate=gate,
        measurement=replace(measurement, influence=()),
        state=state,
        explanation=explain(gate, measurement, state, allowed, curve),
        curve=curve,
    )


def _calibration(
    gate: Gate, measurement: Measurement, found: Calibrated, allowed: float | None
) -> Outcome:
    state = found.state(finding=allowed is not None)
    if state == "within" and found.width > WIDEST * gate.largest_error:
        state = "too wide"
    return Outcome(
        gate=gate,
        measurement=measurement,
        state=state,
        explanation=explain_calibration(gate, found, state, allowed),
    )


def _state(gate: Gate, measurement: Measurement, curve: Estimate | None, *, finding: bool) -> State:
    bad = badness(measurement)
    if measurement.at_floor and (measurement.nothing_open or _enough(measurement)):
        return "nothing to lose"
    if bad is None or not _enough(measurement):
        return "missing"
    limit = limit_on(gate, measurement)
    if finding and bad.value > limit and not below_noise(gate, measurement, bad):
        return "breach"
    judged = curve or bad
    # Where a step or a spike is real, the looks around it would smooth it away.
    if judged.value > limit or p_value(bad, limit) < OWN:
        return "suspect"
    if bad.high <= limit and measurement.noise <= max(0, limit):
        return "clear"
    # A worst slice's own ends are further out, for having been chosen; that is no lack of probes.
    own = student_estimate(bad.value, bad.stderr, dof=bad.dof, n=bad.n)
    width = min(judged.high - judged.low, own.high - own.low)
    wide = width > WIDEST * limit and not measurement.higher_is_better
    return "too wide" if wide and measurement.name != "calibration" else "within"
