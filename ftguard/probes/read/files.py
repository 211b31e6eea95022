"""Reads JSON-lines and CSV files row by row, naming file and line in every complaint."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import msgspec

from ftguard.errors import InputError

LONGEST_LINE = 4 * 2**20
"""Bytes; a longer line is no probe and hardly a chat."""
_MARK = b"\xef\xbb\xbf"
"""What some programs begin a UTF-8 file with."""

Rows = Iterator[tuple[str, Mapping[str, object]]]


def read_rows(path: Path) -> Rows:
    """Yield (`file:line`, row) of a CSV file (by its ending) or of JSON lines.

    Raises:
        InputError: the file cannot be read, or a line is not a row.
    """
    return read_csv(path) if path.suffix.lower() == ".csv" else read_jsonl(path)


def read_jsonl(path: Path) -> Rows:
    """Yield (`file:line`, row) for each line that is not blank; rows of a canary are left out.

    Raises:
        InputError: the file cannot be read, or a line is too long, not UTF-8 or no JSON object.
    """
    for number, line in _lines(path):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            row = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError) as error:
            raise InputError(
                f"{where}: not valid JSON ({error}); write one object a line."
            ) from None
        if not isinstance(row, dict):
            raise InputError(f"{where}: a JSON object is needed, got {type(row).__name__}.")
        if row.keys() != {"canary"}:
            yield where, row


def read_csv(path: Path) -> Rows:
    """Yield (`file:line`, row) for each record below the header; every value is a text.

    Raises:
        InputError: the file cannot be read, is not UTF-8, has no header or one with a column
            twice, or a record has more or fewer cells than the header.
    """
    reader = csv.reader((line for _, line in _lines(path)), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if not all(header) or len(set(header)) < max(1, len(header)):
            raise InputError(f"{path}:1: the first line must name every column once, got {header}.")
        for cells in reader:
            where = f"{path}:{reader.line_num}"
            if cells and len(cells) != len(header):
                raise InputError(
                    f"{where}: {len(cells)} cells for {len(header)} columns {header}; put texts "
                    "with commas or line breaks between double quotes."
                )
            if cells:
                yield where, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}: not valid CSV ({error}).") from None


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open("rb") as file:
            yield from _texts(path, file)
    except OSError as error:
        raise InputError(f"cannot read `{path}`: {error.strerror}.") from None


def _texts(path: Path, file: BinaryIO) -> Iterator[tuple[int, str]]:
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
                f"({error.reason}): save the whole file as UTF-8."
            ) from None
