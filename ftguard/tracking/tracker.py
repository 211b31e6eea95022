"""The narrow protocol behind which results are told, and the scalars that every tracker gets."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ftguard.folders import RunFolder
from ftguard.probes import Probe
from ftguard.scores.snapshot import Snapshot
from ftguard.verdict.checkup import Checkup, guard_score
from ftguard.verdict.choice import Choice
from ftguard.verdict.conclusion import Conclusion
from ftguard.verdict.run import Run

PASSED = {True: 1.0, None: 0.5, False: 0.0}


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What is known before an attempt's first step."""

    run: Run
    """With the gates that every checkpoint is held against."""
    folder: RunFolder
    """Where the run's files are."""
    probes: Sequence[Probe]
    """All that is asked."""
    base: Snapshot
    """What the base answered."""


@dataclass(frozen=True, kw_only=True)
class SoFar:
    """One checkpoint was examined: it, and all that the run has found so far."""

    opening: Opening
    checkup: Checkup
    """Of this checkpoint."""
    share: float
    """The guard's share of the run's time so far, in [0, 1]."""
    base: Snapshot
    """What the base answered, with what a judge has said of it."""
    now: Snapshot | None
    """What this checkpoint answered; None where asking failed."""
    checkups: tuple[Checkup, ...]
    """All that count, this one among them, one a step, in the order of steps."""
    choice: Choice | None
    """The checkpoint to keep by what is known so far."""
    replaces: Checkup | None = None
    """What was told of this step before, where a judge's scores came late."""

    @property
    def is_latest(self) -> bool:
        """Whether no later step has been told of."""
        return self.checkup.step == self.checkups[-1].step


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is kept, when that has changed, and once more when the run ends."""

    opening: Opening
    choice: Choice
    """The checkpoint, and its verdict by the curves of the run so far."""
    files: Path
    """The folder that holds its model files."""


class Ending(Protocol):
    """What every tracker has."""

    def finish(self, conclusion: Conclusion) -> None:
        """Tell the run's outcome."""


class Tracker(Ending, Protocol):
    """Where results are told; it may fail without harm.

    It may also have, each with one argument: `begin(opening)`, told before the first step;
    `kept(kept)`, told when the checkpoint that is kept has changed; and `examined(so_far)`, which
    is then called in place of `log`. With `same_thread = True` it is called in the thread that
    trains, and waited for; else in a thread of its own, always the same.
    """

    def log(self, checkup: Checkup, share: float) -> None:
        """Tell one checkup; `share` is the guard's share of the run's time so far."""


def scalars(checkup: Checkup, share: float, *, strict: bool = False) -> dict[str, float]:
    """The curves of one checkup.

    `ftguard/NAME/SLICE` with `/low`, `/high`, `/now`, where it is gated `/limit`; totals, among
    them `ftguard/score`, the guard's score.

    Args:
        checkup: of one checkpoint.
        share: the guard's share of the run's time.
        strict: whether a pass that is not proven counts as undecided in the score.
    """
    found: dict[str, float] = {}
    for measurement in checkup.measurements:
        estimate, key = measurement.shown, f"ftguard/{measurement.key}"
        if measurement.now is not None:
            found[f"{key}/now"] = measurement.now
        if estimate is None:
            continue
        found[key] = estimate.value
        found[f"{key}/low"] = estimate.low
        found[f"{key}/high"] = estimate.high
    for outcome in checkup.verdict.outcomes:
        found[f"ftguard/{outcome.gate.key}/limit"] = outcome.gate.limit
    if checkup.learning_rate is not None:
        found["ftguard/learning_rate"] = checkup.learning_rate
    return found | {
        "ftguard/gates/passed": PASSED[checkup.verdict.passed],
        "ftguard/score": guard_score(checkup, strict=strict),
        "ftguard/seconds": checkup.seconds,
        "ftguard/share": share,
    }
