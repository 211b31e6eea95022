"""Chooses what is read of a table of the `datasets` library: texts and token ids, never media."""

from collections.abc import Iterator, Mapping
from typing import Any

TOKENS = ("prompt_ids", "completion_ids", "chosen_ids", "rejected_ids")
"""Columns of token ids in TRL's prepared data sets, beside `input_ids` and the like."""
_TEXTS = (None, "dict", "object")
"""What features name as their type that hold texts in a form of their own, as translations do."""


def holds_tokens(column: str) -> bool:
    """Whether a column holds token ids, by its name."""
    return column.endswith("input_ids") or column in TOKENS


def is_table(rows: object) -> bool:
    """Whether columns can be chosen of a data set before its rows are read."""
    return hasattr(rows, "select_columns") and hasattr(rows, "with_format")


def as_stored(rows: Any) -> tuple[Any, bool]:
    """The table's columns with texts or token ids, as they are stored; what is decoded stays bytes.

    A transform of the table's own is left out: it may load what is not read here.

    Returns:
        The table, and whether it is walked row by row: a column with texts and media in it is not
        read in many rows at once. Where a stream does not know its columns, it is left as it is.
    """
    features = getattr(rows, "features", None)
    if not features:
        return rows, False
    chosen = [name for name, feature in features.items() if holds_tokens(name) or _is_read(feature)]
    mixed = any(_is_media(leaf) for name in chosen for leaf in _leaves(features[name]))
    rows = rows.with_format(None).select_columns(chosen)
    return rows, mixed


def undecoded(rows: Any) -> Any:
    """A stream of the table's rows in which media stay as they are stored."""
    stream = rows.to_iterable_dataset() if hasattr(rows, "to_iterable_dataset") else rows
    return stream.decode(False)  # noqa: FBT003 - the library's own argument


def _is_read(feature: object) -> bool:
    # Single numbers cost nothing to read, and may be labels.
    return _texts(feature) or str(_dtype(feature)).startswith(("int", "uint", "bool"))


def _texts(feature: object) -> bool:
    return any(
        not _is_media(leaf) and ((dtype := _dtype(leaf)) in _TEXTS or "string" in str(dtype))
        for leaf in _leaves(feature)
    )


def _dtype(leaf: object) -> object:
    return getattr(leaf, "dtype", None)


def _is_media(leaf: object) -> bool:
    # `Json` is decoded too, but from text.
    return hasattr(leaf, "decode_example") and type(leaf).__name__ != "Json"


def _leaves(feature: Any) -> Iterator[object]:
    if isinstance(feature, Mapping):
        for part in feature.values():
            yield from _leaves(part)
    elif isinstance(feature, (list, tuple)):
        for part in feature:
            yield from _leaves(part)
    elif hasattr(feature, "feature"):
        yield from _leaves(feature.feature)
    else:
        yield feature
