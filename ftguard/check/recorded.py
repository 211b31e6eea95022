"""Makes a `Decision` of what a run has written; no model is loaded."""

from ftguard.check.decision import Decision, decision_on
from ftguard.check.places import read_json
from ftguard.report.recorded import RecordedRun
from ftguard.run.state import RunState
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion


def decision_of(
    recorded: RecordedRun,
    conclusion: Conclusion,
    *,
    strict: bool | None = None,
    state: RunState | None = None,
) -> Decision:
    """What a conclusion on a recorded run says to machines.

    Args:
        recorded: the run.
        conclusion: on it.
        strict: whether only what is proven passes; None for what the run had.
        state: what the conclusion is drawn from; None for the recorded one.
    """
    return decision_on(
        conclusion,
        recorded.run,
        checkup_of(state or recorded.state, conclusion),
        base=str(read_json(recorded.folder.original).get("model") or ""),
        folder=recorded.folder.root,
        strict=recorded.run.strict if strict is None else strict,
    )


def checkup_of(state: RunState, conclusion: Conclusion) -> Checkup | None:
    """The checkup that a conclusion's gates are of: the best's, else the last's."""
    step = conclusion.last_step if conclusion.best_step is None else conclusion.best_step
    return next((c for c in state.checkups if c.step == step), None)
