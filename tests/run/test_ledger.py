"""Tests of the ledger: what is written is read back, torn and broken lines, and the folds."""

from pathlib import Path

import pytest

from ftguard.errors import FtguardError
from ftguard.measures.measurement import Measurement
from ftguard.run.ledger import (
    Acted,
    AnyEvent,
    BaseTaken,
    Examined,
    Ledger,
    Lost,
    RunStarted,
    Superseded,
    current_run,
)
from ftguard.stats.alpha_spending import Look
from ftguard.stats.estimates import Estimate
from ftguard.verdict.advice import Stop
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import DEFAULT_GATES, decide
from ftguard.verdict.run import Run

LOOK = Look(number=1, planned=2)
"""It allows p = 0.05 * 0.95 / 2 = 0.02375, where an interval of 95 % just leaves out 0."""


def _run(run: str = "r", attempt: int = 1, resumed_from: int = 0) -> Run:
    return Run(
        id=run,
        attempt=attempt,
        resumed_from=resumed_from,
        method="adapters",
        learning_rate=2e-4,
        max_steps=100,
        planned_checkpoints=None,
        planned_looks=None,
        gates=DEFAULT_GATES,
        not_measured=("tail",),
    )


def _checkup(step: int, run: str = "r", attempt: int = 1, epoch: float = 0.1) -> Checkup:
    estimate = Estimate(
        value=0.1 + 0.2,
        low=1e-17,
        high=2 / 3,
        level=0.95,
        n=7,
        stderr=((2 / 3) - (1e-17)) / 3.92,
        dof=1000,
    )
    measurement = Measurement(
        name="forgetting", slice="all", estimate=estimate, base=1.0, now=0.7, note='“{"a"}”\n'
    )
    gates = [Gate(measurement="forgetting", limit=0.1), Gate(measurement="tail", limit=0.1)]
    verdict = decide([measurement], gates, LOOK)
    outcome = verdict.outcomes[0]
    return Checkup(
        run=run,
        attempt=attempt,
        step=step,
        epoch=epoch,
        progress=step / 100,
        checkpoint=None,
        eval_loss=1.25,
        measurements=(measurement,),
        verdict=verdict,
        advice=(Stop(best_step=2, outcome=outcome, finding=True, text="stop"),),
        seconds=0.3,
        notes=("smaller batches",),
    )


def _started(run: str = "r", attempt: int = 1, step: int = 0) -> RunStarted:
    return RunStarted(run=run, attempt=attempt, step=step, record=_run(run, attempt, step))


def _examined(step: int, run: str = "r", attempt: int = 1, epoch: float = 0.1) -> Examined:
    checkup = _checkup(step, run, attempt, epoch)
    return Examined(run=run, attempt=attempt, step=step, checkup=checkup)


def _lowered(step: int, learning_rate: float, attempt: int = 1) -> Acted:
    return Acted(
        run="r",
        attempt=attempt,
        step=step,
        do="lower_learning_rate",
        learning_rate=learning_rate,
        reason="too high",
    )


EVENTS: tuple[AnyEvent, ...] = (
    _started(),
    BaseTaken(run="r", attempt=1, step=0, digest="d", origin="asked"),
    _examined(10),
    _lowered(10, 1e-5),
    Lost(run="r", attempt=1, step=10),
    Superseded(run="r", attempt=2, step=5),
)


def test_every_event_is_read_back(tmp_path: Path) -> None:
    """One line each, equal to the last bit, in the order of writing."""
    ledger = Ledger(tmp_path / "new" / "ledger.jsonl")
    for event in EVENTS:
        ledger.append(event)

    assert ledger.read() == EVENTS
    assert ledger.path.read_bytes().count(b"\n") == len(EVENTS)


def test_the_lines_name_their_kind(tmp_path: Path) -> None:
    """The types on disk are part of the contract, as are run, attempt and step."""
    ledger = Ledger(tmp_path / "ledger.jsonl")
    for event in EVENTS:
        ledger.append(event)

    kinds = [line.split('"')[3] for line in ledger.path.read_text().splitlines()]
    assert kinds == ["run", "base", "checkup", "action", "lost", "superseded"]
    assert all('"run":"r","attempt":' in line for line in ledger.path.read_text().splitlines())


def test_no_file_is_no_event(tmp_path: Path) -> None:
    """Before the first run there is nothing, and that is no error."""
    assert Ledger(tmp_path / "ledger.jsonl").read() == ()


@pytest.mark.parametrize("torn", [b'{"type":"los', b"\xff", b'{"type":"lost","run":"r"}'])
def test_a_torn_last_line_is_dropped_and_cut_before_the_next(tmp_path: Path, torn: bytes) -> None:
    """Reading warns and leaves the file alone; the next event does not grow out of the rest."""
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append(EVENTS[0])
    whole = ledger.path.read_bytes()
    ledger.path.write_bytes(whole + torn)

    with pytest.warns(UserWarning, match=r"ledger\.jsonl:2: the last line was cut short"):
        assert ledger.read() == EVENTS[:1]
    assert ledger.path.read_bytes() == whole + torn

    ledger.append(EVENTS[1])
    assert ledger.read() == EVENTS[:2]


def test_a_file_of_one_torn_line_starts_anew(tmp_path: Path) -> None:
    """Where even the first line was cut short, the next event is the first."""
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.path.write_bytes(b'{"type"')

    ledger.append(EVENTS[0])

    assert ledger.read() == EVENTS[:1]


@pytest.mark.parametrize(
    "broken", [b"{", b"", b"\xff\xfe", b'{"type":"unheard of","run":"r","attempt":1,"step":0}']
)
def test_a_broken_line_in_the_middle_is_an_error(tmp_path: Path, broken: bytes) -> None:
    """Facts in between are not guessed away: file, line and what to do."""
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append(EVENTS[0])
    ledger.path.write_bytes(ledger.path.read_bytes() + broken + b"\n")
    ledger.append(EVENTS[1])

    with pytest.raises(FtguardError, match=r"ledger\.jsonl:2: .*move the file away"):
        ledger.read()


def test_the_current_run_is_the_latest_attempt_of_the_latest_run() -> None:
    """Nothing, then a run, its resume, and another run."""
    events: list[AnyEvent] = [_started("a"), _started("a", 2, 5), _started("b")]

    assert current_run([]) is None
    assert current_run(events[:2]) == _run("a", 2, 5)
    assert current_run(events) == _run("b")
