"""Examines the checkpoints of a run that was trained without ftguard, oldest first."""

from dataclasses import dataclass, replace
from pathlib import Path

from transformers import TrainerState

from ftguard.check.asked import Asked, Loading
from ftguard.check.checkpoints import (
    Saved,
    base_of,
    peak_rate,
    planned_steps,
    recorded_base,
    saved_in,
)
from ftguard.check.places import find_model
from ftguard.check.settings import settings_of
from ftguard.check.two_models import Against, TwoModels
from ftguard.errors import BaseMismatchError, InputError
from ftguard.folders import RunFolder
from ftguard.run.given import Settings
from ftguard.run.ledger import Chosen, Ledger, current_run
from ftguard.run.state import RunState, fold
from ftguard.tracking import ConsoleTracker, ManyTrackers, say
from ftguard.verdict.conclusion import Conclusion

HOLDOUT = 0.3
"""As in a guarded training: a choice among checkpoints is confirmed on probes that made none."""


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What came of examining a run."""

    conclusion: Conclusion
    unreadable: tuple[str, ...]
    """Checkpoints that could not be loaded."""


@dataclass(frozen=True)
class _Blocks(ConsoleTracker):
    """A block a checkpoint; the outcome is told by the command."""

    def finish(self, conclusion: Conclusion) -> None:
        """Nothing."""


def examine_run(run: Path, base: str | None, asked: Asked, *, loading: Loading) -> Examined:
    """Measure every checkpoint that has not been measured, and name the one to keep.

    Args:
        run: the Trainer's output folder; `_ftguard/` is made in it, as by a guarded training.
        base: the model that it was trained from; None for that of an earlier call, else for the
            one that its checkpoints name.
        asked: the questions and limits.
        loading: how models are loaded.

    Raises:
        InputError: there are no checkpoints, no base, or the run was guarded.
    """
    found, folder = saved_in(run), RunFolder(run)
    settings = settings_of(asked, holdout=HOLDOUT)
    before = _before(folder, settings)
    _say_plan(found, folder, before)
    name = base or base_of(found, run)
    if not base and name == recorded_base(run):
        say(f"base: `{name}`, as this run was examined against before")
    against = Against(
        base=find_model(name),
        like=found[0].place,
        out=run,
        kind="examine",
        state=_state_after(before, found),
        planned=len(found),
        rate=peak_rate(found),
    )
    two = _open(against, asked, settings, loading, found)
    done = {checkup.step for checkup in two.guarded.state.checkups}
    unreadable = tuple(
        saved.place.name
        for saved in found
        if saved.step not in done and not _examined(two, saved, planned_steps(found))
    )
    return Examined(conclusion=two.conclude(), unreadable=unreadable)


def _open(
    against: Against,
    asked: Asked,
    settings: Settings,
    loading: Loading,
    found: tuple[Saved, ...],
) -> TwoModels:
    # After a breached checkpoint there is no training left to stop.
    settings = replace(settings, advising=replace(settings.advising, patience=len(found) + 1))
    tracker = ManyTrackers((_Blocks(),))
    try:
        return TwoModels.open(against, asked, settings, loading, tracker)
    except BaseMismatchError as error:
        if not against.state.global_step:
            raise
        say(f"all is measured anew: {error}")
        anew = replace(against, state=_state_after(None, found))
        return TwoModels.open(anew, asked, settings, loading, tracker)


def _examined(two: TwoModels, saved: Saved, last: int) -> bool:
    try:
        two.examine(saved.place, saved.moment(last))
    except InputError as error:
        say(f"{saved.place.name} is left out: {error}")
        return False
    return True


def _before(folder: RunFolder, settings: Settings) -> RunState | None:
    """What an earlier call found, where it asked the same."""
    events = Ledger(folder.ledger).read()
    latest = current_run(events)
    if latest is None:
        return None
    if latest.kind != "examine":
        raise InputError(
            f"`{folder.output_dir}` was trained with ftguard, which has examined its checkpoints: "
            f"`ftguard check {folder.output_dir}` decides on them with other limits."
        )
    chosen = [e for e in events if isinstance(e, Chosen) and e.run == latest.id]
    if not chosen or chosen[-1].sets != settings.sets.digest or not folder.base.is_dir():
        say("other questions than before: all is measured anew")
        return None
    state = fold(events, latest.id, strict=settings.strict)
    return state if state.checkups else None


def _state_after(before: RunState | None, found: tuple[Saved, ...]) -> TrainerState:
    step = before.checkups[-1].step if before else 0
    return TrainerState(global_step=step, max_steps=planned_steps(found))


def _say_plan(found: tuple[Saved, ...], folder: RunFolder, before: RunState | None) -> None:
    done = {checkup.step for checkup in before.checkups} if before else set()
    left = [saved.step for saved in found if saved.step not in done]
    goes_on = f", {len(done)} of them measured before" * bool(done)
    say(
        f"{len(found)} checkpoints in {folder.output_dir}{goes_on}; {len(left)} to measure"
        + f" (steps {', '.join(map(str, left))})" * bool(left)
    )
    say(
        f"writes into {folder.root}, and a record `ftguard.json` beside each checkpoint; the one "
        "to keep is linked into its `best/`; nothing is deleted"
    )
