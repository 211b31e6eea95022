"""Reads rows from a dataset by its name on the hub, from its folder, or from memory."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ftguard.errors import InputError

SPLITS = ("test", "validation", "train")
"""The split that is read is the first of these that there is."""
_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")


def is_name(source: str) -> bool:
    """Whether a text can be the name of a dataset on the hub: `openai/gsm8k`."""
    return _NAME.fullmatch(source) is not None and not source.endswith((".jsonl", ".json", ".csv"))


def load_rows(
    name: str, *, config: str | None, split: str | None
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield (`NAME[SPLIT] row 7`, row) of a dataset on the hub, or of a dataset's folder.

    Args:
        name: of the dataset, or a folder that `datasets` wrote or can load.
        config: the dataset's configuration, where it has several.
        split: which split; None for the first of `SPLITS` that there is.

    Raises:
        InputError: `datasets` is missing, or cannot load it (with its own reason).
    """
    try:
        import datasets
    except ImportError:
        raise InputError(
            f"reading `{name}` needs the package `datasets`: pip install datasets."
        ) from None
    folder = Path(name)
    try:
        if (folder / "dataset_dict.json").exists() or (folder / "state.json").exists():
            found = datasets.load_from_disk(name)
        else:
            found = datasets.load_dataset(name, config)
    except Exception as error:  # noqa: BLE001
        raise InputError(
            f"`{name}` is no file here and `datasets` cannot load it ({_first_line(error)}): check "
            "the path, or the dataset's name, `config` and your connection to the hub."
        ) from None
    if isinstance(found, Mapping):
        splits = [split] if split else [each for each in SPLITS if each in found] or list(found)
        if splits[0] not in found:
            raise InputError(f"`{name}` has no split `{split}`; it has {sorted(found)}.")
        split, found = splits[0], found[splits[0]]
    yield from rows_of(found, f"{name}[{split or 'rows'}] row")


def rows_of(
    rows: Iterable[object], label: str = "row"
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield (`row 7`, row); the numbers of class labels become the names that the dataset gives.

    Raises:
        InputError: a row is no mapping.
    """
    names = _class_names(rows)
    for index, row in enumerate(rows):
        where = f"{label} {index}"
        if not isinstance(row, Mapping):
            raise InputError(
                f"{where}: a mapping is needed, or probes throughout; got {type(row).__name__}."
            )
        yield where, {**row, **_named(where, row, names)}


def _class_names(rows: object) -> dict[str, Sequence[str]]:
    features: Any = getattr(rows, "features", None) or {}
    # A question's `answer` is a place among its own options, whatever a dataset calls them.
    return {
        column: feature.names
        for column, feature in features.items()
        if column != "answer" and getattr(feature, "names", None)
    }


def _named(
    where: str, row: Mapping[str, object], names: Mapping[str, Sequence[str]]
) -> dict[str, object]:
    found = {c: value for c in names if isinstance(value := row.get(c), int)}
    for column, value in found.items():
        if not 0 <= value < len(names[column]):
            raise InputError(
                f"{where}: `{column}` {value} is none of its {len(names[column])} classes; splits "
                "without labels say -1: give another one, as in `ProbeSet.load(name, split=...)`."
            )
    return {column: names[column][value] for column, value in found.items()}


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0]
