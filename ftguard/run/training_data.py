"""Reads the texts that a trainer will train on, from its own data, without disturbing it."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from transformers import PreTrainedTokenizerBase

from ftguard.formatting import count
from ftguard.probes import Probe, pieces

MOST_ROWS = 100_000
"""Rows that are read of a data set unless told otherwise."""
MOST_STREAMED = 10_000
"""Rows that are read of a stream."""
TOKENS = ("prompt_ids", "completion_ids", "chosen_ids", "rejected_ids")
"""Columns of token ids in TRL's prepared data sets, beside `input_ids` and the like."""
_CHUNK = 1_000


@dataclass(frozen=True, kw_only=True)
class TrainingTexts:
    """The training rows as texts, read when they are walked."""

    texts: Iterable[tuple[str, Sequence[str]]]
    """Where each row stands, and the texts in it."""
    note: str
    """What is read, in one sentence."""


def given_texts(train: Sequence[Probe]) -> TrainingTexts:
    """The texts of training rows that the user gave."""
    rows = [probe for probe in train if probe.companion_of is None]
    return TrainingTexts(
        texts=((probe.id, _texts_of(probe)) for probe in rows),
        note=f"{count(len(rows))} training rows as given",
    )


def trainer_texts(
    loader: object, tokenizer: PreTrainedTokenizerBase, seed: int, most: int | None = None
) -> TrainingTexts:
    """The texts in a trainer's data set: its text columns, and its token ids decoded.

    A stream of the `datasets` library is read for its first rows; another kind of stream is not
    read, since it may not begin anew for training.

    Args:
        loader: the training data loader that callbacks are handed; None gives no texts.
        tokenizer: decodes token ids.
        seed: of the sample of a large data set.
        most: rows that are read of a data set (None for 100,000); of a larger one, so many are
            sampled.
    """
    rows, most = data_set(loader), most or MOST_ROWS
    if rows is None:
        return TrainingTexts(texts=(), note="no training data to read")
    if hasattr(rows, "__len__") and hasattr(rows, "__getitem__"):
        total = len(rows)
        places: Sequence[int] = range(total)
        if total > most:
            places = sorted(random.Random(seed).sample(places, most))
        some = f"{count(len(places))} of " * (total > most)
        return TrainingTexts(
            texts=_decoded(_rows_at(rows, places), tokenizer),
            note=f"{some}{count(total)} training rows",
        )
    if hasattr(rows, "take"):
        return TrainingTexts(
            texts=_decoded(enumerate(rows.take(MOST_STREAMED)), tokenizer),
            note=(
                f"the first {count(MOST_STREAMED)} rows of a stream (give `train_dataset=` for all)"
            ),
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


def _rows_at(rows: Any, places: Sequence[int]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if not hasattr(rows, "features"):
        yield from ((place, rows[place]) for place in places)
        return
    for start in range(0, len(places), _CHUNK):
        some = list(places[start : start + _CHUNK])
        columns = rows[some]
        for index, place in enumerate(some):
            yield place, {name: values[index] for name, values in columns.items()}


def _decoded(
    rows: Iterable[tuple[int, object]], tokenizer: PreTrainedTokenizerBase
) -> Iterator[tuple[str, Sequence[str]]]:
    chunk: list[tuple[int, Mapping[str, Any]]] = []
    for place, row in rows:
        if isinstance(row, Mapping):
            chunk.append((place, row))
        if len(chunk) == _CHUNK:
            yield from _decode(chunk, tokenizer)
            chunk = []
    yield from _decode(chunk, tokenizer)


def _decode(
    chunk: Sequence[tuple[int, Mapping[str, Any]]], tokenizer: PreTrainedTokenizerBase
) -> Iterator[tuple[str, Sequence[str]]]:
    ids = [
        (place, _integers(value))
        for place, row in chunk
        for name, value in row.items()
        if name.endswith("input_ids") or name in TOKENS
    ]
    texts = tokenizer.batch_decode([tokens for _, tokens in ids])
    special = tuple(tokenizer.all_special_tokens)
    decoded: dict[int, list[str]] = {}
    for (place, _), text in zip(ids, texts, strict=True):
        decoded.setdefault(place, []).append(_bare(text, special))
    for place, row in chunk:
        yield f"training row {place}", [*decoded.get(place, ()), *pieces(row)]


def _bare(text: str, special: tuple[str, ...]) -> str:
    """The text without special tokens at its ends; those within it stay, as marks of its parts."""
    ends = tuple(token for token in special if token)
    while text.startswith(ends) or text.endswith(ends):
        for token in ends:
            text = text.removeprefix(token).removesuffix(token)
    return text


def _integers(value: Any) -> list[int]:
    return [int(token) for token in (value.tolist() if hasattr(value, "tolist") else value)]


def _texts_of(probe: Probe) -> list[str]:
    prompt = (
        [probe.prompt] if isinstance(probe.prompt, str) else [m["content"] for m in probe.prompt]
    )
    return [text for text in (*prompt, *probe.references[:1]) if text]
