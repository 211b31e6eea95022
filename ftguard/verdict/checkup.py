"""Makes `Checkup`, all that is known of one checkpoint, and its score."""

import math
from dataclasses import dataclass

from ftguard.folders import CheckpointId
from ftguard.measures.measurement import Measurement
from ftguard.verdict.advice import Advice
from ftguard.verdict.gates import Verdict

UNDECIDED_PENALTY = 1.0
FAILED_PENALTY = 2.0


@dataclass(frozen=True, kw_only=True, repr=False)
class Checkup:
    """One checkpoint, examined."""

    run: str
    attempt: int
    step: int
    """Optimizer steps trained."""
    epoch: float
    progress: float
    """Share of the planned steps that are done, in [0, 1]."""
    checkpoint: str | None
    """The checkpoint's folder, once it is saved."""
    eval_loss: float | None
    """The Trainer's own evaluation loss at this step (nats per token), where it evaluates."""
    measurements: tuple[Measurement, ...]
    verdict: Verdict
    advice: tuple[Advice, ...]
    seconds: float
    """What examining took."""
    notes: tuple[str, ...] = ()
    """What did not go by plan."""
    learning_rate: float | None = None
    """The peak rate in force while it was trained to, a rate lowered on the way included; None
    where that is not known."""
    stage: tuple[Measurement, ...] = ()
    """Against the model as the run took it up, where that was a fine-tune already; `measurements`
    are against the original base."""

    def __repr__(self) -> str:
        # All that it holds is tens of thousands of characters, most of them one measurement's.
        states = ", ".join(f"{o.gate.key} {o.state}" for o in self.verdict.outcomes)
        target = self.target
        gain = target.estimate if target is not None else None
        told = "" if gain is None else f", target {gain.value:+.3f}"
        return (
            f"<Checkup of run {self.run!r}, step {self.step}: passed={self.verdict.passed}{told}"
            f"{f', {states}' if states else ''}>"
        )

    @property
    def id(self) -> CheckpointId:
        """The checkpoint's name."""
        return CheckpointId(run=self.run, attempt=self.attempt, step=self.step)

    @property
    def target(self) -> Measurement | None:
        """What checkpoints are ranked by: the target's answers, else what is read of it.

        Answers that a budget left out here are still what the run ranks by: a curve has them.
        """
        both = [self.find("target"), self.find("target", "likelihood")]
        given = [found for found in both if found is not None]
        ranked = (found for found in given if found.now is not None or found.not_asked)
        return next(ranked, next(iter(given), None))

    def find(self, name: str, slice: str = "all") -> Measurement | None:
        """The measurement of that name and slice, where there is one."""
        found = (m for m in self.measurements if (m.name, m.slice) == (name, slice))
        return next(found, None)


def target_score(checkup: Checkup) -> float:
    """What checkpoints are ranked by, in [0, 1].

    The target probes' score; without target probes exp(-eval_loss); without that the share of
    the run that is done, so that the latest wins.
    """
    target = checkup.target
    if target is not None:
        return target.now or 0.0
    if checkup.eval_loss is not None:
        return math.exp(-max(0.0, checkup.eval_loss))
    return checkup.progress


def guard_score(checkup: Checkup, *, strict: bool = False) -> float:
    """`eval_ftguard_score`: the target score, minus 1 when undecided, minus 2 when failed.

    With `strict` a pass that is not proven counts as undecided.
    """
    passed = checkup.verdict.passed
    if strict and passed and not checkup.verdict.proven:
        passed = None
    penalty = {True: 0.0, None: UNDECIDED_PENALTY, False: FAILED_PENALTY}
    return target_score(checkup) - penalty[passed]
