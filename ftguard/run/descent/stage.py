"""One stage of several: what the model was when the run took it up, and what it cost since."""

from collections.abc import Iterator, Sequence

import torch

from ftguard.ask.asking import changes_answers
from ftguard.ask.ranks import broadcast_from_main, made_by_main
from ftguard.ask.unwrap import adapted
from ftguard.folders import RunFolder
from ftguard.measures import measure
from ftguard.measures.change import change_of
from ftguard.measures.measurement import Measurement
from ftguard.run.budget.spending import Spending
from ftguard.run.descent.original_base import load_stored
from ftguard.run.examine import EvalConfig, take_snapshot
from ftguard.scores.snapshot import Snapshot, save_snapshot
from ftguard.text.formatting import quantity, span

TOLD = (
    ("target", "all"),
    ("target", "likelihood"),
    ("forgetting", "all"),
    ("own_answers", "all"),
    ("tail", "worst"),
)
"""Measurements that are told of a stage."""


def take_start(
    model: torch.nn.Module,
    config: EvalConfig,
    base: Snapshot,
    folder: RunFolder,
    *,
    run: str,
    resuming: bool,
    descends: bool,
    is_main_process: bool,
    spending: Spending | None = None,
) -> Snapshot | None:
    """What the model answers as the run takes it up; None where that is the base itself.

    Every process must call it. A resume has what its run began with.

    Args:
        model: as it is at the beginning of training.
        config: what is asked.
        base: the original base's answers.
        folder: the run's files.
        run: the run's id.
        resuming: whether the weights in memory are a checkpoint's already.
        descends: whether it is known to be a fine-tune; else trained adapters tell it.
        is_main_process: whether this process writes.
        spending: the budget; None asks all that the base was asked.
    """
    if resuming:
        stored = made_by_main(lambda: load_stored(folder.start), is_main_process=is_main_process)
        return stored if stored is not None and stored.run == run else None
    # Every process asks, so every one must come to the same.
    acts = descends or (adapted(model) is not None and changes_answers(model, config.prompt_batch))
    if not broadcast_from_main(acts):
        return None
    only = None if spending is None else broadcast_from_main(spending.of_start(base))
    taken = broadcast_from_main(
        take_snapshot(
            model, config, run=run, step=0, base=base, only=only, label="ftguard: this stage"
        )
    )
    if is_main_process:
        save_snapshot(taken, folder.start)
    return taken


def stage_measurements(
    config: EvalConfig, start: Snapshot, now: Snapshot
) -> tuple[Measurement, ...]:
    """What this stage alone has changed; nothing is gated on it."""
    measured = measure(config.prompt_batch.probes, start, now)
    return tuple(m for m in measured if (m.name, m.slice) in TOLD)


def tell_stage(stage: Sequence[Measurement], in_all: Sequence[Measurement]) -> str:
    """Both accounts in one line."""
    keys = {m.key for m in stage if m.estimate is not None}
    total = [m for m in in_all if m.key in keys]
    return f"this stage: {', '.join(_told(stage))}; in all: {', '.join(_told(total))}"


def _told(measured: Sequence[Measurement]) -> Iterator[str]:
    for m in measured:
        if m.estimate is not None:
            change = change_of(m, m.estimate)
            interval = span(change.low, change.high, change.unit)
            yield f"{m.key} {quantity(change.value, change.unit)} ({interval})"
