"""Makes `Verdict` from measurements: which limits are crossed, and how sure that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ftguard.measures.measurement import Measurement
from ftguard.stats.alpha_spending import Look, rejected
from ftguard.stats.estimates import Estimate
from ftguard.verdict.calibrated import Calibrated, calibrated
from ftguard.verdict.calibration_words import explain_calibration
from ftguard.verdict.curves import Reading
from ftguard.verdict.defaults import FORGETTING, OWN_ANSWERS
from ftguard.verdict.facts import Facts, enough, state_of
from ftguard.verdict.gate import WIDEST, Gate, State, badness, limit_on, p_of_no_change
from ftguard.verdict.sentences import explain

SETTLED: tuple[State, ...] = ("breach", "nothing to lose", "missing")
"""States that no curve changes."""
OPEN: frozenset[State] = frozenset({"suspect", "missing", "not asked"})
"""States that leave a verdict undecided wherever they are met."""
UNREAD: tuple[State, ...] = ("nothing to lose", "missing")
"""States of what no curve is read of."""

Bearing = Literal["holds", "blocks", "open", "aside"]
"""What an outcome does to the verdict: it lets pass, blocks, leaves it undecided, or counts for
nothing."""


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
    curve_slice: str = ""
    """The slice that the curve is of: of a tail's worst, the one that is worst by the curve."""
    p: float | None = None
    """One-sided, of nothing lost; None where that was not tested."""
    allowed: float | None = None
    """The largest `p` that would be beyond chance here, among all gates at this look; None where
    that was not tested, or is not known."""

    @property
    def judged(self) -> Estimate | None:
        """The change held against the limit, higher is worse: by the curve, else by itself.

        A breach is found in the checkpoint's own change, whatever the curve says of it; so is a
        suspicion that the curve does not share.
        """
        own = badness(self.measurement)
        alone = self.state == "breach" or (self.state == "suspect" and self.curve_differs)
        return own if alone else self.curve or own

    @property
    def curve_differs(self) -> bool:
        """Whether the curve says otherwise than the checkpoint's own change about the limit."""
        bad, limit = badness(self.measurement), limit_on(self.gate, self.measurement)
        if self.curve is None or bad is None:
            return False
        return (self.curve.value > limit) != (bad.value > limit)


@dataclass(frozen=True, kw_only=True)
class Tested:
    """Whether a loss is beyond chance among all gates at a look, and what that takes."""

    finding: bool
    allowed: float | None
    """As `Outcome.allowed`."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What all gates say together."""

    outcomes: tuple[Outcome, ...]
    passed: bool | None
    """False with any breach; None (undecided) with any suspect, missing, not asked or too wide, and
    where forgetting, or every gate, had nothing to measure; else True."""
    proven: bool
    """Whether every gate is clear."""


UNDECIDED = Verdict(outcomes=(), passed=None, proven=False)
"""Of what was not held against any gate yet."""


def decide(
    measurements: Sequence[Measurement],
    gates: Sequence[Gate],
    look: Look,
    curves: Mapping[str, Reading] | None = None,
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
    found = [(gate, looked_at(gate, by_key)) for gate in gates]
    calibrations = {
        gate.key: its for gate, _ in found if (its := calibrated(gate, by_key)) is not None
    }
    p_values = {
        gate.key: calibrations[gate.key].p
        if gate.key in calibrations
        else p_of_no_change(gate, measurement, bad)
        for gate, measurement in found
        if (bad := badness(measurement)) is not None and enough(measurement)
    }
    allowed = rejected(p_values, look.level)
    # What Holm's procedure asks of the first one that it does not reject.
    asked = look.level / max(1, len(p_values) - len(allowed))
    outcomes = tuple(
        _calibration(gate, measurement, its, test)
        if (its := calibrations.get(gate.key)) is not None and enough(measurement)
        else _outcome(gate, measurement, test, curves.get(gate.key))
        for gate, measurement in found
        for test in [Tested(finding=gate.key in allowed, allowed=allowed.get(gate.key, asked))]
    )
    return _verdict(outcomes)


def judged_anew(verdict: Verdict, curves: Mapping[str, Reading]) -> Verdict:
    """The verdict once the curves of a whole run are known; a breach stays one."""
    if not curves:
        return verdict
    outcomes = (
        outcome
        if _is_settled(outcome) or outcome.gate.key not in curves
        else _outcome(
            curves[outcome.gate.key].gate,
            outcome.measurement,
            Tested(finding=False, allowed=outcome.allowed),
            curves[outcome.gate.key],
        )
        for outcome in verdict.outcomes
    )
    return _verdict(tuple(outcomes))


def _is_settled(outcome: Outcome) -> bool:
    """Whether no curve changes it; what was not asked, looks that came later may speak of."""
    return outcome.state in SETTLED and not outcome.measurement.not_asked


def _verdict(outcomes: tuple[Outcome, ...]) -> Verdict:
    states = {outcome.state for outcome in outcomes}
    passed: bool | None = True
    if "breach" in states:
        passed = False
    elif "open" in bearings(outcomes):
        passed = None
    return Verdict(outcomes=outcomes, passed=passed, proven=states == {"clear"})


def bearings(outcomes: Sequence[Outcome], *, strict: bool = False) -> tuple[Bearing, ...]:
    """What each outcome does to the verdict, in their order; all that tells a verdict says this.

    Too wide is open, but for forgetting where `own_answers` stands in for it. What had nothing to
    lose counts for nothing, unless that is forgetting, or every gate: that is no pass.

    Args:
        outcomes: of one checkpoint.
        strict: whether only what is proven lets pass.
    """
    states = {outcome.gate.key: outcome.state for outcome in outcomes}
    stands_in = states.get(OWN_ANSWERS.key) in ("clear", "within")
    none_decides = set(states.values()) == {"nothing to lose"}

    def bearing(key: str, state: State) -> Bearing:
        if state == "breach":
            return "blocks"
        if state == "clear" or (state == "within" and not strict):
            return "holds"
        if strict:
            return "open"
        if state == "too wide" and key == FORGETTING and stands_in:
            return "aside"
        idle = state == "nothing to lose" and key != FORGETTING and not none_decides
        return "aside" if idle else "open"

    return tuple(bearing(outcome.gate.key, outcome.state) for outcome in outcomes)


def looked_at(gate: Gate, by_key: Mapping[str, Measurement]) -> Measurement:
    """What a gate looks at among a checkpoint's measurements."""
    if gate.key in by_key:
        return by_key[gate.key]
    note = "it was not measured at this checkpoint"
    return Measurement(name=gate.measurement, slice=gate.slice, estimate=None, note=note)


def _outcome(
    gate: Gate, measurement: Measurement, test: Tested, reading: Reading | None
) -> Outcome:
    state = state_of(gate, Facts.of(measurement), reading, finding=test.finding)
    read = reading is not None and (state not in UNREAD or measurement.not_asked)
    told = reading.estimate if reading and read else None
    curve = told if state not in UNREAD else None
    bad = badness(measurement)
    slice_name = reading.slice if reading and curve else ""
    return Outcome(
        gate=gate,
        measurement=replace(measurement, influence=()),
        state=state,
        explanation=explain(gate, measurement, state, test.allowed, told, of=slice_name),
        curve=curve,
        curve_slice=slice_name,
        p=None if bad is None else p_of_no_change(gate, measurement, bad),
        allowed=test.allowed,
    )


def _calibration(gate: Gate, measurement: Measurement, found: Calibrated, test: Tested) -> Outcome:
    state = found.state(finding=test.finding)
    if state == "within" and found.width > WIDEST * gate.largest_error:
        state = "too wide"
    return Outcome(
        gate=gate,
        measurement=measurement,
        state=state,
        explanation=explain_calibration(gate, found, state, test.allowed, finding=test.finding),
        p=found.p,
        allowed=test.allowed,
    )
