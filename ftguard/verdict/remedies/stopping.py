"""Early stopping, where breaches persist."""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from ftguard.verdict.advice import Stop
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.choice import choose
from ftguard.verdict.gates import Verdict


def stop(verdict: Verdict, past: Sequence[Checkup], patience: int) -> Iterator[Stop]:
    """Advise to stop after `patience` breached checkpoints in a row, this one included.

    One breach alone does not stop a run: forgetting can dip and recover (2604.06628).
    """
    verdicts = [checkup.verdict for checkup in past] + [verdict]
    recent = verdicts[-patience:]
    if len(recent) < patience or any(v.passed is not False for v in recent):
        return
    best = choose(past)
    step = best.checkup.step if best else None
    kept = f"step {step} is the best that passed" if best else "no checkpoint has passed"
    yield Stop(
        best_step=step,
        outcome=next(outcome for outcome in verdict.outcomes if outcome.state == "breach"),
        finding=True,
        text=f"stop: {_in_a_row(verdicts)} checkpoints in a row breached a gate; {kept}.",
    )


def _in_a_row(verdicts: Sequence[Verdict]) -> int:
    """How many of the latest are in breach."""
    return len(list(takewhile(lambda v: v.passed is False, reversed(verdicts))))
