"""Keeps the best checkpoint's model files where no rotation can delete them."""

import os
import shutil
from pathlib import Path

from ftguard.disk import replaced_folder
from ftguard.run.descent.lineage import read_lineage

NOT_MODEL = (
    "optimizer",
    "scheduler",
    "scaler",
    "rng_state",
    "trainer_state",
    "training_args",
    "global_step",
    "latest",
    "zero_to_fp32",
)
"""Beginnings of the names that only a resume needs."""
WEIGHTS = (".safetensors",)
"""Endings of files that are linked instead of copied where the file system can: safetensors are
replaced whole when written again, other formats are overwritten in place, through every link."""


def keep_checkpoint(checkpoint: Path, best: Path) -> None:
    """Put a checkpoint's model files into `best`, whole or not at all; an older best is replaced.

    Weights are hard-linked (copied where links are not possible), so that keeping costs no disk
    while the checkpoint exists; everything else is copied. Sharded formats are kept as they are.
    """
    with replaced_folder(best) as draft:
        shutil.copytree(
            checkpoint,
            draft,
            ignore=lambda _, names: [name for name in names if name.startswith(NOT_MODEL)],
            copy_function=_link_or_copy,
        )


def loads(best: Path) -> bool:
    """Whether `from_pretrained` finds weights there: not in formats sharded by process."""
    return any(best.glob("*.safetensors")) or any(best.glob("pytorch_model*.bin"))


def put_aside(best: Path) -> Path | None:
    """Rename `best` after the checkpoint that it holds, so that a new best can take its place."""
    if not best.is_dir():
        return None
    lineage = read_lineage(best)
    name = "unknown" if lineage is None else lineage.checkup.name
    aside = best.with_name(f"{best.name}-{name}")
    shutil.rmtree(aside, ignore_errors=True)
    best.rename(aside)
    return aside


def _link_or_copy(source: str, destination: str) -> None:
    if source.endswith(WEIGHTS):
        try:
            os.link(source, destination)
        except OSError:
            shutil.copy2(source, destination)
    else:
        shutil.copy2(source, destination)
