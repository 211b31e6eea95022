"""Reads the texts that a trainer will train on, from its own data, without disturbing it."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from transformers import PreTrainedTokenizerBase

from ftguard.probes.training.columns import is_table
from ftguard.probes.training.given import MOST_ROWS, MOST_STREAMED, GivenRows
from ftguard.probes.training.row_texts import ODD, RowTexts, read_row
from ftguard.probes.training.unread import Unread
from ftguard.probes.training.walk import first_rows, rows_at, size_of
from ftguard.run.training.fingerprint import fingerprint_of
from ftguard.text.formatting import count

_CHUNK = 1_000


@dataclass(frozen=True, kw_only=True)
class TrainingTexts:
    """The training rows as texts, read when they are walked."""

    texts: Iterable[tuple[str, Sequence[str]]]
    """Where each row stands, and the texts in it."""
    note: str
    """What is read, in one sentence."""
    unread: Unread = field(default_factory=Unread)
    """What could not be read, told as far as the texts were walked."""
    fingerprint: Callable[[], str] = str
    """One name for all that the texts follow from; empty where that would take a walk of its own
    through data that may be slow, or other ones each time."""


def given_texts(
    given: GivenRows, tokenizer: PreTrainedTokenizerBase | None, most: int | None = None
) -> TrainingTexts:
    """The texts of training rows that the user gave.

    Args:
        given: the rows.
        tokenizer: decodes token ids; without one they are left out.
        most: rows from all over them; None for all.
    """
    rows, unread = given.rows, Unread()
    if most:
        rows = rows[:: max(1, len(rows) // most)]
    return TrainingTexts(
        texts=_in_chunks(iter(rows), tokenizer, unread),
        note=given.what,
        unread=unread,
        # The rows themselves are part of what `Sets.digest` names.
        fingerprint=lambda: fingerprint_of((), tokenizer, given.what, most),
    )


def trainer_texts(
    loader: object, tokenizer: PreTrainedTokenizerBase, seed: int, most: int | None = None
) -> TrainingTexts:
    """The texts in a trainer's data set: its text columns, and its token ids decoded.

    A table of the `datasets` library is read as it is stored, and no image, audio or video in it
    is decoded. A stream of it is read for its first rows; another kind of stream is not read,
    since it may not begin anew for training. What cannot be read is told, and never raised.

    Args:
        loader: the training data loader that callbacks are handed; None gives no texts.
        tokenizer: decodes token ids.
        seed: of the sample of a large data set.
        most: rows that are read of a data set (None for 100,000); of a larger one, so many are
            sampled.
    """
    rows, most, unread = data_set(loader), most or MOST_ROWS, Unread()
    if rows is None:
        return TrainingTexts(texts=(), note="no training data to read")
    if isinstance(rows, Mapping) and all(map(is_table, rows.values())):
        # Splits: a trainer trains on one of them.
        rows = rows.get("train", next(iter(rows.values()), ()))
    total = size_of(rows)
    if total is not None:
        places: Sequence[int] = range(total)
        if total > most:
            places = sorted(random.Random(seed).sample(places, most))
        some = f"{count(len(places))} of " * (total > most)
        return TrainingTexts(
            texts=_decoded(rows_at(rows, places, unread), tokenizer, unread),
            note=f"{some}{count(total)} training rows{_as_stored(rows)}",
            unread=unread,
            fingerprint=lambda: fingerprint_of(rows, tokenizer, total, most, seed),
        )
    if hasattr(rows, "take"):
        return TrainingTexts(
            texts=_decoded(first_rows(rows, MOST_STREAMED, unread), tokenizer, unread),
            note=(
                f"the first {count(MOST_STREAMED)} rows of a stream (give `train_dataset=` for all)"
            ),
            unread=unread,
        )
    return TrainingTexts(
        texts=(), note="a stream that can be read only once (give its rows as `train_dataset=`)"
    )


def data_set(loader: object) -> Any:
    """The data set behind a training data loader; None without one."""
    rows: Any = getattr(loader, "dataset", None)
    # accelerate wraps a stream to deal it out over processes.
    while type(rows).__name__ == "IterableDatasetShard":
        rows = rows.dataset
    return rows


def _as_stored(rows: object) -> str:
    kind = getattr(rows, "format", None)
    transformed = isinstance(kind, Mapping) and kind.get("type") == "custom"
    return " as they are stored, without the data set's own transform" * transformed


def _decoded(
    rows: Iterable[tuple[int, object]], tokenizer: PreTrainedTokenizerBase, unread: Unread
) -> Iterator[tuple[str, Sequence[str]]]:
    found = (read_row(place, row, unread) for place, row in rows)
    yield from _in_chunks(found, tokenizer, unread)


def _in_chunks(
    found: Iterator[RowTexts], tokenizer: PreTrainedTokenizerBase | None, unread: Unread
) -> Iterator[tuple[str, Sequence[str]]]:
    while chunk := list(islice(found, _CHUNK)):
        yield from _decode(chunk, tokenizer, unread)


def _decode(
    chunk: Sequence[RowTexts], tokenizer: PreTrainedTokenizerBase | None, unread: Unread
) -> Iterator[tuple[str, Sequence[str]]]:
    decoded: dict[int, list[str]] = {}
    if tokenizer is not None:
        ids = [(row.place, tokens) for row in chunk for tokens in row.ids]
        texts = _batch_decoded(ids, tokenizer, unread)
        special = tuple(tokenizer.all_special_tokens)
        for (place, _), text in zip(ids, texts, strict=True):
            if text:
                decoded.setdefault(place, []).append(_bare(text, special))
    for row in chunk:
        found = [*decoded.get(row.place, ()), *row.texts]
        if found:
            yield row.where, found
        elif not row.ids:
            unread.add("held no text", row.place, row.kind)


def _batch_decoded(
    ids: Sequence[tuple[int, Sequence[int]]], tokenizer: PreTrainedTokenizerBase, unread: Unread
) -> Sequence[str]:
    try:
        return list(tokenizer.batch_decode([list(tokens) for _, tokens in ids]))
    except Exception:  # noqa: BLE001 - one id that no vocabulary has fails them all
        return [_one_decoded(place, tokens, tokenizer, unread) for place, tokens in ids]


def _one_decoded(
    place: int, tokens: Sequence[int], tokenizer: PreTrainedTokenizerBase, unread: Unread
) -> str:
    try:
        return str(tokenizer.decode(list(tokens)))
    except Exception as error:  # noqa: BLE001 - as above
        unread.add(ODD, place, f"{type(error).__name__}: {error}")
        return ""


def _bare(text: str, special: tuple[str, ...]) -> str:
    """The text without special tokens at its ends; those within it stay, as marks of its parts."""
    ends = tuple(token for token in special if token)
    while text.startswith(ends) or text.endswith(ends):
        for token in ends:
            text = text.removeprefix(token).removesuffix(token)
    return text
