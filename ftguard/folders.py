"""Where a run's files are."""

import os
from dataclasses import dataclass
from pathlib import Path

from ftguard.errors import InputError


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
        """All that ftguard writes."""
        return self.output_dir / "ftguard"

    @property
    def base(self) -> Path:
        """The base snapshot."""
        return self.root / "base"

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
    def best(self) -> Path:
        """The best passing checkpoint's model files."""
        return self.root / "best"

    @property
    def verdict(self) -> Path:
        """The run's outcome."""
        return self.root / "verdict.json"

    def answers(self, checkpoint: CheckpointId) -> Path:
        """The snapshot of one examined checkpoint."""
        name = f"attempt-{checkpoint.attempt}-step-{checkpoint.step}"
        return self.root / "answers" / checkpoint.run / name

    def checkpoint(self, step: int) -> Path:
        """The Trainer's checkpoint of a step."""
        return self.output_dir / f"checkpoint-{step}"

    def check_writable(self) -> None:
        """Make the folder.

        Raises:
            InputError: it cannot be written to.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            probe = self.root / ".writable"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise InputError(
                f"cannot write to `{self.root}` ({error.strerror}): choose another `output_dir`."
            ) from None


def cache_folder(digest: str) -> Path:
    """Where a base snapshot is cached across runs; `FTGUARD_CACHE` moves it."""
    home = os.environ.get("FTGUARD_CACHE") or Path.home() / ".cache" / "ftguard"
    return Path(home) / "base" / digest
