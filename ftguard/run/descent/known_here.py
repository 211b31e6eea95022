"""Says of a base what others may read, and finds out on this machine what that leaves unsaid.

Checkpoints are uploaded, `trainer_state.json` and `ftguard.json` among them. A folder of this
machine is nobody else's business, and of no use to them: in these files it is a name below the
output directory, or its last part alone. Where it is stands in the run's own `original.json` and in
the user's cache, which stay.
"""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePath

import msgspec

from ftguard.disk import write_whole
from ftguard.folders import descent_folder
from ftguard.run.descent.original import Original

CUT = "…/"
"""Stands before the last part of a folder whose whole name is not told."""


def told(original: Original, output_dir: Path) -> Original:
    """The same without folders of this machine."""
    return replace(
        original,
        folder=_below(original.folder, output_dir),
        model=_below(original.model, output_dir),
    )


def found(original: Original, output_dir: Path, run: str) -> Original:
    """The same with folders of this machine, as far as they are known.

    Args:
        original: as a record tells it.
        output_dir: where the record's run wrote to, as far as that is known.
        run: the run's id.
    """
    known = [
        one
        for name in (_of_run(run), _of_weights(original.weights))
        if (one := _read(name)) is not None and one.weights == original.weights
    ]
    folders = [output_dir / original.folder] if original.folder else []
    folders += [Path(one.folder) for one in known if one.folder]
    models = [one.model for one in known if one.model and not one.model.startswith(CUT)]
    return replace(
        original,
        folder=str(next((folder for folder in folders if folder.is_dir()), original.folder)),
        model=_whole(original.model, output_dir, models),
    )


def note(original: Original, run: str) -> None:
    """Note on this machine where a run's base is; where that cannot be written, it is not."""
    with suppress(OSError):
        folder = descent_folder()
        folder.mkdir(parents=True, exist_ok=True)
        for name in (_of_run(run), _of_weights(original.weights)):
            write_whole(folder / name, msgspec.json.encode(original))


def _below(name: str, output_dir: Path) -> str:
    path = PurePath(name)
    if not name or not path.is_absolute():
        return name
    with suppress(ValueError):
        return str(Path(name).resolve().relative_to(output_dir.resolve()))
    return f"{CUT}{path.name}"


def _whole(name: str, output_dir: Path, known: list[str]) -> str:
    if name.startswith(CUT):
        return next((one for one in known if PurePath(one).name == name.removeprefix(CUT)), name)
    return str(output_dir / name) if name and (output_dir / name).is_dir() else name


def _of_run(run: str) -> str:
    return f"run-{run}.json"


def _of_weights(weights: str) -> str:
    return f"base-{weights}.json"


def _read(name: str) -> Original | None:
    try:
        return msgspec.json.decode((descent_folder() / name).read_bytes(), type=Original)
    except (OSError, ValueError):
        return None
