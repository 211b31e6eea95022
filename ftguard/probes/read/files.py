"""Reads files row by row: what kind each is, and what reads it; every complaint names its place."""

from collections.abc import Sequence
from pathlib import Path

from ftguard.errors import InputError
from ftguard.probes.read.documents import Rows, is_document, read_document, read_jsonl
from ftguard.probes.read.opened import PACKED, opened
from ftguard.probes.read.splits import HELD_OUT
from ftguard.probes.read.tables import read_csv

LINES = (".jsonl", ".ndjson")
TABS = (".tsv", ".tab")
TABLES, COLUMNS = (".csv", *TABS), (".parquet", ".pq", ".arrow", ".feather")
_FRAME = "read it with `pandas.{}` and give the data frame"
_LOADED = "load it and give its rows as a list of mappings"
OTHERS = {
    **dict.fromkeys(
        (".xlsx", ".xls", ".xlsm", ".ods"),
        ("a spreadsheet", f"save it as CSV in UTF-8, or {_FRAME.format('read_excel(path)')}"),
    ),
    **dict.fromkeys((".yaml", ".yml", ".toml", ".xml"), ("no JSON and no table", _LOADED)),
    **dict.fromkeys(
        (".pkl", ".pickle", ".pt", ".pth", ".npy", ".npz"),
        ("written by Python and may run code when it is opened", _LOADED),
    ),
    **dict.fromkeys(
        (".orc", ".h5", ".dta"),
        ("a stored data frame", _FRAME.format("read_...(path)")),
    ),
    **dict.fromkeys((".db", ".sqlite", ".sqlite3"), ("a database", _FRAME.format("read_sql(...)"))),
    **dict.fromkeys((".zip", ".tar", ".tgz", ".7z", ".zst"), ("an archive", "unpack it first")),
    **dict.fromkeys(
        (".txt", ".text", ".md", ".rst", ".docx", ".doc", ".pdf", ".html", ".htm"),
        (
            "text in which questions and answers are not told apart",
            (
                'write one object a line, such as {"prompt": "What is 2 + 2?", "completion": "4"}, '
                "into a file that ends with .jsonl, or a table with a header into one with .csv"
            ),
        ),
    ),
}
"""Kinds that are not read, by their endings: what they are, and what to do."""
ENDINGS = (*LINES, ".json", *TABLES, *COLUMNS, *OTHERS)


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
        InputError: the file cannot be read as a whole, or is of a kind that is not read.
    """
    kind = ending(path)
    if kind in TABLES:
        return read_csv(path, tabs=kind in TABS)
    if kind in OTHERS and not _begins_as_json(path):
        what, instead = OTHERS[kind]
        raise InputError(f"`{path}` is {what}: {instead}.")
    by_lines = kind in LINES
    if is_document(path, by_lines=by_lines):
        return read_document(path, split, first)
    return read_jsonl(path)


def _begins_as_json(path: Path) -> bool:
    """Whether lines of JSON stand in a file whose name tells of text."""
    with opened(path) as file:
        return file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:2] in (b'{"', b"[{", b"[\n", b"{\n")
