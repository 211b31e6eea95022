"""Which outcomes call for a remedy, and in which words."""

from collections.abc import Iterator
from dataclasses import dataclass

from ftguard.verdict.gates import Outcome, Verdict


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """A gate's outcome that is beyond the point of advice."""

    outcome: Outcome
    severity: float
    """How many times its limit the change is."""
    finding: bool
    """Whether it is a breach: beyond its limit and beyond chance."""


def alarms(verdict: Verdict, *names: str) -> Iterator[Alarm]:
    """The alarms among the named measurements, in the gates' order."""
    for outcome in verdict.outcomes:
        gate, bad = outcome.gate, outcome.judged
        if gate.measurement not in names or bad is None or outcome.state == "missing":
            continue
        point = gate.limit if gate.advise_at is None else gate.advise_at
        if bad.value > point:
            finding = outcome.state == "breach"
            yield Alarm(outcome=outcome, severity=bad.value / gate.limit, finding=finding)


def hedge(alarm: Alarm) -> str:
    """What is added to advice on a suspicion, to tell it from a finding."""
    return "" if alarm.finding else ", if the suspicion holds (it is no breach)"
