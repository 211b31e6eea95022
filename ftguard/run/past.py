"""Says what a run takes over from before: the attempts it goes on from, rates, an original base."""

import secrets
from collections.abc import Iterator

from ftguard.folders import RunFolder
from ftguard.run.descent.bringing import bring
from ftguard.run.descent.lineage import (
    Descent,
    read_lineage,
)
from ftguard.run.descent.original_base import ITSELF
from ftguard.run.given import Host, Settings
from ftguard.run.ledger import (
    Acted,
    Ledger,
    current_run,
)
from ftguard.run.state import RunState, fold
from ftguard.scores.snapshot import Snapshot
from ftguard.text.formatting import rate
from ftguard.verdict.run import Run


def state_before(
    folder: RunFolder, host: Host, mark: Descent | None, settings: Settings
) -> RunState:
    """A new run, or what has happened in the one that is resumed."""
    new = RunState(run=secrets.token_hex(4), strict=settings.strict)
    if not host.resuming:
        return new
    if mark is not None:
        bring(mark, folder, settings.sets.digest)
    events = Ledger(folder.ledger).read()
    lineage = read_lineage(folder.checkpoint(host.state.global_step))
    latest = current_run(events)
    named = mark.run if mark else lineage.checkup.run if lineage else latest.id if latest else ""
    if named not in {event.run for event in events}:
        return new
    return fold(events, named, strict=settings.strict)


def next_attempt(before: RunState, host: Host) -> Run:
    """What the Trainer says of the attempt; the run's first one set its rate and its looks."""
    first = before.attempts[0] if before.attempts else None
    planned = host.planned_checkpoints
    return Run(
        id=before.run,
        attempt=max((run.attempt for run in before.attempts), default=0) + 1,
        resumed_from=host.state.global_step,
        method=host.method,
        learning_rate=first.learning_rate if first else host.rate,
        max_steps=host.state.max_steps,
        planned_checkpoints=planned,
        planned_looks=first.planned_looks if first else planned,
        kind=host.kind,
    )


def on_the_past(
    run: Run, descent: Descent | None, start: Snapshot | None, lowered: Acted | None, own: float
) -> Iterator[str]:
    """What was taken over from before, a line each.

    Args:
        run: the attempt that begins.
        descent: the original base, where the model is a fine-tune of it.
        start: of the model as the run takes it up, where that is no longer its base.
        lowered: the latest lowering of the rate in this run.
        own: the rate that the user gave.
    """
    if descent is not None:
        of = descent.original.model or "its original base"
        yield (
            f"this model is a fine-tune of {of} (by {descent.source}): costs are counted from that "
            f'base, and those of this stage beside; base="{ITSELF}" counts from here'
        )
    elif start is not None:
        yield "the adapters are trained already: this stage's costs are told beside those in all"
    if lowered is None or run.rate is None:
        return
    at = f"step {lowered.step} lowered the learning rate to {rate(lowered.learning_rate)}"
    if run.rate != own:
        yield f"{at}, which is done again: the remaining steps train at that, not at {rate(own)}"
    elif lowered.learning_rate < own:
        yield f"{at}; without `act_on_breach` yours is left alone, {rate(own)}"
