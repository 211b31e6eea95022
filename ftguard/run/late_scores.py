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


def apply_late_scores(watch: GuardedRun, steps: Iterable[int]) -> None:
    """Put the late scores of these steps into their checkups, tell them, and keep the best anew.

    Only the main process calls it. Nothing is acted on: training has gone on since.
    """
    for step in sorted(steps):
        old = next((c for c in watch.state.checkups if c.step == step), None)
        if old is None or old.attempt != watch.run.attempt:
            continue
        try:
            now = load_snapshot(watch.folder.answers(old.id))
        except (FtguardError, FileNotFoundError):
            continue
        checkup = _reassessed(
            watch, old, measure_against(watch.exam, watch.graded(now, step, old.attempt))
        )
        if checkup.measurements != old.measurements:
            say(f"late scores of the judge for step {step}")
            watch.amend(checkup)


def _reassessed(watch: GuardedRun, old: Checkup, measurements: tuple[Measurement, ...]) -> Checkup:
    moment = Moment(
        step=old.step,
        epoch=old.epoch,
        progress=old.progress,
        checkpoint=old.checkpoint,
        eval_loss=old.eval_loss,
    )
    checkup = assess(
        measurements,
        watch.run,
        moment,
        look=watch.state.look_of(old.id),
        past=[c for c in watch.state.checkups if c.step < old.step],
        current_rate=watch.state.learning_rate,
        advising=watch.advising,
    )
    return replace(checkup, seconds=old.seconds, notes=old.notes)
