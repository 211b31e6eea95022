"""Tests that no data set ends or stalls the reading of training texts, whatever its rows are."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import datasets
import pytest
import torch
from torch.utils.data import Dataset, Subset
from transformers import PreTrainedTokenizerFast

from ftguard import Probe
from ftguard.folders import RunFolder
from ftguard.probes.sets import read_sets
from ftguard.run.chosen_probes import probes_to_ask
from ftguard.run.training.data import TrainingTexts, trainer_texts

NO_PICTURE = {"bytes": b"decoding this would raise", "path": None}
PARTS = [
    {"type": "image", "text": None, "image": NO_PICTURE},
    {"type": "text", "text": "What is it?", "image": None},
]
PICTURES = {
    "beside the text": (
        [{"image": NO_PICTURE, "text": "What is it?"}],
        {"image": datasets.Image(), "text": datasets.Value("string")},
    ),
    "several to a row": (
        [{"images": [NO_PICTURE] * 2, "text": "What is it?"}],
        {"images": datasets.List(datasets.Image()), "text": datasets.Value("string")},
    ),
    "within messages": (
        [{"messages": [{"role": "user", "content": PARTS}]}],
        {
            "messages": [
                {
                    "role": datasets.Value("string"),
                    "content": [
                        {
                            "type": datasets.Value("string"),
                            "text": datasets.Value("string"),
                            "image": datasets.Image(),
                        }
                    ],
                }
            ]
        },
    ),
    "sound": (
        [{"audio": NO_PICTURE, "text": "What is it?"}],
        {"audio": datasets.Audio(), "text": datasets.Value("string")},
    ),
}


def read(training: TrainingTexts) -> list[tuple[str, Sequence[str]]]:
    """All rows, walked."""
    return [(where, list(texts)) for where, texts in training.texts]


def texts_of(rows: object, tokenizer: PreTrainedTokenizerFast) -> TrainingTexts:
    """What is read of the data set behind a loader."""
    return trainer_texts(SimpleNamespace(dataset=rows), tokenizer, 0)


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize(
    "container",
    [
        lambda table: table,
        lambda table: table.to_iterable_dataset(),
        lambda table: Subset(table, [0]),
        lambda table: datasets.DatasetDict({"train": table}),
        lambda table: table.with_format("torch"),
        lambda table: table.with_transform(lambda _: 1 / 0),
    ],
    ids=["table", "stream", "subset", "splits", "torch", "transform"],
)
def test_no_picture_and_no_sound_is_decoded(
    kind: str, container: Callable[[datasets.Dataset], Any], tokenizer: PreTrainedTokenizerFast
) -> None:
    """Bytes that are none would raise if they were decoded; the text beside them is read."""
    rows, features = PICTURES[kind]
    # Written as features of sound, it would need a library that makes it.
    table = datasets.Dataset.from_list(rows).cast(datasets.Features(features))

    training = texts_of(container(table), tokenizer)

    assert read(training) == [("training row 0", ["What is it?"])]
    assert training.unread.notes == ()


def test_a_transform_of_the_data_set_is_said_to_be_left_out(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """The rows are read as they are stored, so the note says so."""
    table = datasets.Dataset.from_dict({"text": ["one"]}).with_transform(lambda row: row)

    assert texts_of(table, tokenizer).note == (
        "1 training rows as they are stored, without the data set's own transform"
    )


def test_numbers_are_not_read_and_texts_of_any_depth_are(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """Of features, numbers and classes are no text; JSON, nested columns and lists may hold it."""
    table = datasets.Dataset.from_list(
        [{"pixels": [[0.5]], "label": 0, "deep": {"list": [{"said": "here"}]}, "any": {"a": "b"}}],
        features=datasets.Features(
            {
                "pixels": datasets.Array2D((1, 1), "float32"),
                "label": datasets.ClassLabel(names=["no"]),
                "deep": {"list": [{"said": datasets.Value("string")}]},
                "any": datasets.Json(),
            }
        ),
    )

    assert read(texts_of(table, tokenizer)) == [("training row 0", ["here", "b"])]


class Rows(Dataset[Any]):
    """A data set that makes its rows when they are asked for."""

    def __init__(self, make: Callable[[int], Any], size: int) -> None:
        self.make, self.size = make, size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, place: int) -> Any:
        return self.make(place)


def unreadable(place: int) -> dict[str, str]:
    """Every third row fails as a lost disk does."""
    if place % 3 == 1:
        raise OSError(f"disk {place} is gone")
    return {"text": f"row {place}"}


def test_rows_that_raise_are_counted_and_the_others_read(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """Of 7 rows, 1 and 4 raise: the note counts them and names the first."""
    training = texts_of(Rows(unreadable, 7), tokenizer)

    assert [texts for _, texts in read(training)] == [[f"row {n}"] for n in (0, 2, 3, 5, 6)]
    (note,) = training.unread.notes
    assert note == (
        "2 training rows could not be read, so leaks were not looked for there (the first: row 1, "
        "OSError: disk 1 is gone)"
    )


def test_what_could_not_be_read_is_among_the_notes_of_the_run(
    tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    """The probes are chosen all the same, and their notes hold the sentence."""
    target = [Probe(id=str(n), prompt=f"{n} + 1 =", reference=str(n + 1)) for n in range(4)]
    sets = read_sets(
        target=target, general=target, tail=None, calibration=None, train_dataset=None,
        judged=False, max_probes=4, holdout=0, seed=0,
    )  # fmt: skip

    chosen = probes_to_ask(
        sets, RunFolder(tmp_path), "run", training=lambda: texts_of(Rows(unreadable, 7), tokenizer),
        encoder=None, progress=False, cache=False, is_main_process=True,
    )  # fmt: skip

    assert len(chosen.probes) == 8
    assert [note for note in chosen.notes if note.startswith("2 training rows could not be read")]


def test_rows_without_text_are_counted(tokenizer: PreTrainedTokenizerFast) -> None:
    """None, tensors, numbers and empty rows are no texts; a plain string and a pair are."""

    @dataclass
    class Row:
        text: str

    rows = [None, torch.ones(3), 5, {}, {"x": [1]}, "plain", ("a", "b"), Row("field"), {"t": "c"}]

    training = texts_of(rows, tokenizer)

    assert read(training) == [
        ("training row 5", ["plain"]),
        ("training row 6", ["a", "b"]),
        ("training row 7", ["field"]),
        ("training row 8", ["c"]),
    ]
    (note,) = training.unread.notes
    assert note == (
        "5 training rows held no text, so leaks were not looked for there (the first: row 0, "
        "a NoneType)"
    )


@pytest.mark.parametrize(
    ("ids", "texts"),
    [
        # Two texts in one column, a batch of one, padding, a column of ids that are words.
        ([[10, 11], [12]], 2),
        (torch.tensor([[10, 11, 12]]), 1),
        ([10, 11, -100, -100], 1),
        ("user-7", 1),
        ([10.0, 11.0], 1),
    ],
)
def test_odd_columns_of_ids_are_read(
    ids: object, texts: int, tokenizer: PreTrainedTokenizerFast
) -> None:
    """Whatever holds whole numbers holds tokens; words are text."""
    training = texts_of([{"input_ids": ids}], tokenizer)

    ((_, found),) = read(training)

    assert len(found) == texts
    assert training.unread.notes == ()


@pytest.mark.parametrize(
    "ids", [[0.5], [None, 1], [1, "a"], [2**40], 7, {"a": 1}, [[1], "b"], object()]
)
def test_ids_that_are_no_tokens_are_counted(
    ids: object, tokenizer: PreTrainedTokenizerFast
) -> None:
    """The text beside them is read all the same, and so is the next row."""
    rows = [{"input_ids": ids, "text": "beside"}, {"input_ids": tokenizer("next")["input_ids"]}]

    training = texts_of(rows, tokenizer)

    assert [found[-1] for _, found in read(training)] == ["beside", "next"]
    (note,) = training.unread.notes
    assert note.startswith("1 training row held ids that are no tokens")


def test_a_data_set_that_only_raises_is_given_up(tokenizer: PreTrainedTokenizerFast) -> None:
    """A million rows that all raise, as of a length that is none, end after a hundred tries."""
    asked = []

    def make(place: int) -> None:
        asked.append(place)
        raise IndexError(place)

    training = texts_of(Rows(make, 10**12), tokenizer)

    assert read(training) == []
    assert len(asked) == 100
    assert (
        "100 rows in a row could not be read; give the texts as `train_dataset=`"
        in (training.unread.notes[-1])
    )


def test_slow_rows_are_read_for_so_long_alone(
    tokenizer: PreTrainedTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of rows that take 0.05 s each, some 4 are read in 0.2 s, and the note says where it ended."""
    monkeypatch.setattr("ftguard.probes.training.unread.MOST_SECONDS", 0.2)

    def slow(place: int) -> dict[str, str]:
        time.sleep(0.05)
        return {"text": f"row {place}"}

    training = texts_of(Rows(slow, 1000), tokenizer)
    found = read(training)

    assert 0 < len(found) < 10
    (note,) = training.unread.notes
    assert note.startswith("LEAKS WERE LOOKED FOR up to training row")
    assert "reading had taken 0.2 s" in note


def test_a_stream_that_raises_is_read_up_to_there(tokenizer: PreTrainedTokenizerFast) -> None:
    """Its third row fails, as a shard does that cannot be downloaded: two are read, and it ends."""

    def rows() -> Iterator[dict[str, str]]:
        yield {"text": "one"}
        yield {"text": "two"}
        raise ConnectionError("no shard")

    training = texts_of(datasets.IterableDataset.from_generator(rows), tokenizer)

    assert [texts for _, texts in read(training)] == [["one"], ["two"]]
    assert "row 2, ConnectionError: no shard" in training.unread.notes[0]
    assert "up to training row 2 alone" in training.unread.notes[1]


def test_an_endless_stream_is_read_for_its_first_rows(
    tokenizer: PreTrainedTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three rows of one without an end, whose `take` takes no notice of the number either."""
    monkeypatch.setattr("ftguard.run.training.data.MOST_STREAMED", 3)

    class Endless:
        def take(self, _: int) -> Iterator[dict[str, str]]:
            while True:
                yield {"text": "again"}

    assert len(read(texts_of(Endless(), tokenizer))) == 3


def test_a_data_set_whose_length_raises_is_a_stream(tokenizer: PreTrainedTokenizerFast) -> None:
    """As some of torch's streams have it: it is not walked, and the note says what to do."""

    class Unknown(Rows):
        def __len__(self) -> int:
            raise TypeError("no length")

    assert "give its rows as `train_dataset=`" in texts_of(Unknown(unreadable, 0), tokenizer).note


def test_a_part_of_a_data_set_is_read_by_the_places_of_the_whole(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """Two parts deep: rows 4 and 0 of the whole, under those names."""
    whole = datasets.Dataset.from_dict({"text": list("abcde")})

    found = read(texts_of(Subset(Subset(whole, [0, 2, 4]), [2, 0]), tokenizer))

    assert found == [("training row 4", ["e"]), ("training row 0", ["a"])]
