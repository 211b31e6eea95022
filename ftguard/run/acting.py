"""Chooses which advice to act on: findings only, and a lower rate only where it is news."""

from collections.abc import Sequence
from dataclasses import dataclass

from ftguard.verdict.advice import LowerLearningRate, Stop
from ftguard.verdict.checkup import Checkup


@dataclass(frozen=True, kw_only=True)
class Action:
    """What is done to the training, and why."""

    advice: LowerLearningRate | Stop
    factor: float
    """What to scale the learning rate by; 1 where the run stops."""


def choose_action(
    checkup: Checkup, past: Sequence[Checkup], lowered_at: int | None
) -> LowerLearningRate | Stop | None:
    """The advice to act on, or None.

    What is advised is a rate for the whole training, and the remaining steps get it. It rests on
    the checkpoints before any lowering and does not fall with each later one, so a rate that is
    lowered already is left alone unless less is advised. A lower rate does not undo what is lost,
    so it is lowered again only where the same gate has become worse since.

    Args:
        checkup: of the checkpoint at hand.
        past: the checkups before it.
        lowered_at: the step at which the rate was last lowered.
    """
    findings = [advice for advice in checkup.advice if advice.finding]
    stop = next((advice for advice in findings if isinstance(advice, Stop)), None)
    lower = next((advice for advice in findings if isinstance(advice, LowerLearningRate)), None)
    if lower is not None and _in_force(checkup, lower):
        lower = None
    if stop is not None or lower is None or lowered_at is None:
        return stop or lower
    then = next((c for c in past if c.step == lowered_at), None)
    if then is None or _bad(checkup, lower) > _bad(then, lower):
        return lower
    return None


def _in_force(checkup: Checkup, advice: LowerLearningRate) -> bool:
    return checkup.learning_rate is not None and checkup.learning_rate <= advice.learning_rate


def _bad(checkup: Checkup, advice: LowerLearningRate) -> float:
    for outcome in checkup.verdict.outcomes:
        bad = outcome.judged
        if outcome.gate.key == advice.outcome.gate.key and bad is not None:
            return bad.value
    return 0.0
