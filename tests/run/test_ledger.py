"""Tests of the ledger: what is written is read back, torn and broken lines, and the folds."""

from pathlib import Path
from typing import Any

import pytest

from ftguard.errors import FtguardError
from ftguard.run.ledger import (
    AnyEvent,
    BaseTaken,
    Ledger,
    Lost,
    Superseded,
    current_run,
)


@pytest.fixture
def events(make: Any) -> tuple[AnyEvent, ...]:
    """One of each kind."""
    return (
        make.started(),
        BaseTaken(run="r", attempt=1, step=0, digest="d", origin="asked"),
        make.examined(10),
        make.lowered(10, 1e-5),
        Lost(run="r", attempt=1, step=10),
        Superseded(run="r", attempt=2, step=5),
    )


def test_every_event_is_read_back(events: tuple[AnyEvent, ...], tmp_path: Path) -> None:
    """One line each, equal to the last bit, in the order of writing."""
    ledger = Ledger(tmp_path / "new" / "ledger.jsonl")
    for event in events:
        ledger.append(event)

    assert ledger.read() == events
    assert ledger.path.read_bytes().count(b"\n") == len(events)


def test_the_lines_name_their_kind(events: tuple[AnyEvent, ...], tmp_path: Path) -> None:
    """The types on disk are part of the contract, as are run, attempt and step."""
    ledger = Ledger(tmp_path / "ledger.jsonl")
    for event in events:
        ledger.append(event)

    kinds = [line.split('"')[3] for line in ledger.path.read_text().splitlines()]
    assert kinds == ["run", "base", "checkup", "action", "lost", "superseded"]
    assert all('"run":"r","attempt":' in line for line in ledger.path.read_text().splitlines())


def test_no_file_is_no_event(tmp_path: Path) -> None:
    """Before the first run there is nothing, and that is no error."""
    assert Ledger(tmp_path / "ledger.jsonl").read() == ()


@pytest.mark.parametrize("torn", [b'{"type":"los', b"\xff", b'{"type":"lost","run":"r"}'])
def test_a_torn_last_line_is_dropped_and_cut_before_the_next(
    events: tuple[AnyEvent, ...], tmp_path: Path, torn: bytes
) -> None:
    """Reading warns and leaves the file alone; the next event does not grow out of the rest."""
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append(events[0])
    whole = ledger.path.read_bytes()
    ledger.path.write_bytes(whole + torn)

    with pytest.warns(UserWarning, match=r"ledger\.jsonl:2: the last line was cut short"):
        assert ledger.read() == events[:1]
    assert ledger.path.read_bytes() == whole + torn

    ledger.append(events[1])
    assert ledger.read() == events[:2]


def test_a_file_of_one_torn_line_starts_anew(events: tuple[AnyEvent, ...], tmp_path: Path) -> None:
    """Where even the first line was cut short, the next event is the first."""
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.path.write_bytes(b'{"type"')

    ledger.append(events[0])

    assert ledger.read() == events[:1]


@pytest.mark.parametrize(
    "broken", [b"{", b"", b"\xff\xfe", b'{"type":"unheard of","run":"r","attempt":1,"step":0}']
)
def test_a_broken_line_in_the_middle_is_an_error(
    events: tuple[AnyEvent, ...], tmp_path: Path, broken: bytes
) -> None:
    """Facts in between are not guessed away: file, line and what to do."""
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append(events[0])
    ledger.path.write_bytes(ledger.path.read_bytes() + broken + b"\n")
    ledger.append(events[1])

    with pytest.raises(FtguardError, match=r"ledger\.jsonl:2: .*move the file away"):
        ledger.read()


def test_the_current_run_is_the_latest_attempt_of_the_latest_run(make: Any) -> None:
    """Nothing, then a run, its resume, and another run."""
    events: list[AnyEvent] = [make.started("a"), make.started("a", 2, 5), make.started("b")]

    assert current_run([]) is None
    assert current_run(events[:2]) == make.run("a", 2, 5)
    assert current_run(events) == make.run("b")
