"""Runs rows in batches of like length, and goes on with half of a batch when memory runs out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

import torch

ItemT = TypeVar("ItemT")
Result = TypeVar("Result")

MAX_ROWS = 64
MAX_TOKENS = 16_384
"""Tokens in one batch, padding included."""


@dataclass(kw_only=True)
class BatchPlan:
    """The limits that batches are cut by, and what had to change on the way.

    Base and checkpoints are asked by the same plan, since the grouping of rows moves the last
    bits of a result.
    """

    max_rows: int = MAX_ROWS
    max_tokens: int = MAX_TOKENS
    padded: bool = True
    """Whether rows of unlike lengths go together: not for a model that padding disturbs."""
    own_loop: bool | None = None
    """Whether answers are written by our own loop (`ftguard.ask.loop`); None until it was tried."""
    packs: bool | None = None
    """Whether texts that go on from the same tokens are read behind them in one row; None where
    that was not tried yet."""
    shares: bool | None = None
    """Whether what several rows begin with is run once for them all; None as above."""
    notes: list[str] = field(default_factory=list)
    """One sentence for each time that memory ran out."""

    @property
    def limits(self) -> dict[str, int]:
        """What a snapshot keeps of it, so that others can be taken in the same batches."""
        return {"max_rows": self.max_rows, "max_tokens": self.max_tokens}

    def follow(self, limits: Mapping[str, int]) -> None:
        """Take no larger batches than an earlier snapshot, which this one is compared with.

        Args:
            limits: of that snapshot; empty where it kept none.
        """
        self.max_rows = min(self.max_rows, limits.get("max_rows", self.max_rows))
        self.max_tokens = min(self.max_tokens, limits.get("max_tokens", self.max_tokens))


def in_batches(
    rows: Sequence[ItemT],
    length: Callable[[ItemT], int],
    run: Callable[[list[ItemT]], list[Result]],
    plan: BatchPlan,
    done: Callable[[int], object],
    *,
    cost: Callable[[ItemT], int] | None = None,
) -> list[Result]:
    """Run all rows, longest first, and return one result for each in the given order.

    Args:
        rows: what to run.
        length: tokens that a row takes in its batch.
        run: runs one batch; a `torch.OutOfMemoryError` halves it, and every later one.
        plan: the limits; changed where memory runs out.
        done: told the number of rows after each batch (for a progress bar).
        cost: what a row takes of the batch's tokens where that is more than its length.

    Raises:
        torch.OutOfMemoryError: a single row does not fit.
    """
    results: dict[int, Result] = {}
    order = sorted(range(len(rows)), key=lambda index: (-length(rows[index]), index))
    while order:
        size = _fitting((rows[index] for index in order), cost or length, plan)
        if not plan.padded:
            longest = length(rows[order[0]])
            size = sum(1 for index in order[:size] if length(rows[index]) == longest)
        batch, order = order[:size], order[size:]
        try:
            outputs = run([rows[index] for index in batch])
        except (torch.OutOfMemoryError, RuntimeError) as error:
            if not _is_out_of_memory(error) or size == 1:
                raise
            plan.max_rows = max(1, size // 2)
            plan.notes.append(f"memory ran out at {size} rows a batch; went on with half")
            order = batch + order
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
            continue
        results.update(zip(batch, outputs, strict=True))
        done(size)
    return [results[index] for index in range(len(rows))]


def _fitting(rows: Iterable[ItemT], cost: Callable[[ItemT], int], plan: BatchPlan) -> int:
    """How many of the first rows go together, at least one."""
    most = size = 0
    for row in islice(rows, plan.max_rows):
        most = max(most, cost(row))
        if size and (size + 1) * most > plan.max_tokens:
            break
        size += 1
    return size


def _is_out_of_memory(error: Exception) -> bool:
    # The allocators of the CPU and of Apple's GPUs have no exception class of their own.
    named = any(name in str(error) for name in ("DefaultCPUAllocator", "MPS backend out of memory"))
    return isinstance(error, torch.OutOfMemoryError) or named
