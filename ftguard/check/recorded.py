"""Reads a decision off what a run has written; no model is loaded."""

from ftguard.check.decision import Decision, decision_on
from ftguard.check.places import read_json
from ftguard.errors import InputError
from ftguard.folders import RunFolder
from ftguard.run.ledger import Ledger, current_run
from ftguard.run.state import RunState, fold
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion
from ftguard.verdict.run import Run


def recorded_run(folder: RunFolder, *, strict: bool = False) -> tuple[Run, RunState]:
    """The latest run in a folder, and what its events come to.

    Raises:
        InputError: there is none.
        FtguardError: its ledger is damaged.
    """
    events = Ledger(folder.ledger).read()
    run = current_run(events)
    if run is None:
        raise InputError(
            f"no run in `{folder.root}`: give the `output_dir` of a run that ftguard guarded or "
            "checked, or a base and a tuned model: ftguard check BASE TUNED"
        )
    return run, fold(events, run.id, strict=strict)


def decision_of(folder: RunFolder, conclusion: Conclusion, *, strict: bool) -> Decision:
    """What a conclusion on the latest run in a folder says to machines."""
    run, state = recorded_run(folder, strict=strict)
    return decision_on(
        conclusion,
        run,
        checkup_of(state, conclusion),
        base=str(read_json(folder.original).get("model") or ""),
        folder=folder.root,
        strict=strict,
    )


def checkup_of(state: RunState, conclusion: Conclusion) -> Checkup | None:
    """The checkup that a conclusion's gates are of: the best's, else the last's."""
    step = conclusion.last_step if conclusion.best_step is None else conclusion.best_step
    return next((c for c in state.checkups if c.step == step), None)
