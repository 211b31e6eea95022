"""Where a run's files are."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from ftguard.errors import InputError

OURS = "_ftguard"
"""The folder's name: the Trainer uploads nothing that begins with `_` to a hub."""
OURS_ONCE = "ftguard"
"""What it was called before; such a folder is read as it is, and renamed when a run begins."""


@dataclass(frozen=True, order=True)
class CheckpointId:
    """What names a checkpoint, whatever is found of it later."""

    run: str
    """The run's id."""
    attempt: int
    """1 for the run's first, one more at each resume."""
    step: int
    """Optimizer steps trained."""

    def __str__(self) -> str:
        return f"{self.run}-attempt-{self.attempt}-step-{self.step}"


@dataclass(frozen=True)
class RunFolder:
    """The files of the runs in one output directory."""

    output_dir: Path

    @property
    def root(self) -> Path:
        """All that ftguard writes; an older version's folder where there is only that."""
        ours, once = self.output_dir / OURS, self.output_dir / OURS_ONCE
        return once if _is_run(once) and not ours.exists() else ours

    @property
    def base(self) -> Path:
        """The base snapshot."""
        return self.root / "base"

    @property
    def original(self) -> Path:
        """Which base that snapshot is of, and where to find it again."""
        return self.root / "original.json"

    @property
    def start(self) -> Path:
        """The snapshot of the model as a run took it up, where that was no longer the base."""
        return self.root / "start"

    @property
    def probes(self) -> Path:
        """All that is asked, one probe a line."""
        return self.root / "probes.jsonl"

    @property
    def rendered(self) -> Path:
        """What the model gets to see of each probe, as text, one a line."""
        return self.root / "rendered.jsonl"

    @property
    def ledger(self) -> Path:
        """The events, one a line."""
        return self.root / "ledger.jsonl"

    @property
    def pulse(self) -> Path:
        """What the process at work holds and touches, so that others see that it is there."""
        return self.root / "pulse"

    @property
    def best(self) -> Path:
        """The best passing checkpoint's model files."""
        return self.root / "best"

    @property
    def verdict(self) -> Path:
        """The run's outcome."""
        return self.root / "verdict.json"

    @property
    def report(self) -> Path:
        """The page that shows all of it, for people."""
        return self.root / "report.html"

    def answers(self, checkpoint: CheckpointId) -> Path:
        """The snapshot of one examined checkpoint."""
        name = f"attempt-{checkpoint.attempt}-step-{checkpoint.step}"
        return self.answers_of(checkpoint.run) / name

    def answers_of(self, run: str) -> Path:
        """The snapshots of a run's checkpoints."""
        return self.root / "answers" / run

    def checkpoint(self, step: int) -> Path:
        """The Trainer's checkpoint of a step: of a hyperparameter search's trials the newest."""
        name = f"checkpoint-{step}"
        of_trials = [path for path in self.output_dir.glob(f"*/{name}") if path.is_dir()]
        found = [path for path in (self.output_dir / name, *of_trials) if path.is_dir()]
        return max(found, key=lambda path: path.stat().st_mtime, default=self.output_dir / name)

    def check_writable(self) -> Path | None:
        """Make the folder; an older version's is renamed, which its name is returned for.

        Raises:
            InputError: it cannot be written to.
        """
        renamed = None
        try:
            if self.root.name == OURS_ONCE:
                renamed = self.root.rename(self.output_dir / OURS)
            self.root.mkdir(parents=True, exist_ok=True)
            probe = self.root / ".writable"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise InputError(
                f"cannot write to `{self.root}` ({error.strerror}): choose another `output_dir`."
            ) from None
        return renamed


def _is_run(folder: Path) -> bool:
    """Whether a run was guarded there: others may call a folder `ftguard` too."""
    return any((folder / name).exists() for name in ("ledger.jsonl", "probes.jsonl", "base"))


def cache_folder(digest: str) -> Path:
    """Where a base snapshot is cached across runs; `FTGUARD_CACHE` moves it."""
    return _cache() / "base" / digest


def chosen_folder(name: str) -> Path:
    """Where it is cached what was chosen to be asked, beside such training data."""
    return _cache() / "chosen" / name


def descent_folder() -> Path:
    """Where it is cached which weights descend from which base."""
    return _cache() / "descent"


def _cache() -> Path:
    return Path(os.environ.get("FTGUARD_CACHE") or Path.home() / ".cache" / "ftguard")


def find_run(path: Path) -> RunFolder:
    """The run that a path belongs to: its output directory, or what lies in it.

    That is a checkpoint's folder, of a hyperparameter search's trial too, the folder `_ftguard`,
    or anything in that. Where there is no run, the path is taken for an output directory.
    """
    given = RunFolder(path)
    if _is_run(given.root):
        return given
    place = Path(os.path.abspath(path))  # noqa: PTH100 - `..` goes, links stay
    for folder in (place, *place.parents):
        if folder.name in (OURS, OURS_ONCE) and _is_run(folder):
            return RunFolder(folder.parent)
    if step_of(path) is not None:
        for parent in place.parents[:2]:
            if _is_run(RunFolder(parent).root):
                return RunFolder(parent)
    return given


def existing_run(path: Path) -> RunFolder:
    """The run that a path belongs to.

    Raises:
        InputError: there is none.
    """
    found = find_run(path)
    if not _is_run(found.root) and not found.verdict.exists():
        raise InputError(no_run(path))
    return found


def step_of(path: Path) -> int | None:
    """The step of a checkpoint's folder, which may be gone, by its name; None of any other path."""
    found = _CHECKPOINT.fullmatch(Path(os.path.abspath(path)).name)  # noqa: PTH100
    return int(found[1]) if found else None


def runs_below(path: Path) -> list[str]:
    """The folders in this one that hold runs, the first few by name."""
    below = sorted(path.glob("*")) if path.is_dir() else []
    return [folder.name for folder in below if _is_run(RunFolder(folder).root)][:_SHOWN]


def no_run(path: Path) -> str:
    """What to say of a path that no run belongs to; runs in the folders below are named."""
    runs = runs_below(path)
    told = f"no run in `{path}`: give the `output_dir` of a run that trained with ftguard"
    return f"{told}; there are {runs} in it." if runs else f"{told}."


_CHECKPOINT = re.compile(r"checkpoint-(\d+)")
_SHOWN = 5
