"""Reads JSON-lines files row by row, naming file and line in every complaint."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from ftguard.errors import InputError


def read_jsonl(path: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield (`file:line`, row) for each line that is not blank.

    Raises:
        InputError: the file cannot be read, or a line is not a JSON object.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise InputError(f"cannot read `{path}`: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"`{path}` is not UTF-8 text ({error.reason}): save it as UTF-8."
        ) from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            row = msgspec.json.decode(line)
        except msgspec.DecodeError as error:
            raise InputError(
                f"{where}: not valid JSON ({error}); write one object a line."
            ) from None
        if not isinstance(row, dict):
            raise InputError(f"{where}: a JSON object is needed, got {type(row).__name__}.")
        yield where, row
