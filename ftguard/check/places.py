"""Finds the files of a model that is named: a folder, a run's folder, adapters, or a hub's name."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ftguard.errors import InputError
from ftguard.folders import RunFolder

CONFIG, ADAPTER = "config.json", "adapter_config.json"
_CHECKPOINT = re.compile(r"checkpoint-([0-9]+)")
_HUB_NAME = re.compile(r"\w[\w.-]*(/[\w.-]+)?")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a model is loaded from."""

    name: str
    """A folder, or a name on the hub."""
    is_adapter: bool = False
    """Whether it holds adapters alone, which go on a base."""
    note: str = ""
    """Which folder was taken, where the one that was given holds several models."""

    @property
    def folder(self) -> Path | None:
        """Its folder; None where it is a name on the hub."""
        return Path(self.name) if Path(self.name).is_dir() else None

    @property
    def step(self) -> int:
        """The optimizer step that its folder's name or its Trainer's state tells; else 1."""
        return (self.folder and step_of(self.folder)) or 1


def find_model(given: str) -> Place:
    """The model that a name stands for.

    A folder of a run is looked into: its own model first, then the best that ftguard kept, then
    its newest checkpoint.

    Raises:
        InputError: there is no such folder, or no model in it.
    """
    folder = Path(given).expanduser()
    if not folder.exists() and _HUB_NAME.fullmatch(given):
        return Place(name=given)
    if not folder.is_dir():
        raise InputError(f"there is no folder `{given}`: give a model's folder or its hub name.")
    own = _in_folder(folder)
    if own is not None:
        return own
    for place, what in (
        (RunFolder(folder).best, "the best that ftguard kept"),
        *((path, "the newest checkpoint") for path in reversed(checkpoint_folders(folder))),
    ):
        found = _in_folder(place)
        if found is not None:
            note = f"`{given}` is a run: {what} of it is taken, `{place}`"
            return Place(name=found.name, is_adapter=found.is_adapter, note=note)
    raise InputError(
        f"no model in `{given}`: a folder with `{CONFIG}` and weights, or with `{ADAPTER}`."
    )


def checkpoint_folders(folder: Path) -> tuple[Path, ...]:
    """The Trainer's checkpoints in an output folder, oldest first."""
    found = [p for p in folder.iterdir() if p.is_dir() and _CHECKPOINT.fullmatch(p.name)]
    return tuple(sorted(found, key=lambda path: int(path.name.rpartition("-")[2])))


def step_of(folder: Path) -> int | None:
    """The step that a checkpoint was saved at; None where nothing tells it."""
    named = _CHECKPOINT.fullmatch(folder.resolve().name)
    if named:
        return int(named[1]) or None
    step = read_json(folder / "trainer_state.json").get("global_step")
    return step if isinstance(step, int) and step > 0 else None


def base_named_in(folder: Path) -> str | None:
    """The base that a checkpoint's own files name; None where they name none."""
    for file, key in ((ADAPTER, "base_model_name_or_path"), (CONFIG, "_name_or_path")):
        name = read_json(folder / file).get(key)
        # A checkpoint may name itself.
        if isinstance(name, str) and name and Path(name).resolve() != folder.resolve():
            return name
    return None


def read_json(path: Path) -> dict[str, Any]:
    """An object in a JSON file; empty where there is none."""
    try:
        found = msgspec.json.decode(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _in_folder(folder: Path) -> Place | None:
    # Where adapters lie beside a config, that is the base's.
    if (folder / ADAPTER).is_file():
        return Place(name=str(folder), is_adapter=True)
    if (folder / CONFIG).is_file():
        return Place(name=str(folder))
    return None
