"""Tells several trackers; one that fails or hangs is warned about once, and training goes on."""

import inspect
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ftguard.errors import FtguardWarning, told
from ftguard.tracking.console import ConsoleTracker
from ftguard.tracking.leaving import LogTexts
from ftguard.tracking.patience import PATIENCE, Patient
from ftguard.tracking.tracker import Ending, Kept, Opening, SoFar
from ftguard.verdict.conclusion import Conclusion


def trackers_for(
    report_to: Sequence[str],
    others: Sequence[Ending],
    *,
    log_texts: LogTexts = "none",
    log_artifacts: bool | None = None,
) -> "ManyTrackers":
    """The console, W&B where the Trainer reports to it, and others.

    Args:
        report_to: the Trainer's argument of that name.
        others: of the Trainer's other reporters, and the user's own.
        log_texts: which texts leave the machine.
        log_artifacts: whether the kept checkpoint is uploaded; None for small ones.
    """
    trackers: list[Ending] = [ConsoleTracker()]
    if "wandb" in report_to:
        from ftguard.tracking.weights_and_biases import WandbTracker

        trackers.append(WandbTracker(log_texts=log_texts, log_artifacts=log_artifacts))
    return ManyTrackers((*trackers, *others))


@dataclass(frozen=True)
class ManyTrackers:
    """Several trackers as one; none of them is the null tracker."""

    trackers: tuple[Ending, ...] = ()
    patience: float = PATIENCE
    """Seconds that training waits for an answer."""
    _failed: set[int] = field(default_factory=set)
    _here: set[int] = field(default_factory=set)
    _threads: dict[int, Patient] = field(default_factory=dict)

    def begin(self, opening: Opening) -> None:
        """Tell every tracker that wants to know what the run begins with."""
        self._each(lambda tracker: _bound(tracker, "begin", opening))

    def examined(self, so_far: SoFar) -> None:
        """Tell every tracker of a checkpoint."""
        self._each(
            lambda tracker: (
                _bound(tracker, "examined", so_far)
                or _bound(tracker, "log", so_far.checkup, so_far.share)
            )
        )

    def kept(self, kept: Kept) -> None:
        """Tell every tracker that wants to know what is kept."""
        self._each(lambda tracker: _bound(tracker, "kept", kept))

    def finish(self, conclusion: Conclusion) -> None:
        """Tell every tracker; their threads end."""
        self._each(lambda tracker: _bound(tracker, "finish", conclusion), last=True)

    def _each(
        self, find: Callable[[Ending], Callable[[], None] | None], *, last: bool = False
    ) -> None:
        for index, tracker in enumerate(self.trackers):
            call = find(tracker)
            if call is None:
                continue
            try:
                self._tell(index, tracker, call, last=last)
            except Exception as error:  # noqa: BLE001
                self._warn(index, tracker, error)

    def _tell(self, index: int, tracker: Ending, call: Callable[[], None], *, last: bool) -> None:
        if getattr(tracker, "same_thread", False) is True or index in self._here:
            call()
            return
        if index not in self._threads:
            self._threads[index] = Patient(self.patience)
        try:
            self._threads[index].call(call, last=last)
        except Exception as error:
            if not _needs_its_thread(error):
                raise
            # What it holds was made in this thread, where it was called before it had its own.
            self._here.add(index)
            call()

    def _warn(self, index: int, tracker: Ending, error: Exception) -> None:
        if index not in self._failed:
            self._failed.add(index)
            name = getattr(tracker, "name", None)
            name = name if isinstance(name, str) else type(tracker).__name__
            warnings.warn(
                f"ftguard: {name} failed ({told(error)}); training goes on and the ledger "
                "holds everything",
                category=FtguardWarning,
                stacklevel=2,
            )


def _bound(tracker: Ending, name: str, *what: object) -> Callable[[], None] | None:
    """The tracker's method of that name with what it is told, where it takes that."""
    method = getattr(tracker, name, None)
    if not callable(method):
        return None
    try:
        inspect.signature(method).bind(*what)
    except (TypeError, ValueError):
        if name in ("begin", "examined", "kept"):
            return None  # Another method, which happens to have that name.
    return lambda: method(*what)


def _needs_its_thread(error: Exception) -> bool:
    """Whether something is used in another thread than it was made in: connections of SQLite, event
    loops, and windows say so.
    """  # noqa: D205
    return not isinstance(error, TimeoutError) and "thread" in str(error).lower()
