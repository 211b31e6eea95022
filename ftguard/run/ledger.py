"""The append-only ledger of a run's facts on disk; `run.state` folds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from ftguard.disk import append_lines, read_records
from ftguard.judge import Judged, Usage
from ftguard.probes import Leak
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.run import Run

Origin = Literal["asked", "stored", "cache", "descent", "reloaded"]
"""Where a base snapshot came from; `reloaded` is asked of the original base, loaded anew."""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """One line of the ledger."""

    run: str
    attempt: int
    step: int


class RunStarted(Event, frozen=True, kw_only=True, tag="run"):
    """A run, or its next attempt, began."""

    record: Run


class Chosen(Event, frozen=True, kw_only=True, tag="probes"):
    """The probes were chosen; they stand in `probes.jsonl`."""

    sets: str
    """Digest of the sets that they were drawn from."""
    leaks: tuple[Leak, ...]
    """Probes that stand in the training data, or nearly so."""
    notes: tuple[str, ...]
    """What was found, left out and drawn."""


class BaseTaken(Event, frozen=True, kw_only=True, tag="base"):
    """The base snapshot that the attempt compares with."""

    digest: str
    """Of the base snapshot's fingerprint."""
    origin: Origin
    """Asked now, stored by an earlier attempt, from the cache, by descent, or reloaded."""


class Examined(Event, frozen=True, kw_only=True, tag="checkup"):
    """A checkpoint was examined, or an examined one was saved (the later line counts)."""

    checkup: Checkup


class Acted(Event, frozen=True, kw_only=True, tag="action"):
    """Something was done to the training."""

    do: str
    """`lower_learning_rate` or `stop`."""
    learning_rate: float
    """The peak learning rate from then on; a stop leaves it."""
    reason: str


class Scored(Event, frozen=True, kw_only=True, tag="scored"):
    """A judge scored answers of the base and of the checkpoint at `step`, at once or late."""

    judge: str
    """Its model, and the version of its rubric."""
    judged: tuple[Judged, ...]
    usage: Usage
    """What the run has spent on it so far."""


class Superseded(Event, frozen=True, kw_only=True, tag="superseded"):
    """A resume from `step` abandoned everything after it."""


class Lost(Event, frozen=True, kw_only=True, tag="lost"):
    """The files of the checkpoint examined at `step` are gone, so it cannot be the best."""


AnyEvent = RunStarted | Chosen | BaseTaken | Examined | Acted | Scored | Superseded | Lost
_DECODER = msgspec.json.Decoder(AnyEvent)


@dataclass(frozen=True)
class Ledger:
    """A file of events, one a line; written by the main process alone."""

    path: Path

    def append(self, event: AnyEvent) -> None:
        """Write one event and hand it to the disk; a torn last line before it is cut off."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        append_lines(self.path, [msgspec.json.encode(event)])

    def read(self) -> tuple[AnyEvent, ...]:
        """Every event, oldest first; a torn last line is dropped with a warning.

        Raises:
            FtguardError: another line cannot be read (file and line).
        """
        return read_records(
            self.path,
            _DECODER,
            kind="an event",
            remedy="move the file away to start a new ledger",
        )


def current_run(events: Sequence[AnyEvent]) -> Run | None:
    """The latest attempt of the latest run."""
    started = [event.record for event in events if isinstance(event, RunStarted)]
    return started[-1] if started else None
