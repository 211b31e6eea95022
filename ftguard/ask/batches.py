"""Runs rows in batches of like length, and goes on with half of a batch when memory runs out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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
    notes: list[str] = field(default_factory=list)
    """One sentence for each time that memory ran out."""


def in_batches(
    rows: Sequence[ItemT],
    length: Callable[[ItemT], int],
    run: Callable[[list[ItemT]], list[Result]],
    plan: BatchPlan,
    done: Callable[[int], object],
) -> list[Result]:
    """Run all rows, longest first, and return one result for each in the given order.

    Args:
        rows: what to run.
        length: tokens that a row takes in its batch.
        run: runs one batch; a `torch.OutOfMemoryError` halves it, and every later one.
        plan: the limits; changed where memory runs out.
        done: told the number of rows after each batch (for a progress bar).

    Raises:
        torch.OutOfMemoryError: a single row does not fit.
    """
    results: dict[int, Result] = {}
    order = sorted(range(len(rows)), key=lambda index: (-length(rows[index]), index))
    while order:
        fitting = plan.max_tokens // max(1, length(rows[order[0]]))
        size = max(1, min(len(order), plan.max_rows, fitting))
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


def _is_out_of_memory(error: Exception) -> bool:
    # The allocators of the CPU and of Apple's GPUs have no exception class of their own.
    named = any(name in str(error) for name in ("DefaultCPUAllocator", "MPS backend out of memory"))
    return isinstance(error, torch.OutOfMemoryError) or named
