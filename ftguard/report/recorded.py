"""Makes `RecordedRun`: all that one run left on disk, read without a model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from ftguard.errors import InputError
from ftguard.folders import RunFolder, find_run, no_run
from ftguard.measures.side_by_side import SideBySide, side_by_side
from ftguard.probes import Probe, read_probes
from ftguard.run.judged_scores import BASE, NOW, judged_by_step, with_scores
from ftguard.run.ledger import AnyEvent, Chosen, Ledger, current_run
from ftguard.run.state import RunState, fold
from ftguard.scores.snapshot import Snapshot, load_snapshot
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion, conclude, read_conclusion
from ftguard.verdict.life import life_of
from ftguard.verdict.run import Run

Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True)
class RecordedRun:
    """The latest run of an output directory, while it trains or after it."""

    folder: RunFolder
    events: tuple[AnyEvent, ...]
    """Those of this run, oldest first."""
    run: Run
    """Its latest attempt."""
    state: RunState
    """What the events come to; `state.choice` is the checkpoint to keep."""
    outcome: Conclusion | None = None
    """The outcome where it is another than the one on disk, as on other limits."""
    _sides: dict[int, tuple[Snapshot, Snapshot]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def checkups(self) -> tuple[Checkup, ...]:
        """Those that count, in the order of steps."""
        return tuple(checkup for checkup in self.state.checkups if checkup.step > 0)

    @cached_property
    def chosen(self) -> Chosen | None:
        """What was noted when the probes were chosen: leaks, draws, what was left out."""
        found = [event for event in self.events if isinstance(event, Chosen)]
        return found[-1] if found else None

    @cached_property
    def conclusion(self) -> Conclusion | None:
        """The outcome, or that so far; None where this run has none yet, or an earlier run's."""
        if self.outcome is not None or not self.folder.verdict.exists():
            return self.outcome
        found = read_conclusion(self.folder)
        return found if found.run == self.run.id else None

    @cached_property
    def so_far(self) -> Conclusion:
        """The outcome; of a run that has written none yet that so far."""
        if self.conclusion is not None:
            return self.conclusion
        choice, life = self.state.choice, life_of(self.folder)
        return conclude(
            self.run, self.checkups, choice, None, self.folder, finished=False, life=life
        )

    @property
    def best_step(self) -> int | None:
        """The checkpoint to keep: by the verdict where there is one, which an older run needs."""
        if self.conclusion is not None:
            return self.conclusion.best_step
        return self.state.best.step if self.state.best else None

    @cached_property
    def probes(self) -> tuple[Probe, ...]:
        """All that was asked.

        Raises:
            InputError: the file is gone.
        """
        return _found(lambda: read_probes(self.folder.probes))

    @cached_property
    def base(self) -> Snapshot:
        """The base's answers, with what a judge said of them.

        Raises:
            InputError: they are gone.
        """
        return _found(lambda: load_snapshot(self.folder.base))

    def sides(self, checkup: Checkup) -> tuple[Snapshot, Snapshot]:
        """The base's answers and a checkpoint's, with what a judge said of both.

        Raises:
            InputError: they are gone.
        """
        if checkup.step not in self._sides:
            now = _found(lambda: load_snapshot(self.folder.answers(checkup.id)))
            judged = judged_by_step(self.state.scored, checkup.attempt, checkup.step)
            sides = with_scores(self.base, BASE, judged), with_scores(now, NOW, judged)
            self._sides[checkup.step] = sides
        return self._sides[checkup.step]

    def pairs(self, checkup: Checkup) -> tuple[SideBySide, ...]:
        """Both models' answers to every probe.

        Raises:
            InputError: they are gone.
        """
        return side_by_side(self.probes, *self.sides(checkup))

    def checkup_at(self, step: int | None = None) -> Checkup:
        """The checkup of a step; without one that of the checkpoint to keep, else of the last.

        Raises:
            InputError: nothing is examined yet, or not that step.
        """
        by_step: Mapping[int, Checkup] = {checkup.step: checkup for checkup in self.checkups}
        if not by_step:
            raise InputError(
                f"no checkpoint in `{self.folder.root}` is examined yet: train until one is."
            )
        if step is None:
            best = self.best_step
            step = max(by_step) if best is None else best
        if step not in by_step:
            raise InputError(f"step {step} was not examined; there are {sorted(by_step)}.")
        return by_step[step]


def read_run(path: Path) -> RecordedRun:
    """Read the latest run of an output directory, or of what lies in one.

    Raises:
        InputError: there is none.
        FtguardError: its ledger is damaged (file and line).
    """
    folder = find_run(path)
    events = Ledger(folder.ledger).read()
    run = current_run(events)
    if run is None:
        raise InputError(no_run(path))
    own = tuple(event for event in events if event.run == run.id)
    return RecordedRun(
        folder=folder, events=own, run=run, state=fold(own, run.id, strict=run.strict)
    )


def _found(read: Callable[[], Found]) -> Found:
    try:
        return read()
    except FileNotFoundError as error:
        raise InputError(
            f"`{error.filename}` is gone: without both models' answers there is nothing to show. "
            "Give another `--step`, or train again."
        ) from None
