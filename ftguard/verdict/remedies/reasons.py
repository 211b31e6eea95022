"""Which outcomes call for a remedy, and in which words."""

from collections.abc import Iterator
from dataclasses import dataclass

from ftguard.verdict.checkup import Checkup
from ftguard.verdict.defaults import FORGETTING, OWN_ANSWERS
from ftguard.verdict.gate import CALIBRATION, WIDEST, Gate
from ftguard.verdict.gates import Outcome

LOSSES = ("forgetting", "own_answers", "tail", "calibration")
"""The measurements whose gates a lower learning rate keeps."""


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """A gate's outcome that is beyond the point of advice."""

    outcome: Outcome
    severity: float
    """How many times its limit the change is."""
    finding: bool
    """Whether it is a breach: beyond its limit and beyond chance."""


def alarms(checkup: Checkup) -> Iterator[Alarm]:
    """The alarms that a lower rate can mend, in the gates' order.

    A base at the floor has nothing to lose, and a checkpoint that is less sure than it is right
    has not trained too hard: neither is an alarm, whatever the gate says.
    """
    for outcome in checkup.verdict.outcomes:
        gate, bad = outcome.gate, outcome.judged
        if not can_be_lost(outcome, checkup) or bad is None or _stood_in_for(outcome, checkup):
            continue
        # At the end no more is lost: what is within its limit there has passed.
        point = gate.limit if checkup.progress >= 1 else _point(gate)
        alarmed = bad.value > point
        if gate.measurement == CALIBRATION:
            # Its gate looks at more than the rise. An error that the base had too, and a larger
            # one, comes of too little training, if of any.
            alarmed = outcome.state in ("breach", "suspect") and bad.value > 0
        if alarmed:
            finding = outcome.state == "breach"
            yield Alarm(outcome=outcome, severity=bad.value / gate.limit, finding=finding)


def _stood_in_for(outcome: Outcome, checkup: Checkup) -> bool:
    """Whether a weak base's own answers tell instead: forgetting is no finding, and too uncertain.

    A suspicion of 47 %, give or take 38, would give most of the target away for what may be noise.
    """
    bad = outcome.judged
    if outcome.gate.key != FORGETTING or outcome.state == "breach" or bad is None:
        return False
    told = any(other.gate.key == OWN_ANSWERS.key for other in checkup.verdict.outcomes)
    return told and bad.high - bad.low > WIDEST * outcome.gate.limit


def _point(gate: Gate) -> float:
    return gate.limit if gate.advise_at is None else gate.advise_at


def can_be_lost(outcome: Outcome, checkup: Checkup) -> bool:
    """Whether a loss at this gate was measured and is one that training too hard makes."""
    if outcome.gate.measurement not in LOSSES or outcome.measurement.at_floor:
        return False
    if outcome.state in ("missing", "not asked", "nothing to lose"):
        return False
    return not (outcome.gate.measurement == CALIBRATION and underconfident(outcome, checkup))


def underconfident(outcome: Outcome, checkup: Checkup) -> bool:
    """Whether the checkpoint's mean confidence is below its accuracy on a calibration slice."""
    signed = checkup.find("overconfidence", outcome.gate.slice)
    return signed is not None and signed.now is not None and signed.now <= 0


def hedge(alarm: Alarm) -> str:
    """What is added to advice on a suspicion, to tell it from a finding."""
    if alarm.finding:
        return ""
    if alarm.outcome.state == "suspect":
        return ", if the suspicion holds (it is no breach)"
    return ", which is within its limit and beyond the point of advice"
