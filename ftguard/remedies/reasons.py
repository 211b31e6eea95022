"""Which outcomes call for a remedy."""

from collections.abc import Iterator

from ftguard.gates import Outcome, Verdict, badness


def alarms(verdict: Verdict, *names: str) -> Iterator[tuple[Outcome, float, bool]]:
    """Yield (outcome, how bad, beyond chance) of each gate that is beyond the point of advice.

    Args:
        verdict: of the checkpoint at hand.
        names: the measurements to look at.
    """
    for outcome in verdict.outcomes:
        bad = badness(outcome.measurement)
        if outcome.gate.measurement not in names or bad is None:
            continue
        if outcome.state == "missing":
            continue
        point = outcome.gate.limit if outcome.gate.advise_at is None else outcome.gate.advise_at
        if outcome.state in ("breach", "suspect") or bad.value > point:
            yield outcome, bad.value, bad.low > 0


def severity(outcome: Outcome, bad: float) -> float:
    """How many times its limit an outcome is bad."""
    return bad / outcome.gate.limit if outcome.gate.limit > 0 else float("inf")


def hedge(*, finding: bool) -> str:
    """The words that tell a finding from a suspicion."""
    return "is" if finding else "may be (not beyond chance)"
