"""Chooses which advice to act on: findings only, and a lower rate only where it is news."""

from collections.abc import Sequence

from ftguard.verdict.advice import Advice
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import badness


def choose_action(
    checkup: Checkup, past: Sequence[Checkup], lowered_at: int | None
) -> Advice | None:
    """The advice to act on, or None.

    A lower rate does not undo what is lost already, so it is lowered again only where the same
    gate has become worse since.

    Args:
        checkup: of the checkpoint at hand.
        past: the checkups before it.
        lowered_at: the step at which the rate was last lowered.
    """
    findings = {advice.do: advice for advice in checkup.advice if advice.finding}
    if "stop" in findings:
        return findings["stop"]
    lower = findings.get("lower_learning_rate")
    if lower is None or lowered_at is None:
        return lower
    then = next((c for c in past if c.step == lowered_at), None)
    if then is None or _bad(checkup, lower) > _bad(then, lower):
        return lower
    return None


def _bad(checkup: Checkup, advice: Advice) -> float:
    for outcome in checkup.verdict.outcomes:
        bad = badness(outcome.measurement)
        if outcome.gate.key == advice.outcome.gate.key and bad is not None:
            return bad.value
    return 0.0
