"""Reads `lm_eval:arc_easy,gsm8k@my_tasks`, the name of benchmarks where a source is given."""

from dataclasses import dataclass
from pathlib import Path

from ftguard.errors import InputError
from ftguard.probes.own_scorer import HARNESS

HOW = (
    "`lm_eval:TASK,TASK`, `lm_eval:FILE.yaml`, or `lm_eval:TASK@FOLDER` with YAML files of your own"
)
YAML = (".yaml", ".yml")


@dataclass(frozen=True, kw_only=True)
class Named:
    """Tasks, groups, tags or YAML files, and the folder in which names are looked for first."""

    names: tuple[str, ...]
    folder: str | None


def is_named(source: object) -> bool:
    """Whether a source names tasks of lm-eval."""
    return isinstance(source, str) and source.startswith(HARNESS)


def named(source: str) -> Named:
    """Take such a name apart.

    Raises:
        InputError: it names no task.
    """
    tasks, at, folder = source.removeprefix(HARNESS).partition("@")
    names = tuple(name.strip() for name in tasks.split(",") if name.strip())
    if not names or (at and not folder.strip()):
        raise InputError(f"`{source}` names no task of lm-eval: write {HOW}.")
    return Named(names=names, folder=folder.strip() or None)


def check_places(names: tuple[str, ...], folder: str | None) -> None:
    """Refuse files and folders that are not there.

    Raises:
        InputError: it names the missing one.
    """
    if folder is not None and not Path(folder).is_dir():
        raise InputError(f"no folder `{folder}` with YAML files of lm-eval tasks: write {HOW}.")
    for name in names:
        if name.endswith(YAML) and not Path(name).is_file():
            raise InputError(f"no file `{name}`, which would be a task of lm-eval: write {HOW}.")
