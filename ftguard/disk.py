"""Files that are whole or not there: JSON lines whose torn end is cut off, files put in place."""

import os
import shutil
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from ftguard.errors import FtguardError, FtguardWarning

Kind = TypeVar("Kind")


def append_lines(path: Path, records: Iterable[bytes], *, lock: bool = False) -> None:
    """Write the records at once, one a line, and hand them to the disk.

    A torn last line before them is cut off.

    Args:
        path: the file; it is made where there is none.
        records: without a newline.
        lock: whether other processes may write into the file too.
    """
    lines = b"".join(record + b"\n" for record in records)
    with path.open("a+b") as file:
        if lock:
            # Windows has none, and only raters share a file.
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        _cut_torn_line(file.fileno())
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Every whole line with its number, from 1; none where there is no file.

    A torn last line is left out with a warning, and stays in the file.
    """
    if not path.exists():
        return iter(())
    lines = path.read_bytes().split(b"\n")
    if lines.pop():
        warnings.warn(
            f"{path}:{len(lines) + 1}: the last line was cut short and is left out",
            category=FtguardWarning,
            stacklevel=4,
        )
    return iter(enumerate(lines, start=1))


def read_records(
    path: Path, decoder: msgspec.json.Decoder[Kind], *, kind: str, remedy: str
) -> tuple[Kind, ...]:
    """Every record of a file of JSON lines, oldest first; a torn last line as in `read_lines`.

    Args:
        path: the file.
        decoder: of one line.
        kind: what a line is, for people: `an event`.
        remedy: what to do about a line that is none.

    Raises:
        FtguardError: a line cannot be read (file and line).
    """
    records = []
    for number, line in read_lines(path):
        try:
            records.append(decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise FtguardError(
                f"{path}:{number}: not {kind} of this version of ftguard ({error}): {remedy}."
            ) from None
    return tuple(records)


def write_whole(path: Path, data: bytes) -> None:
    """Put a file in place, all of it or none."""
    draft = _draft(path)
    draft.write_bytes(data)
    draft.replace(path)


def write_json(path: Path, record: object) -> None:
    """Put a record in place as JSON that people can read."""
    write_whole(path, msgspec.json.format(msgspec.json.encode(record)))


def as_recorded(record: object, kind: type[Kind]) -> Kind:
    """A record that a user's code made, as it would be read back: of Python's own numbers.

    Raises:
        ValueError, TypeError: it cannot be written, or what is written is not of that kind, such
            as a number that is not finite.
    """
    return msgspec.json.decode(msgspec.json.encode(record, enc_hook=_number), type=kind)


def _number(value: object) -> object:
    # Numbers of numpy and torch.
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"a {type(value).__name__} cannot be written")


@contextmanager
def replaced_folder(folder: Path) -> Iterator[Path]:
    """Hand out a path to make a folder at, which then takes the place of `folder`.

    Where the body fails, what stood there stands there still.
    """
    draft = _draft(folder)
    shutil.rmtree(draft, ignore_errors=True)
    yield draft
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def _draft(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def _cut_torn_line(descriptor: int) -> None:
    end = os.lseek(descriptor, 0, os.SEEK_END)
    size = end
    while size and os.pread(descriptor, 1, size - 1) != b"\n":
        size -= 1
    if size != end:
        os.ftruncate(descriptor, size)
