"""How the guard's own work grows: with the checkpoints behind it, and with the probes it asks.

    python tests/benchmarks/growth.py                    # 10, 100, 1,000 checkpoints; 300 probes
    python tests/benchmarks/growth.py --checkpoints 10 100 --probes 100 300

Everything that one more checkpoint costs beside the model's own calls, step by step as a run does
it, on a run that lies on disk. The first table has so many checkpoints behind it and asks the
fewest probes but one; the second has ten checkpoints and asks so many probes. The last column is
the exponent between the two ends: 0 is flat, 1 is linear. Medians, in milliseconds.
"""

import argparse
import math
import os
import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import TypeVar

from report_size import answers_of, probes_of, snapshot_of, trained, write_run

from ftguard import Checkup, Probe, Snapshot
from ftguard.folders import CheckpointId, RunFolder
from ftguard.measures import measure
from ftguard.report.writing import write_report
from ftguard.run.ledger import Examined, Ledger
from ftguard.run.state import RunState, after, fold
from ftguard.scores import score
from ftguard.scores.snapshot import load_snapshot, save_snapshot
from ftguard.tracking.block import render_checkup
from ftguard.tracking.story import charts
from ftguard.tracking.tracker import Opening, SoFar
from ftguard.verdict.again import decided
from ftguard.verdict.conclusion import conclude, write_conclusion
from ftguard.verdict.gates import UNDECIDED

TIMES = 3
DRAWS = 10
"""Checkpoints that are drawn; a longer run repeats what they measured."""
Timed = dict[str, float]
Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A run on disk as it stands before one more checkpoint."""

    folder: RunFolder
    probes: Sequence[Probe]
    base: Snapshot
    now: Snapshot
    """What the checkpoint that comes answers."""
    state: RunState


def standing(out: Path, *, checkpoints: int, probes: int) -> Standing:
    """Write a run of so many checkpoints and so many probes."""
    rng, folder = random.Random(0), RunFolder(out)
    asked = probes_of(probes, rng)
    base = answers_of(asked, 0.8, rng)
    later = {
        step: trained(base, asked, lost=step / 2000, gained=0.8, rng=rng)
        for step in range(10, 10 * (min(DRAWS, checkpoints) + 1), 10)
    }
    write_run(folder, asked, base, later)
    _lengthen(folder, checkpoints)
    events = Ledger(folder.ledger).read()
    return Standing(
        folder=folder,
        probes=asked,
        base=load_snapshot(folder.base),
        now=snapshot_of("r1", 10 * (checkpoints + 1), asked, later[10]),
        state=fold(events, "r1"),
    )


def _lengthen(folder: RunFolder, checkpoints: int) -> None:
    """Repeat the run's checkpoints until there are so many."""
    events = Ledger(folder.ledger).read()
    opening = [event for event in events if not isinstance(event, Examined)]
    drawn = [event.checkup for event in events if isinstance(event, Examined)]
    folder.ledger.unlink()
    ledger = Ledger(folder.ledger)
    for event in opening:
        ledger.append(event)
    for place in range(checkpoints):
        step, of = 10 * (place + 1), drawn[place % len(drawn)]
        checkup = replace(
            of,
            step=step,
            progress=(place + 1) / (checkpoints + 1),
            checkpoint=str(folder.checkpoint(step)),
        )
        ledger.append(Examined(run="r1", attempt=1, step=step, checkup=checkup))
        at = folder.answers(CheckpointId(run="r1", attempt=1, step=step))
        if not at.exists():
            at.mkdir()
            for file in folder.answers(of.id).iterdir():
                os.link(file, at / file.name)


def one_more(stand: Standing) -> Timed:
    """What one more checkpoint costs, each part in seconds."""
    spent: Timed = {}

    def timed(name: str, work: Callable[[], Found]) -> Found:
        taken = []
        for _ in range(TIMES):
            begun = time.process_time()
            found = work()
            taken.append(time.process_time() - begun)
        spent[name] = median(taken)
        return found

    folder, state = stand.folder, stand.state
    run, past = state.attempts[-1], state.checkups
    timed("score", lambda: score(stand.probes, stand.now.answers))
    measured = timed("measure", lambda: tuple(measure(stand.probes, stand.base, stand.now)))
    asked = Checkup(
        run=run.id,
        attempt=1,
        step=stand.now.step,
        epoch=1.0,
        progress=1.0,
        checkpoint=str(folder.checkpoint(stand.now.step)),
        eval_loss=None,
        measurements=measured,
        verdict=UNDECIDED,
        advice=(),
        seconds=1.0,
        learning_rate=2e-4,
    )
    checkup = timed(
        "decide and advise", lambda: decided(asked, past, run, look=state.next_look, patience=2)
    )
    timed("save the answers", lambda: save_snapshot(stand.now, folder.answers(checkup.id)))
    event = Examined(run=run.id, attempt=1, step=checkup.step, checkup=checkup)
    whole = folder.ledger.read_bytes()
    timed("append to the ledger", lambda: Ledger(folder.ledger).append(event))
    folder.ledger.write_bytes(whole)
    Ledger(folder.ledger).append(event)
    new = timed("fold", lambda: after(state, event))
    timed("`guard.checkups`", lambda: new.checkups)
    choice = timed("choose", lambda: replace(new).choice)
    timed("console", lambda: render_checkup(checkup, 0.1, colour=False))
    told = SoFar(
        opening=Opening(run=run, folder=folder, probes=stand.probes, base=stand.base),
        checkup=checkup,
        share=0.1,
        base=stand.base,
        now=stand.now,
        checkups=new.checkups,
        choice=choice,
    )
    timed("W&B's charts", lambda: charts(told))
    timed(
        "verdict.json",
        lambda: write_conclusion(
            conclude(run, new.checkups, choice, None, folder, finished=False), folder
        ),
    )
    spent["without the report"] = math.fsum(spent.values())
    timed("report", lambda: write_report(folder.output_dir))
    return spent


def table(title: str, by_size: Mapping[int, Timed]) -> None:
    """Print what each part takes at each size, and how it grows."""
    sizes = sorted(by_size)
    print(f"\n{title:<22}" + "".join(f"{size:>11,}" for size in sizes) + "   exponent")
    for name in by_size[sizes[0]]:
        taken = [1e3 * by_size[size][name] for size in sizes]
        rise = math.log(max(taken[-1], 1e-6) / max(taken[0], 1e-6))
        exponent = rise / math.log(sizes[-1] / sizes[0]) if len(sizes) > 1 else math.nan
        print(f"{name:<22}" + "".join(f"{t:>11,.2f}" for t in taken) + f"{exponent:>11.2f}")


def measured_at(*, checkpoints: int, probes: int) -> Timed:
    """One more checkpoint after so many, asked so much."""
    with tempfile.TemporaryDirectory() as out:
        return one_more(standing(Path(out) / "run", checkpoints=checkpoints, probes=probes))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--checkpoints", type=int, nargs="+", default=[10, 100, 1000])
    parser.add_argument("--probes", type=int, nargs="+", default=[100, 300, 1000, 3000])
    args = parser.parse_args()
    few = sorted(args.probes)[min(1, len(args.probes) - 1)]
    measured_at(checkpoints=2, probes=few)  # What is imported late is no part of it.
    table(
        f"checkpoints ({few} probes)",
        {n: measured_at(checkpoints=n, probes=few) for n in args.checkpoints},
    )
    table(
        "probes (10 checkpoints)",
        {n: measured_at(checkpoints=10, probes=n) for n in args.probes},
    )


if __name__ == "__main__":
    main()
