"""Opens files, packed or not, and reads them line by line as text, whatever ends their lines."""

import bz2
import codecs
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ftguard.errors import InputError

LONGEST_LINE = 4 * 2**20
"""Bytes; a longer line is no probe and hardly a chat."""
PACKED: Mapping[str, tuple[bytes, Callable[[Path], Any]]] = {
    ".gz": (b"\x1f\x8b", gzip.open),
    ".bz2": (b"BZh", bz2.open),
    ".xz": (b"\xfd7zXZ\x00", lzma.open),
}
"""By the ending of a packed file: what its content begins with, and what opens it."""
MARKS = {
    b"\xef\xbb\xbf": "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""What some programs begin a text file with, and the encoding that it tells."""
_LOOK = 2**16
"""Bytes that are looked at to tell how lines end."""


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked where it is packed, whatever its name says.

    Raises:
        InputError: it cannot be read, then or later.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
        openers = [opener for magic, opener in PACKED.values() if start.startswith(magic)]
        # Plain text may begin with the letters of a packed file, which its name then tells.
        if start.startswith(b"BZh") and path.suffix.lower() != ".bz2":
            openers = []
        with openers[0](path) if openers else path.open("rb") as file:
            yield file
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot read `{path}`: {reason}.") from None


def mark_of(start: bytes) -> bytes:
    """The mark that tells a file's encoding, if it begins with one."""
    return next((mark for mark in MARKS if start.startswith(mark)), b"")


def text_of(path: Path, most: int) -> bytes:
    """The whole file in UTF-8, or more than `most` bytes of it.

    Raises:
        InputError: it cannot be read, or not decoded.
    """
    with opened(path) as file:
        content = file.read(most + 1)
    mark = mark_of(content)
    if MARKS.get(mark, "utf-8") == "utf-8":
        return content.removeprefix(mark)
    try:
        return content.decode(MARKS[mark]).encode()
    except UnicodeError as error:
        raise InputError(f"{path}: not valid {MARKS[mark].upper()} ({error}).") from None


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """The number of each line, from 1, and the line with its end.

    Raises:
        InputError: the file cannot be read, or a line is too long or not in UTF-8 (nor in what the
            file's first bytes tell).
    """
    with opened(path) as file:
        start = file.read(_LOOK)
        file.seek(0)
        mark = mark_of(start)
        encoding = MARKS.get(mark, "utf-8")
        end = "\r" if b"\r" in start and b"\n" not in start else "\n"
        if encoding == "utf-8" and end == "\n":
            yield from _plain(path, file, mark)
        else:
            yield from _encoded(path, file, mark, end)


def _plain(path: Path, file: IO[bytes], mark: bytes) -> Iterator[tuple[int, str]]:
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise _too_long(path, number)
        try:
            yield number, line.removeprefix(mark if number == 1 else b"").decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(
                f"{path}:{number}: byte {error.start + 1} of the line is not UTF-8 "
                f"({error.reason}): save the whole file as UTF-8{_how(path, line)}."
            ) from None


def _encoded(path: Path, file: IO[bytes], mark: bytes, end: str) -> Iterator[tuple[int, str]]:
    encoding = "utf-8-sig" if MARKS.get(mark, "utf-8") == "utf-8" else MARKS[mark]
    text = io.TextIOWrapper(file, encoding=encoding, newline=end)
    number = 0
    try:
        while line := text.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE:
                raise _too_long(path, number)
            yield number, line.removesuffix("\r") + "\n" if end == "\r" else line
    except UnicodeError as error:
        raise InputError(
            f"{path}: after line {number} it is not valid {encoding.upper()} ({error}): save the "
            "whole file as UTF-8."
        ) from None
    finally:
        text.detach()


def _too_long(path: Path, number: int) -> InputError:
    return InputError(
        f"{path}:{number}: the line has more than {LONGEST_LINE // 2**20} MB; write one "
        "row a line (is this a JSON document or a binary file?)."
    )


def _how(path: Path, line: bytes) -> str:
    """How to convert what is most likely an older Western encoding."""
    if b"\0" in line:
        return f" (`iconv -f utf-16 -t utf-8 {path.name} > utf8{path.suffix}`)"
    text = line.decode("cp1252", errors="replace").strip()
    return (
        f"; read as Latin-1 the line is {text[:60]!r}, and if that is right, "
        f"`iconv -f cp1252 -t utf-8 {path.name} > utf8{path.suffix}` does it"
    )
