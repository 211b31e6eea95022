"""Makes `GivenRows`, the training rows that the user gave; what cannot be read is a note."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from ftguard.errors import InputError
from ftguard.folders import RunFolder
from ftguard.probes.benchmarks.named import is_named
from ftguard.probes.builtin import BUILTIN
from ftguard.probes.probe import Probe
from ftguard.probes.probe_set import ProbeSet, ProbeSource
from ftguard.probes.read.held import NOT_ROWS, table_rows
from ftguard.probes.read.hub import is_name, load_data_set
from ftguard.probes.read.memory import is_frame, is_series, named, rows_in, split_of
from ftguard.probes.read.places import is_paths, rows_at_place, rows_of_files
from ftguard.probes.read.row import NUMBERS, plain_name
from ftguard.probes.read.rows import probes_from_rows
from ftguard.probes.read.splits import TRAINED
from ftguard.probes.training.row_texts import RowTexts, read_row
from ftguard.probes.training.unread import Unread
from ftguard.probes.training.walk import first_rows, in_turn, rows_at, size_of
from ftguard.text.formatting import count

MOST_ROWS = 100_000
"""Rows that are read of a data set; of a larger one so many are sampled."""
MOST_STREAMED = 10_000
"""Rows that are read of a stream."""


@dataclass(frozen=True, kw_only=True)
class GivenRows:
    """The training rows that were given."""

    rows: tuple[RowTexts, ...] = ()
    """Their texts end with the answer where the row is understood."""
    what: str = ""
    """Which rows these are, in words."""
    notes: tuple[str, ...] = ()
    """What was chosen and what could not be read, a sentence each."""

    @property
    def settled(self) -> Sequence[object]:
        """All that what is asked may follow from, to be encoded."""
        return [
            (
                [_whole(text) for text in row.texts],
                [list(ids) for ids in row.ids],
                None if row.answer is None else _whole(row.answer),
            )
            for row in self.rows
        ]


def _whole(text: str) -> str:
    """The text as a file can hold it: half of a surrogate pair is no character."""
    return text.encode("utf-8", "backslashreplace").decode()


@dataclass(frozen=True, kw_only=True)
class _Opened:
    """Rows that are about to be read."""

    rows: Iterable[tuple[str, object]]
    """Where each stands, and the row or the complaint in its place."""
    what: str


def read_given(source: ProbeSource | Iterable[object], seed: int) -> GivenRows:
    """Read training rows as far as they can be read.

    Of several splits `train` is read. Rows that are understood become what is asked and answered;
    of others the texts are taken, and token ids are kept. Nothing that a row holds is an error.

    Args:
        source: all that `ProbeSet.load` reads, tokenised rows, and plain texts.
        seed: of the sample of a large data set.

    Raises:
        InputError: there is no file or data set of that name, or it cannot be read at all.
    """
    unread = Unread(instead="give its rows as a list")
    notes: list[str] = []
    read: list[RowTexts] = []
    try:
        opened = _opened(source, seed, unread, notes)
        for place, (where, row) in enumerate(opened.rows):
            found = _read(place, where, row, unread)
            if found.texts or found.ids:
                read.append(found)
    except InputError as error:
        # A name that is mistyped is told at once; what rows hold is not worth a run.
        if isinstance(source, (str, Path)) and not read:
            raise
        unread.stop(len(read), str(error).rstrip("."))
        opened = _Opened(rows=(), what=f"{count(len(read))} training rows as given")
    if not read:
        notes.append("no text could be read of what was given, so the Trainer's own data are read")
    return GivenRows(
        rows=tuple(read),
        what=opened.what or f"{count(len(read))} training rows as given",
        notes=(*notes, *unread.notes),
    )


def _opened(source: Any, seed: int, unread: Unread, notes: list[str]) -> _Opened:
    if isinstance(source, (str, Path)):
        return _at_place(source, seed, unread, notes)
    if is_paths(source):
        return _of_file(rows_of_files(source, first=TRAINED), seed)
    if isinstance(source, Probe):
        source = [source]
    if isinstance(source, Mapping):
        return _of_mapping(source, seed, unread, notes)
    if is_series(source):
        source = list(source)
    if is_frame(source):
        source = [row for _, row in rows_in(source, notes)]
    elif isinstance(source, ProbeSet):
        source = source.probes
    if isinstance(source, (list, tuple)):
        source = [row for row in source if not (isinstance(row, Probe) and row.companion_of)]
    return _in_memory(source, seed, unread)


def _of_mapping(source: Mapping[Any, Any], seed: int, unread: Unread, notes: list[str]) -> _Opened:
    """Columns or records, one row, or splits."""
    rows = table_rows(source)
    if rows is not NOT_ROWS:
        return _in_memory(rows, seed, unread)
    if any(isinstance(value, (str, bytes, int, float)) for value in source.values()):
        return _in_memory([source], seed, unread)
    name, rows = split_of(source, None, only_train=True, first=TRAINED)
    notes.append(f"split `{name}` is read.")
    return _opened(rows, seed, unread, notes)


def _at_place(source: str | Path, seed: int, unread: Unread, notes: list[str]) -> _Opened:
    if is_named(source):
        raise InputError(f"`train_dataset` is what you train on, and `{source}` are questions.")
    path = Path(source)
    if source in BUILTIN or RunFolder(path).probes.exists():
        return _opened(ProbeSet.load(source), seed, unread, notes)
    if path.is_dir() or (not path.exists() and isinstance(source, str) and is_name(source)):
        return _opened(load_data_set(str(source)), seed, unread, notes)
    return _of_file(rows_at_place(source, notes, first=TRAINED), seed)


def _in_memory(rows: Any, seed: int, unread: Unread) -> _Opened:
    total = size_of(rows)
    if total is None:
        stream = (
            first_rows(rows, MOST_STREAMED, unread)
            if hasattr(rows, "take")
            else in_turn(lambda: islice(rows, MOST_STREAMED), unread)
        )
        taken = list(stream)
        some = "the first " * (len(taken) == MOST_STREAMED)
        read, what = iter(taken), f"{some}{count(len(taken))} training rows of a stream, as given"
    else:
        places: Sequence[int] = range(total)
        if total > MOST_ROWS:
            places = sorted(random.Random(seed).sample(places, MOST_ROWS))
        some = f"{count(len(places))} of " * (total > MOST_ROWS)
        read, what = rows_at(rows, places, unread), f"{some}{count(total)} training rows as given"
    features = getattr(rows, "features", None) or {}
    return _Opened(
        rows=((f"training row {place}", _named(row, features)) for place, row in read), what=what
    )


def _of_file(rows: Iterable[tuple[str, object]], seed: int) -> _Opened:
    """A sample of a file's rows, in their order (Vitter 1985, algorithm R)."""
    generator = random.Random(seed)
    kept: list[tuple[int, str, object]] = []
    total = 0
    for total, (where, row) in enumerate(rows, start=1):
        if len(kept) < MOST_ROWS:
            kept.append((total, where, row))
        elif (place := generator.randrange(total)) < MOST_ROWS:
            kept[place] = (total, where, row)
    some = f"{count(len(kept))} of " * (total > len(kept))
    return _Opened(
        rows=[(where, row) for _, where, row in sorted(kept, key=lambda one: one[0])],
        what=f"{some}{count(total)} training rows as given",
    )


def _read(place: int, where: str, row: object, unread: Unread) -> RowTexts:
    if isinstance(row, InputError):
        unread.add("could not be read", place, str(row))
        return RowTexts(place=place, where=where, kind="")
    probe = row if isinstance(row, Probe) else _understood(row)
    if isinstance(row, Probe):
        found = RowTexts(place=place, where=row.id, kind="a probe")
    else:
        found = read_row(place, _unnumbered(row), unread, where)
        if not (found.texts or found.ids):
            unread.add("held no text", place, found.kind)
    if probe is None:
        return found
    told = _texts_of(probe)
    beside = [text for text in found.texts if not any(text.strip() in each for each in told)]
    answer = next(iter(probe.references), None)
    return replace(found, texts=(*beside, *told), answer=answer)


def _unnumbered(row: object) -> object:
    """The row without what only numbers it."""
    if not isinstance(row, Mapping):
        return row
    return {name: value for name, value in row.items() if plain_name(name) not in NUMBERS}


def _understood(row: object) -> Probe | None:
    """The row as what it asks and answers, where it is one of the shapes that are read."""
    if not isinstance(row, Mapping):
        return None
    try:
        return next(iter(probes_from_rows([("", row)]).probes), None)
    except Exception:  # noqa: BLE001 - whatever training rows hold, a look fails no run
        return None


def _texts_of(probe: Probe) -> list[str]:
    prompt = (
        [probe.prompt] if isinstance(probe.prompt, str) else [m["content"] for m in probe.prompt]
    )
    return [text for text in (*prompt, *probe.references[:1]) if text]


def _named(row: object, features: Mapping[str, object]) -> object:
    try:
        return named(row, features) if isinstance(row, Mapping) else row
    except InputError:
        return row
