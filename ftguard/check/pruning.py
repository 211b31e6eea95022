"""Makes the plan of what a person may delete of a run's checkpoints; deletes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ftguard.text.formatting import printable
from ftguard.verdict.conclusion import Conclusion

STEP = 1000
UNITS = ("B", "kB", "MB", "GB", "TB")


@dataclass(frozen=True, kw_only=True)
class PrunePlan:
    """Which folders are worth nothing more to the run, and which are."""

    deletable: tuple[tuple[Path, int], ...]
    """Folders, with the bytes that their files take."""
    kept: tuple[tuple[Path, str], ...]
    """Folders that stay, and why."""
    freed: int
    """Bytes that deleting them all gives back: files that are linked to elsewhere give none."""


def plan_pruning(
    checkpoints: Sequence[Path], conclusion: Conclusion, unread: Sequence[Path] = ()
) -> PrunePlan:
    """What may be deleted once a checkpoint is kept; without one nothing is.

    The best stays, and the newest that is whole, without which training cannot go on; what could
    not be examined stays too, and is no such one.

    Args:
        checkpoints: the run's folders, oldest first.
        conclusion: the outcome, which names the best.
        unread: folders that could not be examined.
    """
    best = f"checkpoint-{conclusion.best_step}"
    whole = [folder for folder in checkpoints if folder not in unread and _is_whole(folder)]
    kept = []
    for folder in checkpoints:
        if conclusion.best_step is None:
            kept.append((folder, "no checkpoint is kept yet"))
        elif folder.name == best:
            kept.append((folder, "the one to keep"))
        elif whole and folder == whole[-1]:
            kept.append((folder, "the newest that is whole: training goes on from it"))
        elif folder not in whole:
            kept.append((folder, "it could not be examined"))
    staying = {folder for folder, _ in kept}
    deletable = tuple((f, _size(f)) for f in checkpoints if f not in staying)
    return PrunePlan(
        deletable=deletable, kept=tuple(kept), freed=_freed(folder for folder, _ in deletable)
    )


def tell_plan(plan: PrunePlan) -> tuple[str, ...]:
    """The plan, a line each."""
    return (
        *(f"keep    {printable(str(folder))}  {why}" for folder, why in plan.kept),
        *(f"delete  {printable(str(folder))}  {in_bytes(size)}" for folder, size in plan.deletable),
        (
            f"{len(plan.deletable)} folders may be deleted, which frees {in_bytes(plan.freed)}; "
            "nothing was deleted"
        ),
    )


def in_bytes(size: float) -> str:
    """A number of bytes as `1.2 GB`."""
    for unit in UNITS[:-1]:
        if size < STEP:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= STEP
    return f"{size:.1f} {UNITS[-1]}"


def _is_whole(folder: Path) -> bool:
    """Whether a model lies there with what the Trainer needs to go on."""
    weights = (*folder.glob("*.safetensors"), *folder.glob("*.bin"))
    return bool(weights) and (folder / "trainer_state.json").is_file()


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in _files(folder))


def _freed(folders: Iterable[Path]) -> int:
    """The size of files whose every name lies in these folders."""
    names: dict[tuple[int, int], int] = {}
    sizes: dict[tuple[int, int], tuple[int, int]] = {}
    for folder in folders:
        for path in _files(folder):
            stat = path.stat()
            file = (stat.st_dev, stat.st_ino)
            names[file] = names.get(file, 0) + 1
            sizes[file] = (stat.st_size, stat.st_nlink)
    return sum(size for file, (size, links) in sizes.items() if names[file] >= links)
