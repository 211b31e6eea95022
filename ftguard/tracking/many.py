"""Tells several trackers; one that fails is warned about once, and training goes on."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ftguard.errors import told
from ftguard.tracking.console import ConsoleTracker
from ftguard.tracking.reporters import TrainerReporters
from ftguard.tracking.tracker import Tracker
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion


def trackers_for(
    report_to: Sequence[str],
    send: Callable[[dict[str, float]], None] | None,
    own: Sequence[Tracker],
) -> "ManyTrackers":
    """The console, what the Trainer reports to, and the user's own.

    Args:
        report_to: the Trainer's argument of that name.
        send: `trainer.log`, where its other reporters are to be told too.
        own: the user's trackers.
    """
    trackers: list[Tracker] = [ConsoleTracker()]
    if "wandb" in report_to:
        from ftguard.tracking.weights_and_biases import WandbTracker

        trackers.append(WandbTracker())
    if send is not None:
        trackers.append(TrainerReporters(send=send))
    return ManyTrackers((*trackers, *own))


@dataclass(frozen=True)
class ManyTrackers:
    """Several trackers as one; none of them is the null tracker."""

    trackers: tuple[Tracker, ...] = ()
    _failed: set[int] = field(default_factory=set)

    def log(self, checkup: Checkup, share: float) -> None:
        """Tell every tracker."""
        self._each(lambda tracker: tracker.log(checkup, share))

    def finish(self, conclusion: Conclusion) -> None:
        """Tell every tracker."""
        self._each(lambda tracker: tracker.finish(conclusion))

    def _each(self, tell: Callable[[Tracker], None]) -> None:
        for index, tracker in enumerate(self.trackers):
            try:
                tell(tracker)
            except Exception as error:  # noqa: BLE001
                if index not in self._failed:
                    self._failed.add(index)
                    name = type(tracker).__name__
                    warnings.warn(
                        f"ftguard: {name} failed ({told(error)}); training goes on and the ledger "
                        "holds everything",
                        stacklevel=2,
                    )
