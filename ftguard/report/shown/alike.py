"""Decides a run alike at all its checkpoints, where a resume has changed its gates."""

from dataclasses import replace

from ftguard.report.recorded import RecordedRun
from ftguard.run.again import decided_anew
from ftguard.verdict.conclusion import conclude

SAID = "Its limits were changed on the way: every checkpoint is decided by the last ones."


def gates_changed(run: RecordedRun) -> bool:
    """Whether some checkpoint was decided by other gates than the latest attempt's."""
    latest = set(run.run.gates)
    return any({o.gate for o in c.verdict.outcomes} != latest for c in run.checkups)


def decided_alike(run: RecordedRun) -> RecordedRun:
    """The run with every checkpoint decided by the gates of its latest attempt.

    A page holds each against one limit, and decides anew by that when limits are moved.
    """
    if not gates_changed(run):
        return run
    state = decided_anew(run.state, {})
    known, choice = run.conclusion, state.choice
    same = known is not None and choice is not None and known.best_step == choice.checkup.step
    outcome = conclude(
        state.attempts[-1],
        state.checkups,
        choice,
        known.confirmed if known is not None and same else None,
        run.folder,
        finished=run.so_far.finished,
        life=run.so_far.life,
    )
    return replace(run, state=state, outcome=outcome)
