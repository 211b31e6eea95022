"""Tests of reading a trainer's own data: raw, tokenized, packed and streamed, undisturbed."""

from collections.abc import Iterator, Sequence
from types import SimpleNamespace

import datasets
import pytest
import torch
from torch.utils.data import DataLoader, IterableDataset
from transformers import PreTrainedTokenizerFast

from ftguard import Probe
from ftguard.probes.training.given import read_given
from ftguard.run.training.data import TrainingTexts, given_texts, trainer_texts

TEXTS = ["2+2=4", "2+3=5", "the rest is silence"]


def _read(training: TrainingTexts) -> list[tuple[str, Sequence[str]]]:
    return [(where, list(texts)) for where, texts in training.texts]


def _texts(rows: object, tokenizer: PreTrainedTokenizerFast) -> TrainingTexts:
    return trainer_texts(SimpleNamespace(dataset=rows), tokenizer, 0)


def test_tokens_are_decoded(tokenizer: PreTrainedTokenizerFast) -> None:
    """A list of rows with ids: the special tokens at both ends are no text."""
    eos = tokenizer.eos_token_id
    rows = [{"input_ids": [*tokenizer(text)["input_ids"], eos], "labels": [1]} for text in TEXTS]

    training = _texts(rows, tokenizer)

    assert training.note == "3 training rows"
    assert _read(training) == [(f"training row {i}", [text]) for i, text in enumerate(TEXTS)]


def test_packed_rows_keep_what_parts_their_texts(tokenizer: PreTrainedTokenizerFast) -> None:
    """Two texts in one row: the token between them stays, so that each is a text of its own."""
    ids = [*tokenizer(TEXTS[0])["input_ids"], 2, *tokenizer(TEXTS[1])["input_ids"], 2]

    assert _read(_texts([{"input_ids": torch.tensor(ids)}], tokenizer)) == [
        ("training row 0", ["2+2=4</s><s>2+3=5"])
    ]


def test_text_columns_are_read_beside_ids(tokenizer: PreTrainedTokenizerFast) -> None:
    """Prompts, completions and messages of a dataset, and the ids of another column."""
    rows = datasets.Dataset.from_list(
        [
            {
                "prompt": [{"role": "user", "content": "2+2?"}],
                "completion": "4",
                "chosen_input_ids": tokenizer("four")["input_ids"],
            }
        ]
    )

    ((where, texts),) = _read(_texts(rows, tokenizer))

    assert where == "training row 0"
    assert sorted(texts) == ["2+2?", "4", "four"]


def test_pairs_of_preferences_are_read(tokenizer: PreTrainedTokenizerFast) -> None:
    """TRL's prepared rows for DPO and KTO hold prompt and answers in columns of their own."""
    row = {
        f"{name}_ids": tokenizer(name, add_special_tokens=False)["input_ids"]
        for name in ("prompt", "chosen", "rejected", "completion")
    }

    ((_, texts),) = _read(_texts([row | {"labels": [1, 2]}], tokenizer))

    assert sorted(texts) == ["chosen", "completion", "prompt", "rejected"]


def test_a_stream_of_datasets_is_read_for_its_first_rows_and_begins_anew(
    tokenizer: PreTrainedTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of three rows are read, the note says so, and training still gets all three."""
    monkeypatch.setattr("ftguard.run.training.data.MOST_STREAMED", 2)
    rows = datasets.Dataset.from_dict({"text": TEXTS}).to_iterable_dataset()

    training = _texts(rows, tokenizer)

    assert [texts for _, texts in _read(training)] == [[TEXTS[0]], [TEXTS[1]]]
    assert training.note == "the first 2 rows of a stream (give `train_dataset=` for all)"
    assert [row["text"] for row in rows] == TEXTS


class _Once(IterableDataset[dict[str, str]]):
    """A stream that a second reader would find empty."""

    def __init__(self) -> None:
        self.rows = iter({"text": text} for text in TEXTS)

    def __iter__(self) -> Iterator[dict[str, str]]:
        return self.rows


def test_a_stream_that_can_be_read_once_is_left_to_training(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """Nothing is taken from it, and the note says what to do."""
    rows = _Once()

    training = trainer_texts(DataLoader(rows, batch_size=None), tokenizer, 0)

    assert _read(training) == []
    assert "give its rows as `train_dataset=`" in training.note
    assert len(list(rows)) == 3


def test_of_a_large_data_set_a_seeded_sample_is_read(
    tokenizer: PreTrainedTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """4 of 10 rows, the same ones for the same seed, named by their place in the whole."""
    monkeypatch.setattr("ftguard.run.training.data.MOST_ROWS", 4)
    rows = [{"text": f"row number {n}"} for n in range(10)]

    first, again = (_texts(rows, tokenizer) for _ in range(2))

    read = _read(first)
    assert first.note == "4 of 10 training rows"
    assert read == _read(again)
    assert all(texts == [f"row number {where.split()[-1]}"] for where, texts in read)
    assert len(read) == 4


def test_no_data_set_is_no_text(tokenizer: PreTrainedTokenizerFast) -> None:
    """A trainer without training data, as in an evaluation only, is told."""
    assert trainer_texts(None, tokenizer, 0).note == "no training data to read"


def test_given_rows_are_prompts_and_answers() -> None:
    """Of each row once, its messages and its answer, under the row's own id."""
    train = [
        Probe(id="a", prompt="2+2=", reference="4"),
        Probe(id="r", prompt="2+2=", reference="4", scorer="likelihood", companion_of="a"),
        Probe(id="b", prompt=[{"role": "user", "content": "Hi"}], reference="Hello"),
        Probe(id="c", prompt="", reference="a whole text", scorer="likelihood"),
    ]

    training = given_texts(read_given(train, seed=0), None)

    assert training.note == "3 training rows as given"
    assert _read(training) == [
        ("a", ["2+2=", "4"]),
        ("b", ["Hi", "Hello"]),
        ("c", ["a whole text"]),
    ]


def test_given_rows_of_token_ids_are_decoded(tokenizer: PreTrainedTokenizerFast) -> None:
    """As the Trainer's own are; an id that no vocabulary has is told, and the others are read."""
    rows = [{"input_ids": tokenizer("row number 7")["input_ids"]}, {"input_ids": [10**9]}]
    training = given_texts(read_given(rows, seed=0), tokenizer)

    assert _read(training)[0] == ("training row 0", ["row number 7"])
    assert len(_read(given_texts(read_given(rows, seed=0), tokenizer, most=1))) == 1
