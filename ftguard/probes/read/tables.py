"""Reads tables, CSV and its kin, as spreadsheets and data frames write them."""

import csv
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from ftguard.errors import InputError
from ftguard.probes.read.opened import LONGEST_LINE, lines_of

SEPARATORS = ",;\t|"
_TOLD = re.compile(r"\ufeff?sep=(.)\s*")
"""A first line by which Excel is told what parts columns."""
_LOOK = 100
"""Lines that are looked at to tell whether blanks stand before quotes."""


def read_csv(
    path: Path, *, tabs: bool = False
) -> Iterator[tuple[str, Mapping[str, object] | InputError]]:
    """Yield (`file:line`, row) for each record below the header; every value is a text.

    Columns are parted by what parts the header: commas, semicolons, tabs or bars. First columns
    without a name are a data frame's index; what is empty after the last name is no column, and a
    record that is all empty is none. A record with more or fewer cells comes with the complaint in
    its place.

    Args:
        path: the file.
        tabs: whether it is known that tabs part the columns.

    Raises:
        InputError: the file cannot be read, is not UTF-8, or has no header or one with a column
            twice.
    """
    lines = (line for _, line in lines_of(path))
    head = next(lines, "")
    told = _TOLD.fullmatch(head)
    if told:
        head = next(lines, "")
    separator = told[1] if told else "\t" if tabs else _separator(head)
    looked = [head, *(line for _, line in zip(range(_LOOK), lines, strict=False))]
    blanks = _has_blanks_before_quotes("".join(looked), separator)
    reader = csv.reader(
        chain(looked, lines), strict=True, delimiter=separator, skipinitialspace=blanks
    )
    before = int(told is not None)
    try:
        header = _header(next(_records(reader), []), f"{path}:{1 + before}")
        for cells in _records(reader):
            if any(cell.strip() for cell in cells):
                yield f"{path}:{reader.line_num + before}", _row(header, cells)
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num + before}: not valid CSV ({error}).") from None


def _records(reader: Any) -> Iterator[list[str]]:
    """The reader's records; a cell may be as long as a line, while one is read."""
    while True:
        limit = csv.field_size_limit(LONGEST_LINE)
        try:
            cells = next(reader, None)
        finally:
            csv.field_size_limit(limit)
        if cells is None:
            return
        yield cells


def _header(cells: list[str], where: str) -> list[str]:
    names = _trimmed([cell.strip() for cell in cells], 0)
    first = next((at for at, name in enumerate(names) if name), 0)
    header = [*(f"Unnamed: {at}" for at in range(first)), *names[first:]]
    if not all(header) or len(set(header)) < max(1, len(header)):
        raise InputError(f"{where}: the first line must name every column once, got {names}.")
    return header


def _row(header: list[str], cells: list[str]) -> Mapping[str, object] | InputError:
    cells = _trimmed(cells, len(header))
    if len(cells) == len(header):
        return dict(zip(header, cells, strict=True))
    return InputError(
        f"{len(cells)} cells for {len(header)} columns {header}; put texts with separators or line "
        "breaks between double quotes."
    )


def _trimmed(cells: list[str], least: int) -> list[str]:
    """The cells without empty ones at the end, of which a spreadsheet may add some."""
    end = len(cells)
    while end > least and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _separator(head: str) -> str:
    plain = "".join(head.split('"')[::2])
    return max(SEPARATORS, key=plain.count)


def _has_blanks_before_quotes(text: str, separator: str) -> bool:
    """Whether a quoted cell begins after a blank: `a, "b, c"`."""
    if separator == " ":
        return False
    begins = re.compile(re.escape(separator) + ' +"')
    is_quoted = False
    for at, character in enumerate(text):
        if character == '"':
            is_quoted = not is_quoted
        elif character == separator and not is_quoted and begins.match(text, at):
            return True
    return False
