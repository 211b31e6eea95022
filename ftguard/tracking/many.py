"""Tells several trackers; one that fails is warned about once, and training goes on."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

from ftguard.tracking.tracker import Tracker
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion


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
                    warnings.warn(
                        f"ftguard: {type(tracker).__name__} failed ({error}); training goes on and "
                        "the ledger holds everything",
                        stacklevel=2,
                    )
