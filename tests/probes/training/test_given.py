"""Tests of training rows that the user gives: nothing they hold ends a run, or is misread."""

import itertools
import json
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import datasets
import pandas as pd
import pytest

from ftguard import InputError, Probe
from ftguard.probes.training.given import MOST_ROWS, MOST_STREAMED, read_given

TRAIN = [{"prompt": "2 + 2 =", "completion": "4"}, {"prompt": "2 + 3 =", "completion": "5"}]
TEST = [{"prompt": "Capital of Peru?", "completion": "Lima"}]
READ = [["2 + 2 =", "4"], ["2 + 3 =", "5"]]


def _texts(source: Any) -> list[list[str]]:
    return [list(row.texts) for row in read_given(source, 0).rows]


SPLITS: dict[str, Callable[[Path], Any]] = {
    "train and test": lambda _: _splits(train=TRAIN, test=TEST),
    "train alone": lambda _: _splits(train=TRAIN),
    "another name for it": lambda _: _splits(test_sft=TEST, train_sft=TRAIN),
    "the only one": lambda _: _splits(validation=TRAIN),
    "lists": lambda _: {"test": TEST, "train": TRAIN},
    "a folder": lambda folder: _saved(folder / "saved"),
    "a document": lambda folder: _document(folder / "a.json"),
}


def _splits(**rows: Any) -> datasets.DatasetDict:
    return datasets.DatasetDict({n: datasets.Dataset.from_list(r) for n, r in rows.items()})


def _saved(folder: Path) -> Path:
    _splits(train=TRAIN, test=TEST).save_to_disk(folder)
    return folder


def _document(path: Path) -> Path:
    path.write_text(json.dumps({"test": TEST, "train": TRAIN}), "utf-8")
    return path


@pytest.mark.parametrize("kind", SPLITS)
def test_of_several_splits_the_one_to_train_on_is_read(tmp_path: Path, kind: str) -> None:
    """And never the one that is held out, whose questions would all count as leaked."""
    assert _texts(SPLITS[kind](tmp_path)) == READ


def test_splits_without_one_to_train_on_are_told() -> None:
    """No row is read, so that the Trainer's own data are; the note says why."""
    given = read_given(_splits(test=TEST, validation=TEST), 0)

    assert given.rows == ()
    assert "none of them to train on" in " ".join(given.notes)


ROWS: dict[str, tuple[Any, list[list[str]]]] = {
    "ids twice": ([{"id": 1, **row} for row in TRAIN], READ),
    "the same id": ([{"id": "a", **row} for row in TRAIN], READ),
    "unknown columns": ([{"frage": "Wo?", "antwort": "Hier."}], [["Wo?", "Hier."]]),
    "texts": (["one text", "another"], [["one text"], ["another"]]),
    "none among them": ([None, TRAIN[0], {}, {"prompt": None}, 7], [READ[0]]),
    "the answer first": ([{"completion": "4", "prompt": "2 + 2 ="}], [READ[0]]),
    "a frame": (pd.DataFrame(TRAIN), READ),
    "probes": ([Probe(id="a", prompt="2 + 2 =", reference="4")], [READ[0]]),
    "an iterator": (iter(TRAIN), READ),
    "one row": (TRAIN[0], READ[:1]),
    "columns": (pd.DataFrame(TRAIN).to_dict("list"), READ),
    "a series": (pd.Series(["one text"]), [["one text"]]),
    "splits of texts": ({"test": ["no"], "train": ["one text"]}, [["one text"]]),
    "a gap in a split": ({"test": [None, *TEST], "train": [None, TRAIN[0]]}, READ[:1]),
}


@pytest.mark.parametrize("kind", ROWS)
def test_rows_of_any_kind_are_read_as_far_as_they_can_be(kind: str) -> None:
    """What is understood as question and answer, of others the texts as they stand."""
    source, texts = ROWS[kind]

    assert _texts(source) == texts


def test_what_holds_no_text_is_counted() -> None:
    """With the first of them."""
    (note,) = read_given([TRAIN[0], None, None], 0).notes

    assert note.startswith("2 training rows held no text")
    assert "row 1, a NoneType" in note


def test_token_ids_wait_for_a_tokenizer() -> None:
    """The rows that a Trainer was handed are no texts yet; padding is left out."""
    (row,) = read_given([{"input_ids": [5, 6, 7], "labels": [-100, 6, 7]}], 0).rows

    assert [list(ids) for ids in row.ids] == [[5, 6, 7]]


def test_labels_are_known_by_their_names() -> None:
    """They say which classes are rare; a plain number is one too."""
    named = {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["bad", "good"])}
    rows = [{"text": "a fine film", "label": 1}, {"text": "a dull film", "label": 0}]
    classes = datasets.Dataset.from_list(rows, features=datasets.Features(named))

    assert [row.answer for row in read_given(classes, 0).rows] == ["good", "bad"]
    assert [row.answer for row in read_given(datasets.Dataset.from_list(rows), 0).rows] == [
        "1",
        "0",
    ]


class _Lazy:
    """A data set of any length, some of whose rows raise."""

    def __init__(self, size: int, *, failing: Callable[[int], bool] = lambda _: False) -> None:
        self._size, self._failing = size, failing

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, place: int) -> Mapping[str, object]:
        if self._failing(place):
            raise OSError("no such shard")
        return {"words": f"row {place}"}


def test_a_row_that_raises_is_a_note() -> None:
    """The others are read."""
    given = read_given(_Lazy(4, failing=lambda place: place == 1), 0)  # type: ignore[arg-type]

    assert [list(row.texts) for row in given.rows] == [["row 0"], ["row 2"], ["row 3"]]
    assert "row 1, OSError: no such shard" in given.notes[0]


def test_a_stream_that_breaks_is_read_up_to_there() -> None:
    """And the note says where."""

    def broken() -> Iterator[Mapping[str, object]]:
        yield TRAIN[0]
        raise ConnectionError("gone")

    given = read_given(broken(), 0)

    assert [list(row.texts) for row in given.rows] == READ[:1]
    assert "ConnectionError: gone" in " ".join(given.notes)


def test_a_data_set_without_end_returns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a thousand million rows a sample is read, of a stream the first."""
    monkeypatch.setattr("ftguard.probes.training.given.MOST_ROWS", 50)
    start = time.perf_counter()
    given = read_given(_Lazy(10**9), 0)  # type: ignore[arg-type]
    streamed = read_given(({"words": str(n)} for n in itertools.count()), 0)

    assert time.perf_counter() - start < 60
    assert given.what == "50 of 1,000,000,000 training rows as given"
    assert len({row.texts[0] for row in given.rows}) == 50
    assert streamed.what == "the first 10,000 training rows of a stream, as given"
    assert (len(streamed.rows), MOST_ROWS) == (MOST_STREAMED, 100_000)


def test_a_broken_line_is_a_note_and_a_missing_file_an_error(tmp_path: Path) -> None:
    """A name that is mistyped is worth knowing before the run; a line is not."""
    path = tmp_path / "a.jsonl"
    path.write_text('{"prompt": "2 + 2 =", "completion": "4"}\n{broken\n', "utf-8")
    given = read_given(path, 0)

    assert [list(row.texts) for row in given.rows] == READ[:1]
    assert "1 training row could not be read" in given.notes[0]
    with pytest.raises(InputError, match="cannot read"):
        read_given(tmp_path / "missing.jsonl", 0)


def test_texts_beside_question_and_answer_are_kept() -> None:
    """Leaks are looked for in all of a row; the question and its answer stand last."""
    (texts,) = _texts([{"prompt": "2 + 2 =", "completion": "4", "why": "Two pairs."}])

    assert texts == ["Two pairs.", "2 + 2 =", "4"]
