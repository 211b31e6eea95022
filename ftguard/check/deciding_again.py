"""Decides again on a run that is over, with other limits, from what its ledger holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ftguard.check.decision import Decision
from ftguard.check.recorded import decision_of
from ftguard.errors import FtguardError, NothingExaminedError
from ftguard.measures.measurement import Measurement
from ftguard.measures.target import confirmed
from ftguard.report.recorded import RecordedRun, read_run
from ftguard.run.again import decided_anew
from ftguard.run.state import RunState
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion, conclude
from ftguard.verdict.limits import read_limits

WORDS = {True: "passed", None: "undecided", False: "BLOCKED"}


@dataclass(frozen=True, kw_only=True)
class Again:
    """A decision, and how it differs from the recorded one."""

    decision: Decision
    differences: tuple[str, ...]
    """A sentence each; none where it is the same."""
    run: RecordedRun
    """As it would be."""


def decide_again(
    run: Path, limits: Mapping[str, float | None], *, strict: bool | None = None
) -> Again:
    """What the run's verdict would be on other limits; nothing is written.

    Args:
        run: the output directory.
        limits: those to move, as `GuardCallback(limits=...)` takes them.
        strict: whether only proven checkpoints can be the best; None for what the run had.

    Raises:
        InputError: there is no run, nothing in it was examined, or a limit is on what nothing
            measured.
    """
    recorded = read_run(run)
    if not recorded.checkups:
        raise NothingExaminedError(
            f"no checkpoint in `{recorded.folder.root}` is examined: nothing is there to decide on."
        )
    moved = read_limits(limits, {gate.key for gate in recorded.run.gates})
    anew = _with_files(decided_anew(recorded.state, moved, strict=strict), recorded)
    conclusion = _concluded(anew, recorded)
    return Again(
        decision=decision_of(recorded, conclusion, strict=anew.strict, state=anew),
        differences=tuple(_differences(recorded, anew)),
        run=replace(recorded, run=anew.attempts[-1], state=anew, outcome=conclusion),
    )


def _with_files(state: RunState, recorded: RecordedRun) -> RunState:
    """Only a checkpoint whose files are there can be kept."""
    gone = {c.step for c in state.checkups if _files_of(c, recorded) is None}
    return replace(state, lost=state.lost | gone)


def _files_of(checkup: Checkup, recorded: RecordedRun) -> Path | None:
    """Where a checkpoint is; the output folder may have moved since."""
    folder = recorded.folder
    if checkup.checkpoint is None:
        return None
    place = Path(checkup.checkpoint)
    here = folder.output_dir
    places = [place, here / place.name, here / place.parent.name / place.name]
    if checkup.step == recorded.best_step:
        places.insert(0, folder.best)
    return next((found for found in places if found.is_dir()), None)


def _concluded(state: RunState, recorded: RecordedRun) -> Conclusion:
    choice, folder = state.choice, recorded.folder
    found = conclude(
        state.attempts[-1],
        state.checkups,
        choice,
        _confirmed(choice.checkup, recorded) if choice else None,
        folder,
        finished=recorded.so_far.finished,
        life=recorded.so_far.life,
    )
    files = _files_of(choice.checkup, recorded) if choice else None
    if files is None:
        return found
    return replace(
        found,
        best_folder=str(files),
        summary=found.summary.replace(f"kept in {folder.best}", f"its files are in {files}"),
    )


def _confirmed(best: Checkup, recorded: RecordedRun) -> Measurement | None:
    try:
        return confirmed(recorded.probes, *recorded.sides(best))
    except FtguardError:
        return None


def _differences(recorded: RecordedRun, anew: RunState) -> Iterator[str]:
    for old, new in zip(recorded.state.checkups, anew.checkups, strict=True):
        moved = list(_moved(old, new))
        if old.verdict.passed != new.verdict.passed:
            why = f" ({', '.join(moved)})" * bool(moved)
            was, now = WORDS[old.verdict.passed], WORDS[new.verdict.passed]
            yield f"step {new.step} was {was} and is {now}{why}"
        elif moved:
            yield f"step {new.step} is {WORDS[new.verdict.passed]} as before; {', '.join(moved)}"
    before, after = recorded.best_step, anew.best.step if anew.best else None
    if before != after:
        yield f"{_kept(before)} was kept; by these limits it would be {_kept(after)}"
    fits = {c.step for c in anew.checkups if c.verdict.passed and c.step in anew.lost}
    if fits and after is None:
        yield f"steps {sorted(fits)} pass, but their files are gone"


def _moved(old: Checkup, new: Checkup) -> Iterator[str]:
    states = {outcome.gate.key: outcome.state for outcome in old.verdict.outcomes}
    for outcome in new.verdict.outcomes:
        before = states.pop(outcome.gate.key, "not held")
        if before != outcome.state:
            yield f"{outcome.gate.key}: {before}, now {outcome.state}"
    for key, state in states.items():
        yield f"{key}: {state}, now not held"


def _kept(step: int | None) -> str:
    return "none" if step is None else f"step {step}"
