"""Reads rows that are in memory: lists, data frames, datasets with their splits, streams."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ftguard.errors import InputError
from ftguard.probes.read.cells import plain_row
from ftguard.probes.read.documents import Rows
from ftguard.probes.read.held import NOT_ROWS, table_rows
from ftguard.probes.read.splits import HELD_OUT, one_split

MOST = 10_000
"""Rows that are read of a stream, which may have no end."""
MEDIA = ("Image", "Audio", "Video", "Pdf", "Nifti")
"""Features of `datasets` whose columns are not decoded, which takes long."""


def rows_in(
    source: object,
    notes: list[str],
    *,
    split: str | None = None,
    label: str = "",
    most: int | None = MOST,
    first: Sequence[str] = HELD_OUT,
) -> Rows:
    """Yield where each row stands and the row.

    Args:
        source: rows as mappings; a data frame of pandas or polars; a dataset of `datasets` or
            torch, mapped or streamed; a mapping of splits to any of these.
        notes: gets a sentence for what is not read.
        split: which of those splits.
        label: what complaints call the source.
        most: rows that are read of what has no length; None for all.
        first: the splits to choose where none is named.

    Raises:
        InputError: there is no such split, or the source holds no rows at all.
    """
    if isinstance(source, Mapping):
        rows = table_rows(source)
        if rows is not NOT_ROWS:
            return _rows(rows, f"{label} row".lstrip(), notes, most)
        name, found = split_of(source, split, only_train=bool(label), first=first)
        return _rows(found, f"{label}[{name}] row", notes, most)
    return _rows(source, f"{label} row".lstrip(), notes, most)


def split_of(
    splits: Mapping[Any, Any],
    split: str | None,
    *,
    only_train: bool = False,
    first: Sequence[str] = HELD_OUT,
) -> tuple[str, Any]:
    """The name and the rows of the split that is named, or of the one that is held out.

    Args:
        splits: by their names.
        split: the one that is asked for.
        only_train: whether one to train on will do where there is no other.
        first: the splits to choose where none is named.

    Raises:
        InputError: there is none, or the mapping holds something else.
    """
    lists = {str(name): value for name, value in splits.items()}
    if not all(_is_many(value) for value in lists.values()):
        raise InputError(
            f"a mapping of {sorted(lists)} was given: give a list of rows, even of one."
        )
    if set(lists) == {"train"} and not (split or only_train):
        raise InputError(
            "the splits are ['train'], which is trained on: give rows that are held out, or "
            '`dataset["train"]` if these are.'
        )
    name = one_split(lists, split, "the dataset", first)
    return name, lists[name]


def named(row: Mapping[str, object], features: Mapping[str, object]) -> dict[str, object]:
    """The row with the numbers of class labels as the names that the dataset gives.

    Raises:
        InputError: a number is none of its classes.
    """
    found = dict(row)
    for column, value in row.items():
        names = _class_names(column, features.get(column))
        if names and isinstance(value, int):
            found[column] = _name(column, value, names)
        elif names and isinstance(value, (list, tuple)):
            found[column] = [_name(column, item, names) for item in value]
    return found


def is_frame(source: object) -> bool:
    """Whether it is a data frame, of polars or pandas."""
    polars = hasattr(source, "iter_rows") or type(source).__name__ == "LazyFrame"
    return polars or (hasattr(source, "iloc") and hasattr(source, "to_dict"))


def is_series(source: object) -> bool:
    """Whether it is one column of a data frame, of polars or pandas."""
    return type(source).__name__ == "Series" and hasattr(source, "to_frame")


def _class_names(column: str, feature: Any) -> Sequence[str]:
    # A question's `answer` is a place among its own options, whatever a dataset calls them.
    if column == "answer" or feature is None:
        return ()
    return (
        getattr(feature, "names", None)
        or getattr(getattr(feature, "feature", None), "names", ())
        or ()
    )


def _name(column: str, value: object, names: Sequence[str]) -> object:
    if not isinstance(value, int):
        return value
    if not 0 <= value < len(names):
        raise InputError(
            f"`{column}` {value} is none of its {len(names)} classes; splits without labels say "
            "-1: give another one, as in `ProbeSet.load(name, split=...)`."
        )
    return names[value]


def _rows(source: Any, label: str, notes: list[str], most: int | None) -> Rows:
    if type(source).__name__ == "LazyFrame":
        source = source.collect()  # polars
    if is_series(source):
        raise InputError(
            "a Series was given, which is one column: give the data frame, with what is asked and "
            "its answers."
        )
    if hasattr(source, "with_format") and hasattr(source, "features"):
        source = source.with_format(None)  # as values of Python, whatever a Trainer is to get
    features = _features(source)
    has_end = hasattr(source, "__len__")
    for index, row in enumerate(_each(source, features)):
        if index == most and not has_end:
            notes.append(f"the first {most:,} rows of a stream are read.")
            return
        where = f"{label} {index}"
        if not isinstance(row, Mapping):
            yield (
                where,
                InputError(f"a mapping is needed, or probes throughout; got {type(row).__name__}."),
            )
            continue
        try:
            yield where, plain_row(named(row, features))
        except InputError as error:
            yield where, error


def _features(source: Any) -> Mapping[str, object]:
    """What a dataset says of its columns; of a part of one, what the whole says."""
    while not hasattr(source, "features") and hasattr(source, "indices"):
        source = getattr(source, "dataset", None)
    return getattr(source, "features", None) or {}


def _each(source: Any, features: Mapping[str, object]) -> Iterator[object]:
    """The rows of whatever holds them, without decoding pictures."""
    for name, feature in features.items():
        kind: Any = type(feature)
        if kind.__name__ in MEDIA and hasattr(source, "cast_column"):
            source = source.cast_column(name, kind(decode=False))
    if is_frame(source):
        polars = hasattr(source, "iter_rows")
        yield from source.iter_rows(named=True) if polars else source.to_dict("records")
    elif not hasattr(source, "__iter__") and hasattr(source, "__len__"):
        yield from (source[index] for index in range(len(source)))
    elif isinstance(source, Iterable):
        yield from source
    else:
        raise InputError(
            f"{type(source).__name__} was given: give a path, a dataset or its name, a list of "
            "rows, or probes."
        )


def _is_many(value: object) -> bool:
    return not isinstance(value, (str, bytes, Mapping)) and (
        isinstance(value, Iterable) or hasattr(value, "__getitem__")
    )
