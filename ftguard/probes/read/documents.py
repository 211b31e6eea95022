"""Reads JSON: one object a line, or a document that holds rows in one of many ways."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from ftguard.errors import InputError
from ftguard.probes.read.held import NOT_ROWS, flattened, held_rows, is_rows
from ftguard.probes.read.opened import LONGEST_LINE, lines_of, mark_of, opened, text_of
from ftguard.probes.read.splits import HELD_OUT, HOLDING, TRAINED

LONGEST_DOCUMENT = 2**30
"""Bytes of a JSON document, which is read as a whole."""
_NO_NUMBER = re.compile(r"\b(NaN|Infinity)\b")

Rows = Iterator[tuple[str, Mapping[str, object] | InputError]]
"""Where each row stands, `file:line`, and the row, or why there is none."""


def read_jsonl(path: Path) -> Rows:
    """Yield (`file:line`, row) for each line that is not blank; rows of a canary are left out.

    A line that is no JSON object comes with the complaint in the row's place.

    Raises:
        InputError: the file cannot be read, or a line is too long or not UTF-8.
    """
    for number, line in lines_of(path):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            row = _decoded(line.rstrip().removesuffix(","))
        except (ValueError, RecursionError) as error:
            yield where, InputError(f"not valid JSON ({error}); write one object a line.")
            continue
        if not isinstance(row, dict):
            yield where, InputError(f"a JSON object is needed, got {type(row).__name__}.")
        elif row.keys() != {"canary"}:
            yield from flattened(where, row)


def read_document(path: Path, split: str | None, first: Sequence[str] = HELD_OUT) -> Rows:
    """Yield (`file[7]`, row) of a JSON document: a list of rows, or a mapping that holds one.

    Raises:
        InputError: it is no such document, or holds several lists of which none is named.
    """
    content = text_of(path, LONGEST_DOCUMENT)
    if len(content) > LONGEST_DOCUMENT:
        raise InputError(f"`{path}` is a JSON document of over a gigabyte: write one row a line.")
    try:
        found = _decoded(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path}: not valid JSON ({error}); write a list of rows, or one object a line."
        ) from None
    where = str(path)
    if isinstance(found, dict):
        name, rows = held_rows(found, split, f"`{path}`", first)
        if rows is NOT_ROWS:
            raise InputError(
                f"{path}: a JSON document without a list of rows (it holds {sorted(found)[:8]}): "
                "write one row a line."
            )
        where, found = f"{path}[{name}]" if name else where, rows
    if not isinstance(found, Sequence):
        raise InputError(f"{path}: a JSON document without a list of rows: write one row a line.")
    for index, row in enumerate(found):
        place = f"{where}[{index}]"
        if isinstance(row, dict):
            yield from flattened(place, row)
        else:
            yield place, InputError(f"a JSON object is needed, got {type(row).__name__}.")


def is_document(path: Path, *, by_lines: bool = False) -> bool:
    """Whether a file is one JSON value and not one a line.

    Args:
        path: the file.
        by_lines: whether its name says that each line is a row, so that one line of lists is one.
    """
    with opened(path) as file:
        start = file.readline(LONGEST_LINE + 1)
        alone = not file.read(1)
    mark = mark_of(start)
    if mark and mark != b"\xef\xbb\xbf":
        first = next(lines_of(path), (1, ""))[1].encode()
        alone = False
    else:
        first = start.removeprefix(mark)
    first = first.strip()
    if first[:1] != b"{":
        return first[:1] == b"["
    try:
        found = _decoded(first.removesuffix(b",").decode("utf-8"))
    except (ValueError, RecursionError):
        # The first line of a document, or a broken one among others.
        return first.endswith((b"{", b"[", b","))
    if not (alone and isinstance(found, dict)):
        return False
    if any(is_rows(found.get(name)) for name in (*HOLDING, *HELD_OUT, *TRAINED)):
        return True
    if by_lines:
        return False
    # One row alone may hold lists and mappings too; texts and numbers beside them tell it.
    return all(isinstance(value, (list, dict)) for value in found.values()) and (
        held_rows(found, None, "", HELD_OUT, only_tables=True)[1] is not NOT_ROWS
    )


def _decoded(text: str) -> object:
    """JSON's value; what is no number, as Python and pandas write it, is missing.

    Raises:
        ValueError: it is no JSON.
    """
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        if _NO_NUMBER.search(text) is None:
            raise
        return json.loads(text, parse_constant=lambda _: None)
