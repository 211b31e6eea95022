"""Tells the Trainer's other reporters: TensorBoard, MLflow, trackio, Comet and the like."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ftguard.tracking.answers import Row, answer_rows
from ftguard.tracking.leaving import LogTexts, cleaned
from ftguard.tracking.tracker import SoFar, scalars
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion

Curves = dict[str, float]


@dataclass(frozen=True)
class TrainerReporters:
    """Logs through `trainer.log`, which reaches every reporter and the log history."""

    send: Callable[[Curves], None]
    """`trainer.log`, called in evaluation mode: TRL's merges pending metrics by the mode."""
    same_thread: ClassVar[bool] = True
    """What the Trainer holds is the training thread's."""

    def log(self, checkup: Checkup, share: float) -> None:
        """Log the curves; the prefix keeps the reporters from filing them under `train/`."""
        self.send(_evaluated(scalars(checkup, share)))

    def finish(self, conclusion: Conclusion) -> None:
        """Nothing: the reporters are closed by then."""


@dataclass(frozen=True, kw_only=True)
class Reporter:
    """Logs through one reporter that the Trainer made; it ends before the run's outcome is told."""

    name: str
    """For a warning."""
    send: Callable[[Curves, int], None]
    """Draws curves at a training step."""
    show: Callable[[Sequence[Row], int], None] | None
    """Shows the table of answers of a training step; None where the reporter has no tables."""
    is_open: Callable[[], bool]
    """Whether training goes on: afterwards most reporters are closed, and would open anew."""
    log_texts: LogTexts
    same_thread: ClassVar[bool] = True
    """MLflow and trackio know their run by the thread."""

    def examined(self, so_far: SoFar) -> None:
        """Draw the curves at the checkpoint's step, and show the answers of the latest one."""
        if not self.is_open():
            return
        step, strict = so_far.checkup.step, so_far.opening.run.strict
        self.send(_evaluated(scalars(so_far.checkup, so_far.share, strict=strict)), step)
        if self.show is not None and so_far.is_latest and so_far.now is not None:
            self.show(answer_rows(so_far, self.log_texts), step)

    def finish(self, conclusion: Conclusion) -> None:
        """Nothing: the reporters are closed by then."""


def _evaluated(curves: Curves) -> Curves:
    return {f"eval_{cleaned(key)}": value for key, value in curves.items()}
