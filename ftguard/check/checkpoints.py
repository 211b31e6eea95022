"""Reads what the checkpoints of a Trainer's run say of themselves; nothing is unpickled."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from transformers import TrainerState

from ftguard.check.places import (
    ADAPTER,
    CONFIG,
    Place,
    base_named_in,
    checkpoint_folders,
    read_json,
)
from ftguard.errors import InputError
from ftguard.folders import RunFolder
from ftguard.run.examine import Moment
from ftguard.run.trainer import moment_of


@dataclass(frozen=True, kw_only=True)
class Saved:
    """One checkpoint."""

    place: Place
    step: int
    state: TrainerState | None
    """What the Trainer left beside it; None where that is gone."""

    def moment(self, last: int) -> Moment:
        """Where training stood, of so many steps if nothing else tells them."""
        if self.state is None:
            return Moment(
                step=self.step,
                epoch=0.0,
                progress=min(1.0, self.step / last),
                checkpoint=self.place.name,
                eval_loss=None,
            )
        return moment_of(self.state, checkpoint=self.place.name)


def saved_in(run: Path) -> tuple[Saved, ...]:
    """The checkpoints of a run, oldest first.

    Raises:
        InputError: there is no such folder, or no checkpoint in it.
    """
    if not run.is_dir():
        raise InputError(f"there is no folder `{run}`: give a Trainer's `output_dir`.")
    found = []
    for folder in checkpoint_folders(run):
        is_adapter = (folder / ADAPTER).is_file()
        if is_adapter or (folder / CONFIG).is_file():
            step = int(folder.name.rpartition("-")[2])
            place = Place(name=str(folder), is_adapter=is_adapter)
            found.append(Saved(place=place, step=step, state=_state(folder, step)))
    found = [saved for saved in found if saved.step > 0]
    if not found:
        raise InputError(
            f"no checkpoint in `{run}`: give the `output_dir` of a Trainer that saved folders "
            f"`checkpoint-N` with `{CONFIG}` or `{ADAPTER}`."
        )
    return tuple(found)


def planned_steps(found: Sequence[Saved]) -> int:
    """The steps that the run was planned to take, as its last state says."""
    known = [int(saved.state.max_steps) for saved in found if saved.state is not None]
    return max([saved.step for saved in found] + known)


def peak_rate(found: Sequence[Saved]) -> float:
    """The highest learning rate that the run logged; 0 where it logged none."""
    rows = [row for saved in found if saved.state is not None for row in saved.state.log_history]
    rates = [row.get("learning_rate") for row in rows if isinstance(row, dict)]
    return max([float(r) for r in rates if isinstance(r, int | float) and r > 0], default=0.0)


def base_of(found: Sequence[Saved], run: Path) -> str:
    """The base that an earlier examination had, else the one that checkpoints or the run name.

    Raises:
        InputError: nothing names one.
    """
    recorded = recorded_base(run)
    if recorded:
        return recorded
    folders = [*(Path(saved.place.name) for saved in found), run]
    named = next((name for folder in folders if (name := base_named_in(folder))), None)
    if named is None:
        raise InputError(
            f"nothing in `{run}` names the base that it was trained from: give it as `--base`."
        )
    return named


def recorded_base(run: Path) -> str:
    """The base that an earlier examination of this folder was given; empty where it is gone."""
    record = read_json(RunFolder(run).original)
    named = str(record.get("model") or "")
    # Only what came from the hub has a revision: a folder that is gone is no name there.
    return named if record.get("revision") or Path(named).is_dir() else ""


def _state(folder: Path, step: int) -> TrainerState | None:
    try:
        state: TrainerState = TrainerState.load_from_json(str(folder / "trainer_state.json"))
        usable = state.global_step == step and int(state.max_steps) >= 0
        usable = usable and isinstance(state.log_history, list)
    except Exception:  # noqa: BLE001 - whatever another version wrote there
        return None
    return state if usable else None
