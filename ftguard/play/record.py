"""Makes `PlayRecord`, what one run of the page was asked to be and how it ended."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from ftguard.demo.dials import Dials
from ftguard.disk import write_json
from ftguard.errors import FtguardError
from ftguard.play.guess import Guess, Last

End = Literal["finished", "stopped", "failed"]
FILE = "play.json"
LOG = "training.log"


@dataclass(frozen=True, kw_only=True)
class PlayRecord:
    """One run, as it stands in its folder."""

    number: int
    """From 1, in the order of beginning."""
    failure: str | None
    """The name of its setting; None for dials of one's own."""
    dials: Dials
    guess: Guess
    began: float
    """Seconds since 1970."""
    ended: float | None = None
    """None while it is under way."""
    how: End | None = None
    why: str = ""
    """What failed, or who stopped it."""
    last: Last | None = None
    """Of the last checkpoint, once it has ended; None where none was examined."""

    @property
    def name(self) -> str:
        """Of its folder."""
        return f"run-{self.number:03}"


def write_record(record: PlayRecord, folder: Path) -> None:
    """Write it into the run's folder, whole or not at all."""
    write_json(folder / FILE, record)


def read_record(folder: Path) -> PlayRecord | None:
    """Read it back; None where there is none.

    Raises:
        FtguardError: it is damaged, or of another version.
    """
    path = folder / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=PlayRecord)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FtguardError(
            f"`{path}` cannot be read ({error}): move that folder away, or give another `--out`."
        ) from None
