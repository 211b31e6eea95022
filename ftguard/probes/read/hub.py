"""Reads rows from a dataset by its name on the hub, or from its folder."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ftguard.errors import InputError
from ftguard.probes.read.documents import Rows
from ftguard.probes.read.files import ENDINGS, ending
from ftguard.probes.read.memory import rows_in
from ftguard.probes.read.splits import HELD_OUT

_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")


def is_name(source: str) -> bool:
    """Whether a text can be the name of a dataset on the hub: `openai/gsm8k`."""
    return _NAME.fullmatch(source) is not None and ending(Path(source)) not in ENDINGS


def load_rows(
    name: str,
    notes: list[str],
    *,
    config: str | None,
    split: str | None,
    first: Sequence[str] = HELD_OUT,
) -> Rows:
    """Yield (`NAME[SPLIT] row 7`, row) of a dataset on the hub, or of a dataset's folder.

    Args:
        name: of the dataset, or a folder that `datasets` wrote or can load.
        notes: gets a sentence where the only split there is is one to train on.
        config: the dataset's configuration, where it has several.
        split: which split; None for the one that is held out.
        first: the splits to choose where none is named.

    Raises:
        InputError: `datasets` is missing, or cannot load it (with its own reason).
    """
    found = load_data_set(name, config)
    if isinstance(found, dict) and set(found) == {"train"} and first is HELD_OUT:
        notes.append(f"`{name}` has one split, `train`, and that is read.")
    return rows_in(found, notes, split=split, label=name, first=first)


def load_data_set(name: str, config: str | None = None) -> Any:
    """What `datasets` makes of a name or a folder, with all its splits.

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
            return datasets.load_from_disk(name)
        return datasets.load_dataset(name, config)
    except Exception as error:  # noqa: BLE001
        raise InputError(
            f"`{name}` is no file here and `datasets` cannot load it ({_first_line(error)}): check "
            "the path, or the dataset's name, `config` and your connection to the hub."
        ) from None


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0]
