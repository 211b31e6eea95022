"""Compares a tuned model with its base: what a guarded training does at one checkpoint."""

import re
from pathlib import Path

from transformers import TrainerState

from ftguard.check.asked import Asked
from ftguard.check.models import Loading
from ftguard.check.places import Place
from ftguard.check.two_models import Against, TwoModels
from ftguard.errors import InputError
from ftguard.run.examine import Moment
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
    settings = asked.settings(holdout=HOLDOUT)
    place = out or Path(PLACE) / _short_name(tuned)
    for note in (base.note, tuned.note, f"results go to {place / '_ftguard'}"):
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


def _short_name(place: Place) -> str:
    """The last two parts of its name, as one name of a folder."""
    name = str(place.folder.resolve()) if place.folder else place.name
    parts = [part for part in Path(name).parts if part not in ("/", "_ftguard")]
    return re.sub(r"[^\w.-]+", "-", "-".join(parts[-2:])).strip(".-") or "tuned"
