"""Makes `Rating`, one person's choice on one pair, and keeps all of them on disk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from ftguard.disk import append_lines, read_records

Side = Literal["base", "tuned"]
Pick = Literal["left", "right", "tie", "skip"]
"""What a rater says, who does not know whose answer is where."""
Choice = Literal["base", "tuned", "tie", "skip", "undone"]
"""Which answer is better; `skip` where a person cannot tell, `undone` where one took it back."""


@dataclass(frozen=True, kw_only=True)
class Rating:
    """One line of `ratings.jsonl`."""

    run: str
    attempt: int
    step: int
    """Of the checkpoint that was rated."""
    probe_id: str
    rater: str
    choice: Choice
    left: Side
    """Whose answer stood on the left (on a phone: first)."""
    notes: str = ""
    seconds: float | None = None
    """From showing the pair to the choice; None where it was rated elsewhere."""
    time: datetime
    """When it was stored, in UTC."""


def choice_of(pick: Pick, left: Side) -> Choice:
    """Whose answer a rater picked, given whose stood on the left."""
    if pick in ("tie", "skip"):
        return pick
    return left if pick == "left" else ("tuned" if left == "base" else "base")


_DECODER = msgspec.json.Decoder(Rating)


@dataclass(frozen=True)
class RatingsFile:
    """All ratings of the runs in one output directory, one a line, oldest first."""

    path: Path

    def append(self, ratings: Sequence[Rating]) -> None:
        """Write them at once and hand them to the disk; a torn last line before is cut off."""
        # Two commands may write into one file.
        append_lines(self.path, map(msgspec.json.encode, ratings), lock=True)

    def read(self) -> tuple[Rating, ...]:
        """Every rating, undone ones too; a torn last line is dropped with a warning.

        Raises:
            FtguardError: another line cannot be read (file and line).
        """
        return read_records(
            self.path,
            _DECODER,
            kind="a rating",
            remedy="mend the line, or move the file away to start anew",
        )


def standing(ratings: Sequence[Rating]) -> tuple[Rating, ...]:
    """Those that count, oldest first: of each rater the last on each pair, if it is not undone."""
    last: dict[tuple[object, ...], Rating] = {}
    for rating in ratings:
        key = (rating.run, rating.attempt, rating.step, rating.probe_id, rating.rater)
        last.pop(key, None)
        last[key] = rating
    return tuple(rating for rating in last.values() if rating.choice != "undone")
