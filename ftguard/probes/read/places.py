"""Reads the rows at a place that is written as a text: a file, several, a folder, a name."""

import glob
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeGuard

from ftguard.errors import InputError
from ftguard.probes.read.documents import Rows
from ftguard.probes.read.files import COLUMNS, ENDINGS, ending, read_rows
from ftguard.probes.read.hub import is_name, load_rows
from ftguard.probes.read.parquet import read_columns
from ftguard.probes.read.splits import HELD_OUT

_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:/")
_PATTERN = re.compile(r"[*?]|\[.+\]")


def is_paths(source: object) -> TypeGuard[Sequence[str | Path]]:
    """Whether these are files, one after the other, and no texts."""
    return (
        isinstance(source, (list, tuple))
        and len(source) > 0
        and all(
            isinstance(item, Path)
            or (isinstance(item, str) and "\n" not in item and ending(Path(item)) in ENDINGS)
            for item in source
        )
    )


def rows_at_place(
    source: str | Path,
    notes: list[str],
    *,
    config: str | None = None,
    split: str | None = None,
    first: Sequence[str] = HELD_OUT,
) -> Rows:
    """Yield where each row stands and the row, of a file, all files of a pattern, or a data set.

    Args:
        source: a path; a pattern of paths, such as `data/*.jsonl`; a data set's folder or its name.
        notes: gets a sentence for what is chosen of it.
        config: of a data set by name.
        split: of several.
        first: the splits to choose, the first of these that there is, where none is named.

    Raises:
        InputError: there is no such place, or it is on the web.
    """
    if isinstance(source, str) and _URL.match(source):
        raise InputError(
            f"`{source}` is on the web: download it and give the file's path, or give the name of "
            "a data set on the hub."
        )
    path = Path(source)
    if not path.exists() and _PATTERN.search(str(source)):
        found = sorted(glob.glob(str(source), recursive=True))  # noqa: PTH207 - takes absolute patterns too
        if not found:
            raise InputError(f"cannot read `{source}`: no file here has such a name.")
        return rows_of_files(found, split=split, first=first)
    if path.is_dir() or (not path.exists() and isinstance(source, str) and is_name(source)):
        return load_rows(str(source), notes, config=config, split=split, first=first)
    if ending(path) in COLUMNS:
        return read_columns(path)
    return read_rows(path, split=split, first=first)


def rows_of_files(
    paths: Sequence[str | Path], *, split: str | None = None, first: Sequence[str] = HELD_OUT
) -> Rows:
    """Yield the rows of files, one file after the other.

    Raises:
        InputError: one of them cannot be read.
    """
    for path in paths:
        yield from rows_at_place(path, [], split=split, first=first)
