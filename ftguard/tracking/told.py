"""Makes `Told`, what a service's run has been told already, kept beside the run for its resumes."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from ftguard.disk import write_json


@dataclass(frozen=True, kw_only=True)
class Row:
    """A step that was told."""

    attempt: int
    """Which attempt of the run told it."""
    at: int
    """The row of the service's run."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one run of a service was told of one guarded run."""

    to: str
    """The service's name of its run."""
    run: str
    """The guarded run's id."""
    rows: dict[int, Row] = field(default_factory=dict)
    """By training step."""
    alerted: bool = False
    """Whether the first breach was alerted of."""
    kept: str = ""
    """The checkpoint and the alias that it was uploaded under last."""

    def with_row(self, step: int, row: Row) -> "Told":
        """The same with one more step."""
        return replace(self, rows={**self.rows, step: row})

    def from_row(self, start: int) -> "Told":
        """The same without what the service has taken back: rows from `start` on."""
        return replace(self, rows={s: row for s, row in self.rows.items() if row.at < start})


def read_told(path: Path, to: str, run: str) -> Told:
    """What was told before, or nothing; a damaged file tells nothing."""
    new = Told(to=to, run=run)
    return next((told for told in _read(path) if (told.to, told.run) == (to, run)), new)


def write_told(path: Path, told: Told) -> None:
    """Keep what was told; of other runs that is kept too."""
    others = [other for other in _read(path) if (other.to, other.run) != (told.to, told.run)]
    write_json(path, [*others, told])


def _read(path: Path) -> list[Told]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Told])
    except (OSError, ValueError):
        return []
