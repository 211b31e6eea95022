"""Files of JSON lines, appended whole; a torn last line is cut off."""

import os
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path


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
            f"{path}:{len(lines) + 1}: the last line was cut short and is left out", stacklevel=3
        )
    return iter(enumerate(lines, start=1))


def _cut_torn_line(descriptor: int) -> None:
    end = os.lseek(descriptor, 0, os.SEEK_END)
    size = end
    while size and os.pread(descriptor, 1, size - 1) != b"\n":
        size -= 1
    if size != end:
        os.ftruncate(descriptor, size)
