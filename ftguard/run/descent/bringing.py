"""Brings what an earlier attempt wrote into the output folder that its resume writes to."""

import shutil
from pathlib import Path

from ftguard.folders import RunFolder
from ftguard.run.descent.lineage import Descent, write_original
from ftguard.run.descent.original import Original
from ftguard.run.ledger import AnyEvent, Chosen, Ledger
from ftguard.tracking import say


def bring(mark: Descent, folder: RunFolder, sets: str) -> None:
    """Go on in `folder` with the run of a checkpoint that was resumed from another one.

    Its events, questions, base and answers are copied, unless the run is in `folder` already, is
    gone, or is asked other questions now; then the resume is a run of its own, on the same base.

    Args:
        mark: what the resumed checkpoint names.
        folder: where the resume writes.
        sets: the digest of the sets that are asked from now on.
    """
    root = Path(mark.original.folder).parent
    there = RunFolder(root.parent)
    if there.root.resolve() == folder.root.resolve() or not there.base.is_dir():
        return
    events = [event for event in Ledger(there.ledger).read() if event.run == mark.run]
    here = {event.run for event in Ledger(folder.ledger).read()}
    if not events or mark.run in here or not _asks(events, sets) or not there.probes.exists():
        return
    for source, target in (
        (there.base, folder.base),
        (there.start, folder.start),
        (there.answers_of(mark.run), folder.answers_of(mark.run)),
    ):
        if source.is_dir():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(source, target)
    shutil.copy2(there.probes, folder.probes)
    write_original(folder, _moved(mark.original, folder))
    ledger = Ledger(folder.ledger)
    for event in events:
        ledger.append(event)
    say(f"run {mark.run} goes on here: its record was copied from {there.root}")


def _asks(events: list[AnyEvent], sets: str) -> bool:
    chosen = [event for event in events if isinstance(event, Chosen)]
    return bool(chosen) and chosen[-1].sets == sets


def _moved(original: Original, folder: RunFolder) -> Original:
    return Original(
        digest=original.digest,
        folder=str(folder.base),
        weights=original.weights,
        model=original.model,
        revision=original.revision,
        dtype=original.dtype,
    )
