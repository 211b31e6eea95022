"""Tells the Trainer's other reporters (TensorBoard, ...) through the Trainer's own log."""

from collections.abc import Callable
from dataclasses import dataclass

from ftguard.tracking.tracker import scalars
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion


@dataclass(frozen=True)
class TrainerReporters:
    """Logs through `trainer.log`, which reaches every reporter and the log history."""

    send: Callable[[dict[str, float]], None]
    """`trainer.log`, called in evaluation mode: TRL's merges pending metrics by the mode."""

    def log(self, checkup: Checkup, share: float) -> None:
        """Log the curves; the prefix keeps the reporters from filing them under `train/`."""
        self.send({f"eval_{key}": value for key, value in scalars(checkup, share).items()})

    def finish(self, conclusion: Conclusion) -> None:
        """Nothing: the reporters are closed by then."""
