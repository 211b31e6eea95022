"""Reads files row by row: JSON, JSON lines, tables; every complaint names its place."""

import bz2
import csv
import gzip
import lzma
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import msgspec

from ftguard.errors import InputError
from ftguard.probes.read.splits import HELD_OUT, HOLDING, TRAINED, one_split

LONGEST_LINE = 4 * 2**20
"""Bytes; a longer line is no probe and hardly a chat."""
LONGEST_DOCUMENT = 2**30
"""Bytes of a JSON document, which is read as a whole."""
PACKED: Mapping[str, Callable[[Path], Any]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
}
TABLES, PARQUET = (".csv", ".tsv", ".tab"), (".parquet", ".pq")
ENDINGS = (".jsonl", ".ndjson", ".json", *TABLES, *PARQUET)
SEPARATORS = ",;\t|"
_MARK = b"\xef\xbb\xbf"
"""What some programs begin a UTF-8 file with."""

Rows = Iterator[tuple[str, Mapping[str, object] | InputError]]
"""Where each row stands, `file:line`, and the row, or why there is none."""


def ending(path: Path) -> str:
    """What kind of file a path names, whether it is packed or not: `.jsonl` of `a.jsonl.gz`."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in PACKED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def read_rows(path: Path, *, split: str | None = None, first: Sequence[str] = HELD_OUT) -> Rows:
    """Yield where each row stands and the row, of a table (by its ending) or of JSON.

    Args:
        path: the file, packed (`.gz`, `.bz2`, `.xz`) or not.
        split: of a JSON document that holds several.
        first: the splits to choose where none is named.

    Raises:
        InputError: the file cannot be read as a whole.
    """
    if ending(path) in TABLES:
        return read_csv(path)
    return read_document(path, split, first) if _is_document(path) else read_jsonl(path)


def read_jsonl(path: Path) -> Rows:
    """Yield (`file:line`, row) for each line that is not blank; rows of a canary are left out.

    A line that is no JSON object comes with the complaint in the row's place.

    Raises:
        InputError: the file cannot be read, or a line is too long or not UTF-8.
    """
    for number, line in _lines(path):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            row = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError) as error:
            yield where, InputError(f"not valid JSON ({error}); write one object a line.")
            continue
        if not isinstance(row, dict):
            yield where, InputError(f"a JSON object is needed, got {type(row).__name__}.")
        elif row.keys() != {"canary"}:
            yield where, row


def read_document(path: Path, split: str | None, first: Sequence[str] = HELD_OUT) -> Rows:
    """Yield (`file[7]`, row) of a JSON document: a list of rows, or a mapping that holds one.

    Raises:
        InputError: it is no such document, or holds several lists of which none is named.
    """
    with _opened(path) as file:
        content = file.read(LONGEST_DOCUMENT + 1)
    if len(content) > LONGEST_DOCUMENT:
        raise InputError(f"`{path}` is a JSON document of over a gigabyte: write one row a line.")
    try:
        found = msgspec.json.decode(content.removeprefix(_MARK))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path}: not valid JSON ({error}); write a list of rows, or one object a line."
        ) from None
    where = str(path)
    if isinstance(found, dict):
        lists = {name: value for name, value in found.items() if _is_rows(value)}
        known = [name for name in HOLDING if name in lists]
        if not lists:
            raise InputError(
                f"{path}: a JSON document without a list of rows (it holds {sorted(found)[:8]}): "
                "write one row a line."
            )
        name = known[0] if known and split is None else one_split(lists, split, f"`{path}`", first)
        where, found = f"{path}[{name}]", lists[name]
    for index, row in enumerate(found):
        place = f"{where}[{index}]"
        if isinstance(row, dict):
            yield place, row
        else:
            yield place, InputError(f"a JSON object is needed, got {type(row).__name__}.")


def read_csv(path: Path) -> Rows:
    """Yield (`file:line`, row) for each record below the header; every value is a text.

    Columns are parted by what parts the header: commas, semicolons, tabs or bars. A record with
    more or fewer cells comes with the complaint in its place.

    Raises:
        InputError: the file cannot be read, is not UTF-8, or has no header or one with a column
            twice.
    """
    lines = (line for _, line in _lines(path))
    head = next(lines, "")
    reader = csv.reader(_again(head, lines), strict=True, delimiter=_separator(path, head))
    try:
        header = [name.strip() for name in next(reader, [])]
        if not all(header) or len(set(header)) < max(1, len(header)):
            raise InputError(f"{path}:1: the first line must name every column once, got {header}.")
        for cells in reader:
            where = f"{path}:{reader.line_num}"
            if cells and len(cells) != len(header):
                yield (
                    where,
                    InputError(
                        f"{len(cells)} cells for {len(header)} columns {header}; put texts with "
                        "separators or line breaks between double quotes."
                    ),
                )
            elif cells:
                yield where, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}: not valid CSV ({error}).") from None


def _is_document(path: Path) -> bool:
    """Whether a file is one JSON value and not one a line."""
    with _opened(path) as file:
        first = file.readline(LONGEST_LINE + 1).removeprefix(_MARK).strip()
        alone = not file.read(1)
    if first[:1] != b"{":
        return first[:1] == b"["
    if first.endswith((b"{", b"[", b",")):
        return True
    try:
        found = msgspec.json.decode(first) if alone else {}
    except msgspec.DecodeError:
        return False
    return any(_is_rows(found.get(name)) for name in (*HOLDING, *HELD_OUT, *TRAINED))


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _separator(path: Path, head: str) -> str:
    if ending(path) in (".tsv", ".tab"):
        return "\t"
    plain = "".join(head.split('"')[::2])
    return max(SEPARATORS, key=plain.count)


def _again(head: str, rest: Iterator[str]) -> Iterator[str]:
    if head:
        yield head
    yield from rest


def _opened(path: Path) -> IO[bytes]:
    try:
        opener = PACKED.get(path.suffix.lower())
        return opener(path) if opener else path.open("rb")
    except OSError as error:
        raise InputError(f"cannot read `{path}`: {error.strerror}.") from None


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with _opened(path) as file:
        try:
            yield from _texts(path, file)
        except (OSError, EOFError, lzma.LZMAError) as error:
            reason = getattr(error, "strerror", None) or error
            raise InputError(f"cannot read `{path}`: {reason}.") from None


def _texts(path: Path, file: IO[bytes]) -> Iterator[tuple[int, str]]:
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise InputError(
                f"{path}:{number}: the line has more than {LONGEST_LINE // 2**20} MB; write one "
                "row a line (is this a JSON document or a binary file?)."
            )
        try:
            yield number, line.removeprefix(_MARK if number == 1 else b"").decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(
                f"{path}:{number}: byte {error.start + 1} of the line is not UTF-8 "
                f"({error.reason}): save the whole file as UTF-8{_how(path, line)}."
            ) from None


def _how(path: Path, line: bytes) -> str:
    """How to convert what is most likely an older Western encoding."""
    if b"\0" in line:
        return f" (`iconv -f utf-16 -t utf-8 {path.name} > utf8{path.suffix}`)"
    text = line.decode("cp1252", errors="replace").strip()
    return (
        f"; read as Latin-1 the line is {text[:60]!r}, and if that is right, "
        f"`iconv -f cp1252 -t utf-8 {path.name} > utf8{path.suffix}` does it"
    )
