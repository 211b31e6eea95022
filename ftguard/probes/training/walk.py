"""Walks the rows of a trainer's data set; what cannot be read is counted, and nothing is raised."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import count, islice
from typing import Any

from ftguard.probes.training.columns import as_stored, is_table, undecoded
from ftguard.probes.training.unread import Unread

Rows = Iterator[tuple[int, object]]
"""Places of rows, and the rows themselves."""

_CHUNK = 1_000
_END = object()


def rows_at(rows: Any, places: Sequence[int], unread: Unread) -> Rows:
    """The rows at some places, in their order."""
    # Rows of a part of another data set go by their places in the whole.
    while type(rows).__name__ == "Subset":
        rows, places = rows.dataset, [rows.indices[place] for place in places]
    tables = unread.tried(0, partial(as_stored, rows)) if is_table(rows) else ()
    if not tables:
        yield from _one_by_one(rows, places, unread)
        return
    table, is_mixed = tables[0]
    if is_mixed:
        for at, row in in_turn(lambda: undecoded(table.select(places)), unread):
            yield places[at], row
        return
    for start in range(0, len(places), _CHUNK):
        some = list(places[start : start + _CHUNK])
        try:
            columns = table[some]
        except Exception:  # noqa: BLE001 - the rows that can be read are read one by one
            yield from _one_by_one(table, some, unread)
            continue
        for index, place in enumerate(some):
            yield place, {name: values[index] for name, values in columns.items()}


def first_rows(rows: Any, most: int, unread: Unread) -> Rows:
    """The first rows of a stream of the `datasets` library."""

    def taken() -> Iterable[object]:
        stream, is_mixed = as_stored(rows) if is_table(rows) else (rows, False)
        return islice((undecoded(stream) if is_mixed else stream).take(most), most)

    return in_turn(taken, unread)


def _one_by_one(rows: Any, places: Iterable[int], unread: Unread) -> Rows:
    for place in places:
        if unread.is_over:
            return
        for row in unread.tried(place, partial(rows.__getitem__, place)):
            yield place, row


def size_of(rows: Any) -> int | None:
    """How many rows can be read by their places; None of a stream."""
    if not hasattr(rows, "__getitem__"):
        return None
    try:
        return len(rows)
    except Exception:  # noqa: BLE001 - a stream may have a length that raises
        return None


def in_turn(opened: Callable[[], Iterable[object]], unread: Unread) -> Rows:
    """The rows of a stream up to where it ends or raises."""
    streams = unread.tried(0, lambda: iter(opened()))
    for stream in streams:
        for place in count():
            found = () if unread.is_over else unread.tried(place, partial(next, stream, _END))
            if not found:
                unread.stop(place, "the stream could not be read on")
            if not found or found[0] is _END:
                return
            yield place, found[0]
