"""Reads what a run has left in its folder so far: its losses, and what the guard found."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec

from ftguard.demo.losses import LOSSES, Loss
from ftguard.folders import RunFolder
from ftguard.probes import Leak
from ftguard.run.ledger import AnyEvent, Chosen, Ledger, current_run
from ftguard.run.state import fold
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.run import Run

KEPT = 8
"""Ledgers that are kept in memory: those of the runs that are looked at."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What is known of a run now."""

    losses: tuple[Loss, ...] = ()
    run: Run | None = None
    checkups: tuple[Checkup, ...] = ()
    best: Checkup | None = None
    leaks: tuple[Leak, ...] = ()
    """Questions that stand in the training data, and were left out."""

    @property
    def last(self) -> Checkup | None:
        """The last checkpoint's checkup."""
        return self.checkups[-1] if self.checkups else None


def read_found(out: Path) -> Found:
    """All of a run, from its output directory; nothing where there is nothing yet."""
    ledger = RunFolder(out).ledger
    losses = _losses(out / LOSSES)
    try:
        size = ledger.stat().st_size
    except FileNotFoundError:
        return Found(losses=losses)
    # A ledger only grows, so that its size tells whether it is as it was.
    found = _folded(ledger, size)
    return Found(
        losses=losses, run=found.run, checkups=found.checkups, best=found.best, leaks=found.leaks
    )


@lru_cache(maxsize=KEPT)
def _folded(ledger: Path, size: int) -> Found:
    del size
    with warnings.catch_warnings():
        # A line that is being written will be read the next time.
        warnings.simplefilter("ignore")
        events = Ledger(ledger).read()
    run = current_run(events)
    if run is None:
        return Found()
    state = fold(events, run.id)
    return Found(
        run=run,
        checkups=state.checkups,
        best=state.best,
        leaks=tuple(_leaks(events)),
    )


def _leaks(events: Sequence[AnyEvent]) -> list[Leak]:
    chosen = [event for event in events if isinstance(event, Chosen)]
    return [leak for leak in chosen[-1].leaks if leak.is_leak] if chosen else []


def _losses(path: Path) -> tuple[Loss, ...]:
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return ()
    # What is behind the last newline is not whole yet.
    return tuple(msgspec.json.decode(line, type=Loss) for line in lines[:-1])
