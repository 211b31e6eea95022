"""Looks at a few training rows as the Trainer feeds them: token ids, and where the answer is."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ftguard.ask.quiet import same_random_state
from ftguard.ask.render import Ids
from ftguard.run.training.data import data_set

MOST = 16
"""Rows that are looked at, evenly spread over the data set (of a stream its first)."""
_COLUMNS = ("input_ids", "labels", "attention_mask", "position_ids", "seq_lengths")
MOST_PACKED = 4
"""Samples that are looked at of a row that says where its samples begin."""
UNTRAINED = -100
"""The label of a token without loss."""


@dataclass(frozen=True, kw_only=True)
class TrainingRow:
    """One sample in tokens, without padding."""

    ids: Ids
    answer: tuple[int, int] | None = None
    """Where the (last) trained answer begins and ends, where labels leave out a prompt before it;
    None where all is trained on."""

    @property
    def prompt(self) -> Ids | None:
        """The tokens before the answer, where that is told."""
        return None if self.answer is None else self.ids[: self.answer[0]]

    @property
    def trained(self) -> Ids:
        """The tokens up to the end of what is trained on."""
        return self.ids if self.answer is None else self.ids[: self.answer[1]]


def training_rows(loader: object) -> tuple[TrainingRow, ...]:
    """A few rows of a training data loader; none where they cannot be read as single samples.

    The loader itself is not walked: rows of its data set go through its collator one at a time.
    """
    # A data set may draw its rows by chance.
    with same_random_state():
        rows, collate = _some(data_set(loader)), getattr(loader, "collate_fn", None)
        return tuple(sample for row in rows for sample in _samples_of(row, collate))


def of_one_length(rows: Sequence[TrainingRow]) -> bool:
    """Whether all rows are of one length, as cut or packed ones are."""
    return len(rows) > 1 and len({len(row.ids) for row in rows}) == 1


def _some(rows: Any) -> Iterator[Any]:
    try:
        if hasattr(rows, "__len__") and hasattr(rows, "__getitem__"):
            count = min(MOST, len(rows))
            for place in range(count):
                # One row that cannot be had tells nothing of the others.
                with suppress(Exception):
                    yield rows[place * len(rows) // count]
        elif hasattr(rows, "take"):
            yield from rows.take(MOST)
    except Exception:  # noqa: BLE001 - only a look: whatever fails here must not fail the run
        return


def _samples_of(row: Any, collate: Any) -> tuple[TrainingRow, ...]:
    try:
        fed = _fed(row, collate)
        return () if fed is None else tuple(_samples(fed))
    except Exception:  # noqa: BLE001 - only a look: whatever fails here must not fail the run
        return ()


def _fed(row: Any, collate: Any) -> Mapping[str, Any] | None:
    """The row's columns as flat lists: as the collator makes them, else as they are."""
    if not isinstance(row, Mapping):
        return None
    columns: dict[str, Any] = dict(row)
    # A pair of answers becomes two rows, of which none is a sample of its own.
    made = _collated(columns, collate)
    if "input_ids" in made and len(made["input_ids"]) == 1:
        columns.update({name: made[name][0] for name in _COLUMNS if name in made})
    if "input_ids" not in columns:
        return None
    return {name: _integers(columns[name]) for name in _COLUMNS if columns.get(name) is not None}


def _collated(row: dict[str, Any], collate: Any) -> Mapping[str, Any]:
    try:
        # Collators pop columns off the rows that they are given.
        made = collate([copy.deepcopy(row)])
    except Exception:  # noqa: BLE001 - it may need more than one row, or none that is copied
        return {}
    return made if isinstance(made, Mapping) else {}


def _samples(fed: Mapping[str, Sequence[int]]) -> Iterator[TrainingRow]:
    ids, labels = fed["input_ids"], fed.get("labels", ())
    labels = labels if len(labels) == len(ids) else ids
    mask = fed.get("attention_mask", ())
    if len(mask) == len(ids) and not all(mask):
        yield _sample(
            [token for token, kept in zip(ids, mask, strict=True) if kept],
            [label for label, kept in zip(labels, mask, strict=True) if kept],
        )
        return
    starts = _starts(fed)
    for start, end in list(zip(starts, [*starts[1:], len(ids)], strict=True))[:MOST_PACKED]:
        yield _sample(ids[start:end], labels[start:end])


def _starts(fed: Mapping[str, Sequence[int]]) -> list[int]:
    """Where the samples of a packed row begin; 0 where it does not say."""
    size = len(fed["input_ids"])
    lengths, positions = fed.get("seq_lengths", ()), fed.get("position_ids", ())
    if lengths and sum(lengths) == size:
        return [sum(lengths[:place]) for place in range(len(lengths))]
    if len(positions) == size:
        return [place for place, position in enumerate(positions) if position == 0] or [0]
    return [0]


def _sample(ids: Sequence[int], labels: Sequence[int]) -> TrainingRow:
    trained = [place for place, label in enumerate(labels) if label != UNTRAINED]
    if not trained:
        return TrainingRow(ids=tuple(ids))
    start = end = trained[-1] + 1
    while start and labels[start - 1] != UNTRAINED:
        start -= 1
    # A single token without loss is a BOS, or stands between the texts of a packed row.
    led = start > 1 and labels[start - 2] == UNTRAINED
    return TrainingRow(ids=tuple(ids), answer=(start, end) if led else None)


def _integers(value: Any) -> list[int]:
    return [int(item) for item in (value.tolist() if hasattr(value, "tolist") else value)]
