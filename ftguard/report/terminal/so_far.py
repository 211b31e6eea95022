"""What a run has come to so far, read off its ledger while another process trains it."""

import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ftguard.errors import InputError
from ftguard.folders import find_run
from ftguard.measures.measurement import Measurement
from ftguard.probes.probe import JUDGED
from ftguard.report.recorded import RecordedRun, read_run
from ftguard.run.judged_scores import NOW, judged_by_step
from ftguard.run.ledger import Acted, AnyEvent, BaseTaken, Examined, Lost, RunStarted, Scored
from ftguard.text.formatting import duration, rate
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate
from ftguard.verdict.life import life_of


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One measurement over the checkpoints."""

    key: str
    values: tuple[float | None, ...]
    """A change at each checkpoint, in the measurement's unit; None where there is none."""
    last: Measurement
    gate: Gate | None
    """The limit, where there is one."""


def read_so_far(path: Path) -> RecordedRun | None:
    """The latest run; None where none has begun.

    A line that is just being written is read the next time.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return read_run(path)
        except InputError:
            return None


def news(path: Path, every: float) -> Iterator[RecordedRun | None]:
    """The run, each time that something new stands in its folder, and None while there is none.

    It is looked at again after so many seconds, and ends once training has ended or was
    interrupted: where that is so for two looks, so that a resume that begins just now is not
    missed. Where nothing is new, the same run comes again.
    """
    known: tuple[object, ...] = ()
    run: RecordedRun | None = None
    ended = 0
    while True:
        now = _marks(path)
        if now != known or run is None:
            known, run = now, read_so_far(path)
        ended = ended + 1 if run is not None and is_over(run) else 0
        yield run
        if ended > 1:
            return
        time.sleep(every)


def is_over(run: RecordedRun) -> bool:
    """Whether the run has ended, or was interrupted."""
    return run.so_far.finished or run.so_far.interrupted


def _marks(path: Path) -> tuple[object, ...]:
    folder = find_run(path)
    found: list[object] = []
    for file in (folder.ledger, folder.verdict):
        try:
            stat = file.stat()
        except OSError:
            found.append(None)
        else:
            found.append((str(file), stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return (*found, life_of(folder))


def quiet_for(run: RecordedRun) -> float:
    """Seconds since the run last wrote into its ledger."""
    try:
        return max(0.0, time.time() - run.folder.ledger.stat().st_mtime)
    except OSError:
        return 0.0


def curves(run: RecordedRun) -> tuple[Curve, ...]:
    """Target, then everything that a gate looks at, at every checkpoint so far."""
    gates = {gate.key: gate for gate in run.run.gates}
    if not run.checkups:
        return ()
    keys = [m.key for m in run.checkups[-1].measurements if m.name == "target"]
    keys += [key for key in gates if key not in keys]
    found = ((key, [_find(checkup, key) for checkup in run.checkups]) for key in keys)
    return tuple(
        Curve(
            key=key,
            values=tuple(m.estimate.value if m and m.estimate else None for m in at),
            last=at[-1],
            gate=gates.get(key),
        )
        for key, at in found
        if at[-1] is not None
    )


def _find(checkup: Checkup, key: str) -> Measurement | None:
    return next((m for m in checkup.measurements if m.key == key), None)


def to_come(run: RecordedRun) -> str:
    """How many checkpoints are to come, and what checking them will take."""
    done = [c for c in run.checkups if c.attempt == run.run.attempt]
    share = f"{run.checkups[-1].progress:.0%} of {run.run.max_steps} steps" if run.checkups else ""
    if run.run.planned_checkpoints is None:
        return share or f"{run.run.max_steps} steps planned"
    left = max(0, run.run.planned_checkpoints - len(done))
    if not left:
        return f"{share}, every checkpoint is examined"
    told = f"{left} checkpoint{'s' * (left != 1)} to come"
    seconds = [c.seconds for c in run.checkups if c.seconds > 0]
    if seconds:
        each = sum(seconds) / len(seconds)
        told += f", each check about {duration(each)}, {duration(left * each)} in all"
    return ", ".join(filter(None, (share, told)))


def judged_so_far(run: RecordedRun) -> str:
    """How many of the newest checkpoint's open answers a judge has scored, until it has all."""
    if not run.state.scored or not run.checkups or is_over(run):
        return ""
    last = run.checkups[-1]
    judged = judged_by_step(run.state.scored, last.attempt, last.step)
    done = sum(key.startswith(NOW) for key in judged)
    of = sum(probe.scorer == JUDGED for probe in run.probes)
    return f"the judge has seen {done} of {of} answers of step {last.step}" if done < of else ""


def last_event(events: Sequence[AnyEvent]) -> str:
    """The newest line of the ledger in words."""
    return _event(events[-1]) if events else "nothing yet"


def _event(event: AnyEvent) -> str:
    told = {
        RunStarted: f"the run went on from step {event.step} (attempt {event.attempt})"
        if event.attempt > 1
        else "the run began",
        BaseTaken: "the base was asked; training begins",
        Examined: f"step {event.step} was examined",
        Scored: f"the judge scored answers of step {event.step}",
        Lost: f"the files of step {event.step} are gone",
    }
    if isinstance(event, Acted):
        if event.do == "lower_learning_rate":
            return f"step {event.step} lowered the learning rate to {rate(event.learning_rate)}"
        return f"step {event.step} asked to stop: {event.reason}"
    return told.get(type(event), "the probes were chosen")
