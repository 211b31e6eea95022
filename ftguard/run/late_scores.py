"""Measures and decides anew on a checkpoint whose open answers were scored later."""

from collections.abc import Iterable
from dataclasses import replace

from ftguard.errors import FtguardError
from ftguard.measures.measurement import Measurement
from ftguard.run.examine import Moment, assess, measure_against
from ftguard.run.guarded_run import GuardedRun
from ftguard.scores.snapshot import load_snapshot
from ftguard.tracking import say
from ftguard.verdict.checkup import Checkup


def apply_late_scores(guarded: GuardedRun, steps: Iterable[int]) -> None:
    """Put the late scores of these steps into their checkups, tell them, and keep the best anew.

    Only the main process calls it. Nothing is acted on: training has gone on since.
    """
    for step in sorted(steps):
        old = next((c for c in guarded.state.checkups if c.step == step), None)
        if old is None or old.attempt != guarded.run.attempt:
            continue
        try:
            now = load_snapshot(guarded.folder.answers(old.id))
        except (FtguardError, FileNotFoundError):
            continue
        checkup = _reassessed(
            guarded, old, measure_against(guarded.config, guarded.graded(now, step, old.attempt))
        )
        if checkup.measurements != old.measurements:
            say(f"late scores of the judge for step {step}")
            guarded.amend(checkup, now)


def _reassessed(
    guarded: GuardedRun, old: Checkup, measurements: tuple[Measurement, ...]
) -> Checkup:
    moment = Moment(
        step=old.step,
        epoch=old.epoch,
        progress=old.progress,
        checkpoint=old.checkpoint,
        eval_loss=old.eval_loss,
    )
    checkup = assess(
        measurements,
        guarded.run,
        moment,
        look=guarded.state.look_of(old.id),
        past=[c for c in guarded.state.checkups if c.step < old.step],
        current_rate=old.learning_rate or guarded.state.learning_rate,
        advising=guarded.advising,
    )
    return replace(checkup, seconds=old.seconds, notes=old.notes)
