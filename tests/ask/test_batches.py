"""Tests of `in_batches`: the order of batches and results, and what happens without memory."""

import pytest
import torch

from ftguard.ask.batches import BatchPlan, in_batches


class Runner:
    """Answers rows with their double, noting each batch; memory holds only so many rows."""

    def __init__(self, rows_that_fit: int = 1000) -> None:
        self.rows_that_fit = rows_that_fit
        self.batches: list[list[int]] = []
        self.done: list[int] = []

    def __call__(self, batch: list[int]) -> list[int]:
        """One batch."""
        self.batches.append(batch)
        if len(batch) > self.rows_that_fit:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return [2 * row for row in batch]

    def over(self, rows: list[int], plan: BatchPlan) -> list[int]:
        """All rows, each as long as its number."""
        return in_batches(rows, lambda row: row, self, plan, self.done.append)


def test_results_come_in_the_order_of_the_rows() -> None:
    """The longest rows run first, so that memory runs out at once if ever; results do not move."""
    runner = Runner()

    results = runner.over([3, 1, 4, 1, 5], BatchPlan(max_rows=2))

    assert results == [6, 2, 8, 2, 10]
    assert runner.batches == [[5, 4], [3, 1], [1]]
    assert runner.done == [2, 2, 1]


def test_rows_of_one_length_keep_their_order() -> None:
    """Equal lengths run as given, so that a plan makes the same batches each time."""
    seen: list[str] = []

    in_batches(
        ["b", "a", "c"],
        lambda _: 1,
        lambda batch: [seen.append(row) for row in batch],  # type: ignore[func-returns-value]
        BatchPlan(),
        lambda _: None,
    )

    assert seen == ["b", "a", "c"]


def test_a_batch_is_bounded_by_its_padded_tokens() -> None:
    """Of at most 20 tokens: 2 rows padded to 10, then 4 padded to 5; a row of 30 runs alone."""
    runner = Runner()

    runner.over([30, 10, 9, 5, 5, 4, 3], BatchPlan(max_tokens=20))

    assert runner.batches == [[30], [10, 9], [5, 5, 4, 3]]


def test_no_rows_need_no_batch() -> None:
    """Nothing runs for nothing."""
    runner = Runner()

    assert runner.over([], BatchPlan()) == []
    assert runner.batches == []


def test_a_row_of_no_length_runs() -> None:
    """A length of 0 does not divide."""
    assert Runner().over([0, 0], BatchPlan()) == [0, 0]


def test_memory_that_runs_out_halves_this_batch_and_all_later_ones() -> None:
    """With memory for 2 rows, a plan of 8 is halved to 4 and 2, says so twice, and stays at 2."""
    runner, plan = Runner(rows_that_fit=2), BatchPlan(max_rows=8)

    assert runner.over([9, 8, 7, 6, 5, 4, 3, 2, 1], plan) == [18, 16, 14, 12, 10, 8, 6, 4, 2]
    assert [len(batch) for batch in runner.batches] == [8, 4, 2, 2, 2, 2, 1]
    assert plan.max_rows == 2
    assert plan.notes == [
        "memory ran out at 8 rows a batch; went on with half",
        "memory ran out at 4 rows a batch; went on with half",
    ]
    assert runner.done == [2, 2, 2, 2, 1]

    later = Runner(rows_that_fit=2)
    later.over([1] * 5, plan)
    assert [len(batch) for batch in later.batches] == [2, 2, 1]
    assert len(plan.notes) == 2


def test_half_of_an_odd_batch_is_rounded_down() -> None:
    """3 rows without memory become 1 and 1 and 1."""
    runner, plan = Runner(rows_that_fit=1), BatchPlan()

    runner.over([3, 2, 1], plan)

    assert [len(batch) for batch in runner.batches] == [3, 1, 1, 1]
    assert plan.max_rows == 1


def test_a_single_row_without_memory_is_an_error() -> None:
    """What does not fit alone does not fit."""
    with pytest.raises(torch.OutOfMemoryError):
        Runner(rows_that_fit=0).over([2, 1], BatchPlan())


def test_a_real_failure_of_the_cpu_allocator_is_recognised() -> None:
    """A petabyte cannot be had: torch's own error, a plain RuntimeError, halves the batch."""
    plan = BatchPlan()

    def run(batch: list[int]) -> list[int]:
        if len(batch) > 1:
            torch.empty(2**50, dtype=torch.uint8)
        return batch

    assert in_batches([2, 1], lambda row: row, run, plan, lambda _: None) == [2, 1]
    assert plan.notes == ["memory ran out at 2 rows a batch; went on with half"]


def test_any_other_error_is_not_about_memory() -> None:
    """A bug is not retried in smaller pieces."""
    calls: list[int] = []

    def run(batch: list[int]) -> list[int]:
        calls.append(len(batch))
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes"):
        in_batches([2, 1], lambda row: row, run, BatchPlan(), lambda _: None)
    assert calls == [2]
