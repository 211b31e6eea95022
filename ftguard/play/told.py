"""Tells the page what it shows: every run in a line, and those that are looked at in full."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ftguard.demo.advised import follow
from ftguard.demo.dials import Dials
from ftguard.demo.explained import as_flags, described
from ftguard.demo.failures import FAILURES
from ftguard.demo.losses import Loss
from ftguard.errors import FtguardError
from ftguard.play.answers import Shown, pick_answers
from ftguard.play.curves import Curve, curves_of
from ftguard.play.found import Found, read_found
from ftguard.play.guess import GUESSES, Tally, is_right, last_of, tally
from ftguard.play.record import PlayRecord
from ftguard.play.runs import Runs
from ftguard.text.visible import visible
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gates import Outcome

OWN = "Your own dials"
TARGET = "target/"
"""What the ids of the target's questions begin with."""
VERDICTS = {True: "passed", None: "undecided", False: "BLOCKED"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One run in the list."""

    number: int
    title: str
    status: str
    """`running`, `finished`, `stopped` or `failed`."""
    verdict: str | None
    """Of the last checkpoint so far."""
    right: bool | None
    """Whether the guess was right; None while that is open, or where none was made."""


@dataclass(frozen=True, kw_only=True)
class GateTold:
    """What one gate says of the last checkpoint."""

    key: str
    state: str
    explanation: str


@dataclass(frozen=True, kw_only=True)
class RunTold:
    """One run in full."""

    line: Line
    what: str
    """What is set; empty for dials of one's own."""
    dials: str
    command: str
    """What runs the same in a terminal."""
    failure: str | None
    guess: str
    step: int
    steps: int
    seconds: float
    losses: tuple[Loss, ...]
    curves: tuple[Curve, ...]
    gates: tuple[GateTold, ...]
    advice: tuple[str, ...]
    advised: Dials | None
    """The dials as advised; None where the advice turns none."""
    leaks: str
    """What of the test stands in the training data; empty for nothing."""
    kept: str
    happened: str
    """What came of it, once that is so."""
    why: str
    answers: tuple[Shown, ...]


@dataclass(frozen=True, kw_only=True)
class Told:
    """All that the page shows."""

    runs: tuple[Line, ...]
    tally: Tally
    shown: tuple[RunTold, ...]


def tell(runs: Runs, shown: Sequence[int]) -> Told:
    """The state of all runs, and of those that are looked at in full.

    Args:
        runs: of the page.
        shown: numbers of runs; one that there is not is left out.
    """
    records = runs.records
    lines = {record.number: _line(record, runs.folder(record)) for record in records}
    in_full = [r for number in dict.fromkeys(shown) for r in records if r.number == number]
    return Told(
        runs=tuple(lines.values()),
        tally=tally(line.right for line in lines.values()),
        shown=tuple(_in_full(r, lines[r.number], runs.folder(r)) for r in in_full),
    )


def _read(folder: Path) -> Found:
    try:
        return read_found(folder)
    except FtguardError:
        # A ledger of another version; the run's own record tells that there was one.
        return Found()


def _line(record: PlayRecord, folder: Path) -> Line:
    last = record.last
    if record.how is None:
        so_far = _read(folder).last
        last = last_of(so_far) if so_far else None
    failure = FAILURES.get(record.failure or "")
    return Line(
        number=record.number,
        title=failure.title if failure else OWN,
        status=record.how or "running",
        verdict=VERDICTS[last.passed] if last else None,
        right=is_right(record.guess, last) if record.how == "finished" else None,
    )


def _in_full(record: PlayRecord, line: Line, folder: Path) -> RunTold:
    found = _read(folder)
    last, failure = found.last, FAILURES.get(record.failure or "")
    return RunTold(
        line=line,
        what=failure.what if failure else "",
        dials=described(record.dials),
        command=f"ftguard demo {as_flags(record.dials)}".strip(),
        failure=record.failure,
        guess=GUESSES[record.guess][0],
        step=found.losses[-1].step if found.losses else 0,
        steps=record.dials.steps,
        seconds=(record.ended or time.time()) - record.began,
        losses=found.losses,
        curves=curves_of(found),
        gates=tuple(map(_gate, last.verdict.outcomes)) if last else (),
        advice=tuple(visible(advice.text) for advice in last.advice) if last else (),
        advised=_advised(record, last),
        leaks=_leaks(found),
        kept=_kept(found, line.status),
        happened=_happened(record, last) if record.how == "finished" else "",
        why=visible(record.why),
        answers=pick_answers(folder, last.id) if last else (),
    )


def _gate(outcome: Outcome) -> GateTold:
    return GateTold(
        key=outcome.gate.key, state=outcome.state, explanation=visible(outcome.explanation)
    )


def _advised(record: PlayRecord, last: Checkup | None) -> Dials | None:
    advised = follow(last, record.dials) if last else record.dials
    return None if advised == record.dials else advised


def _leaks(found: Found) -> str:
    test = [leak for leak in found.leaks if leak.probe_id.startswith(TARGET)]
    if not test:
        return ""
    return (
        f"Leak: {len(test)} questions of the test stand in the training data, such as "
        f"`{visible(test[0].probe_id)}` ({test[0].kind}, {visible(test[0].where)}). They are left "
        "out of all that is measured."
    )


def _kept(found: Found, status: str) -> str:
    if not found.checkups:
        return "" if status == "running" else "No checkpoint was examined."
    so_far = " so far" if status == "running" else ""
    if found.best is None:
        return f"No checkpoint is kept{so_far}."
    return f"Kept{so_far}: the checkpoint of step {found.best.step}."


def _happened(record: PlayRecord, last: Checkup | None) -> str:
    failure = FAILURES.get(record.failure or "")
    if failure is not None:
        return failure.happened
    if last is None:
        return "The run ended before a checkpoint was examined, so there is nothing to say of it."
    return _IN_GENERAL[last.verdict.passed]


_IN_GENERAL = {
    True: "Nothing was lost beyond the limits. Look at the target: a run that costs nothing "
    "because it learned nothing is no reason to ship.",
    None: "No gate is against it, but one can't tell: its interval reaches too far, or it is "
    "beyond its limit by what may be chance. More questions, or another seed, would tell.",
    False: "A gate found more lost than its limit allows, beyond chance: the sentence beside it "
    "says what. The advice says which dial to turn, and how far.",
}
"""What came of dials of one's own, by the last checkpoint's verdict."""
