"""Compares a tuned model with its base: what a guarded training does at one checkpoint."""

import re
from pathlib import Path

from transformers import TrainerState

from ftguard.check.asked import Asked, Loading
from ftguard.check.places import Place, base_named_in
from ftguard.check.settings import settings_of
from ftguard.check.two_models import Against, TwoModels
from ftguard.errors import InputError
from ftguard.folders import RunFolder
from ftguard.run.examine import Moment
from ftguard.run.ledger import Ledger, current_run
from ftguard.tracking import ManyTrackers, say
from ftguard.verdict.conclusion import Conclusion

PLACE = "ftguard-check"
"""The folder, in the current one, that holds checks without a place of their own."""
HOLDOUT = 0.0
"""One model is no choice among several: all target probes measure its gain."""


def compare(
    base: Place, tuned: Place, asked: Asked, *, loading: Loading, out: Path | None
) -> tuple[Path, Conclusion]:
    """Ask both models the same, and hold what the tuned one lost against the gates.

    Args:
        base: the model that costs are counted from.
        tuned: a fine-tune of it, or adapters for it.
        asked: the questions and limits.
        loading: how models are loaded.
        out: the output folder of the run that this is; None for one named after the tuned model.

    Returns:
        The output folder, and what came of it.

    Raises:
        InputError: a model cannot be used.
    """
    if base.is_adapter:
        raise InputError(
            f"`{base.name}` holds adapters: give the model that they go on as the base, and "
            "adapters as the tuned model."
        )
    settings = settings_of(asked, holdout=HOLDOUT)
    place = out or Path(PLACE) / _short_name(tuned)
    folder = RunFolder(place)
    _refuse_run(folder)
    for note in (base.note, tuned.note, _other_base(base, tuned), f"results go to {folder.root}"):
        if note:
            say(note)
    two = TwoModels.open(
        Against(
            base=base,
            like=tuned,
            out=place,
            kind="check",
            state=TrainerState(max_steps=tuned.step),
            planned=1,
        ),
        asked,
        settings,
        loading,
        ManyTrackers(),
    )
    moment = Moment(step=tuned.step, epoch=0.0, progress=1.0, checkpoint=None, eval_loss=None)
    two.examine(tuned, moment)
    return place, two.conclude()


def _refuse_run(folder: RunFolder) -> None:
    """Refuse to write over a training's record.

    Raises:
        InputError: there is one.
    """
    run = current_run(Ledger(folder.ledger).read())
    if run is not None and run.kind != "check":
        raise InputError(
            f"`{folder.output_dir}` holds the record of another run: give another `--out`."
        )


def _other_base(base: Place, tuned: Place) -> str:
    """What to say of adapters that name another base; empty where they name none or this one."""
    named = base_named_in(tuned.folder) if tuned.is_adapter and tuned.folder else None
    if named is None or named == base.name or Path(named).resolve() == Path(base.name).resolve():
        return ""
    return f"the adapters name another base, `{named}`: they are put on `{base.name}`"


def _short_name(place: Place) -> str:
    """The last two parts of its name, as one name of a folder."""
    name = str(place.folder.resolve()) if place.folder else place.name
    parts = [part for part in Path(name).parts if part not in ("/", "_ftguard")]
    return re.sub(r"[^\w.-]+", "-", "-".join(parts[-2:])).strip(".-") or "tuned"
