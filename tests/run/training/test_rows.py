"""Tests of looking at training rows: masked, packed, padded and streamed ones, and unreadable."""

import random
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import datasets
import pytest
import torch
from torch.utils.data import DataLoader
from transformers import (
    DataCollatorForLanguageModeling,
    DataCollatorForSeq2Seq,
    PreTrainedTokenizerFast,
)

from ftguard.run.training.rows import TrainingRow, of_one_length, training_rows

IDS = [1, 10, 11, 12, 13, 2]


def rows_of(rows: Any, collate: Any = None) -> tuple[TrainingRow, ...]:
    """What is seen of a data set behind a collator."""
    return training_rows(SimpleNamespace(dataset=rows, collate_fn=collate))


@pytest.mark.parametrize(
    ("labels", "answer"),
    [
        ([-100, -100, -100, 12, 13, 2], (3, 6)),
        # What follows the answer is not trained.
        ([-100, -100, -100, 12, 13, -100], (3, 5)),
        # Of two answers the last one.
        ([-100, 10, -100, -100, 13, 2], (4, 6)),
        # All is trained, but for BOS or the token between two texts.
        (IDS, None),
        ([-100, 10, 11, 12, 13, 2], None),
        ([1, 10, -100, 12, 13, 2], None),
        ([-100] * 6, None),
        # No labels of tokens.
        ([1], None),
    ],
)
def test_the_answer_is_where_labels_are(
    labels: Sequence[int], answer: tuple[int, int] | None
) -> None:
    """After a prompt of two tokens or more without loss; else the row is one text."""
    (row,) = rows_of([{"input_ids": IDS, "labels": labels}])

    assert row == TrainingRow(ids=tuple(IDS), answer=answer)
    assert row.prompt == (None if answer is None else tuple(IDS[: answer[0]]))
    assert row.trained == tuple(IDS[: answer[1]] if answer else IDS)


def test_rows_are_seen_as_the_collator_makes_them(tokenizer: PreTrainedTokenizerFast) -> None:
    """Its labels count, its padding does not, and the data set's own rows stay as they are."""
    collate = DataCollatorForSeq2Seq(tokenizer, pad_to_multiple_of=8)
    masked = [-100, -100, -100, 12, 13, 2]
    rows = [{"input_ids": list(IDS), "attention_mask": [1] * 6, "labels": masked}]

    assert rows_of(rows, collate) == (TrainingRow(ids=tuple(IDS), answer=(3, 6)),)
    assert rows == [{"input_ids": IDS, "attention_mask": [1] * 6, "labels": masked}]

    # This one trains on all, whatever labels there were.
    plain = DataCollatorForLanguageModeling(tokenizer, mlm=False)
    assert rows_of([{"input_ids": IDS}], plain) == (TrainingRow(ids=tuple(IDS)),)


@pytest.mark.parametrize(
    "marks", [{"seq_lengths": [4, 2]}, {"position_ids": [0, 1, 2, 3, 0, 1]}], ids=["trl", "plain"]
)
def test_a_packed_row_is_taken_apart_where_it_says(marks: dict[str, list[int]]) -> None:
    """Two samples of four and two tokens; the second has no prompt of its own."""
    row = {"input_ids": torch.tensor(IDS), "labels": [-100, -100, 11, 12, 13, 2]} | marks

    assert rows_of([row]) == (
        TrainingRow(ids=(1, 10, 11, 12), answer=(2, 4)),
        TrainingRow(ids=(13, 2)),
    )


def test_sixteen_rows_are_seen_evenly_spread_and_of_a_stream_the_first() -> None:
    """Of 32 rows every second one, whose lengths differ; a stream is not used up."""
    table = datasets.Dataset.from_list([{"input_ids": [n] * (1 + n % 3)} for n in range(32)])
    stream = table.to_iterable_dataset()

    assert [row.ids[0] for row in rows_of(table)] == list(range(0, 32, 2))
    assert [row.ids[0] for row in rows_of(stream)] == list(range(16))
    assert len(list(stream)) == 32


def test_looking_draws_nothing() -> None:
    """Rows that are drawn by chance leave the random state as it was."""

    class Chance:
        def __len__(self) -> int:
            return 3

        def __getitem__(self, place: int) -> dict[str, list[int]]:
            return {"input_ids": [random.randrange(9), int(torch.randint(9, ()))]}

    random.seed(1)
    torch.manual_seed(1)
    before = random.getstate(), torch.get_rng_state().tolist()

    assert len(rows_of(Chance())) == 3
    assert (random.getstate(), torch.get_rng_state().tolist()) == before


def _fails(_: Any) -> Any:
    raise RuntimeError


@pytest.mark.parametrize(
    ("rows", "collate"),
    [
        (None, None),
        ([], None),
        # Preferences: no row is one sample.
        (
            [{"prompt_ids": [1], "chosen_ids": [2], "rejected_ids": [3]}],
            lambda _: {"input_ids": [[1], [2]]},
        ),
        ([{"prompt": "Hi"}], lambda rows: rows),
        (["Hi"], None),
        ([{"text": "Hi"}], _fails),
        ([{"input_ids": "Hi"}], _fails),
        ([{"input_ids": IDS, "labels": 1}], _fails),
        (iter([]), None),
    ],
)
def test_what_cannot_be_read_is_no_rows(rows: Any, collate: Any) -> None:
    """Nothing is raised, whatever a data set holds or a collator does."""
    assert rows_of(rows, collate) == ()


def test_a_row_that_cannot_be_read_hides_no_other() -> None:
    """Ids that are none, a row that raises and one of another kind are passed over."""

    class Odd(list[Any]):
        def __getitem__(self, place: Any) -> Any:
            if place == 1:
                raise OSError("a picture is gone")
            return super().__getitem__(place)

    rows = Odd([{"input_ids": None, "messages": [{"content": None}]}, {}, "Hi", {"input_ids": IDS}])

    assert [row.ids for row in rows_of(rows)] == [tuple(IDS)]


def test_a_real_loader_is_not_walked(tokenizer: PreTrainedTokenizerFast) -> None:
    """Rows come by the data set and the collator of the loader, whose sampler draws none."""
    loader: DataLoader[Any] = DataLoader(
        [{"input_ids": IDS}, {"input_ids": IDS[:3]}],  # type: ignore[arg-type]
        shuffle=True,
        collate_fn=DataCollatorForLanguageModeling(tokenizer, mlm=False),
    )
    before = torch.get_rng_state().tolist()

    rows = training_rows(loader)

    assert [row.ids for row in rows] == [tuple(IDS), tuple(IDS[:3])]
    assert torch.get_rng_state().tolist() == before


def test_rows_of_one_length_may_be_cut_anywhere() -> None:
    """One row alone says nothing."""
    rows = [TrainingRow(ids=ids) for ids in ((1, 2), (3, 4), (5,))]

    assert of_one_length(rows[:2])
    assert not of_one_length(rows)
    assert not of_one_length(rows[:1])
