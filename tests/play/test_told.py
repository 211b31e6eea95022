"""What the page is told of runs: from their folders alone."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from ftguard import FtguardError, InputError
from ftguard.demo.losses import LOSSES
from ftguard.folders import RunFolder
from ftguard.play.found import read_found
from ftguard.play.record import FILE, PlayRecord
from ftguard.play.runs import LEFT_BEHIND, open_runs
from ftguard.play.told import tell

KeepRun = Callable[..., PlayRecord]


def test_a_run_is_told_in_full(tmp_path: Path, keep_run: KeepRun) -> None:
    """Losses every second step, five curves from the base on, gates, and what came of it."""
    keep_run(tmp_path, 1, guess="undecided")
    with open_runs(tmp_path) as runs:
        told = tell(runs, [1, 1, 7])

    (run,) = told.shown
    assert [loss.step for loss in run.losses] == [2, 4, 6]
    assert all(loss.loss is not None and 0 < loss.loss < 2 for loss in run.losses)
    assert [(c.panel, c.limit) for c in run.curves] == [
        ("target", None),
        ("forgetting", 0.1),
        ("tail", 0.15),
        ("calibration", None),
        ("calibration", None),
    ]
    assert [[p.step for p in curve.points] for curve in run.curves[:3]] == [[0, 3, 6]] * 3
    assert all(p.low <= p.value <= p.high for curve in run.curves for p in curve.points)
    # Twelve general questions and six of the tail can't tell a loss of 10 or 15 %.
    assert {gate.key for gate in run.gates} == {"forgetting/all", "own_answers/all", "tail/worst"}
    assert run.line.verdict == "undecided"
    assert (run.line.right, told.tally.right, told.tally.made) == (True, 1, 1)
    assert (run.step, run.steps, run.seconds) == (6, 6, 12.0)
    assert run.happened.startswith("No gate is against it")
    assert run.command == (
        "ftguard demo --learning-rate 2e-4 --steps 6 --data every-team --checkpoints 2 "
        "--probes 0.05"
    )


def test_runs_that_did_not_finish_count_no_guess(tmp_path: Path, keep_run: KeepRun) -> None:
    """Stopped and failed ones, and one that was under way when the page ended: it has ended too."""
    keep_run(tmp_path, 1, how="stopped")
    keep_run(tmp_path, 2, how="failed")
    keep_run(tmp_path, 3, how=None)
    keep_run(tmp_path, 4, guess="none")
    with open_runs(tmp_path) as runs:
        told = tell(runs, [3])
    with open_runs(tmp_path) as again:
        assert again.find(3).why == LEFT_BEHIND

    assert [line.status for line in told.runs] == ["stopped", "failed", "stopped", "finished"]
    assert [line.verdict for line in told.runs] == ["undecided"] * 4
    assert told.tally.made == 0
    assert told.shown[0].happened == ""
    assert told.shown[0].why == LEFT_BEHIND


def test_a_named_failure_is_told_after_the_run_alone(tmp_path: Path, keep_run: KeepRun) -> None:
    """What is set is told at once, what comes of it when it has come."""
    keep_run(tmp_path, 1, failure="narrow-data", how="finished")
    keep_run(tmp_path, 2, failure="narrow-data", how="stopped")
    with open_runs(tmp_path) as runs:
        finished, stopped = tell(runs, [1, 2]).shown

    assert finished.line.title == stopped.line.title == "Narrow data"
    assert "two teams" in stopped.what
    assert "two answers" in finished.happened
    assert stopped.happened == ""


def test_what_is_being_written_is_read_so_far(tmp_path: Path, short_run: Path) -> None:
    """Half a loss and half an event are left for the next time; no folder yet is no error."""
    out = tmp_path / "run-001"
    assert read_found(out).checkups == ()
    shutil.copytree(short_run, out)
    ledger = RunFolder(out).ledger
    whole = ledger.read_bytes()
    ledger.write_bytes(whole[: whole.rindex(b'{"type":"checkup"') + 100])
    with (out / LOSSES).open("ab") as file:
        file.write(b'{"step":8,"lo')

    found = read_found(out)

    assert [loss.step for loss in found.losses] == [2, 4, 6]
    steps = {checkup.step for checkup in read_found(short_run).checkups}
    assert {checkup.step for checkup in found.checkups} < steps | {0}


def test_a_loss_that_is_no_number_is_told_as_none(tmp_path: Path, short_run: Path) -> None:
    """As a run that diverged leaves it."""
    out = tmp_path / "run-001"
    shutil.copytree(short_run, out)
    with (out / LOSSES).open("ab") as file:
        file.write(msgspec.json.encode({"step": 8, "loss": float("nan")}) + b"\n")

    assert read_found(out).losses[-1].loss is None


def test_a_folder_is_one_page_s_alone(tmp_path: Path) -> None:
    """A second page would take the first one's runs for ended."""
    with open_runs(tmp_path), pytest.raises(InputError, match="another `ftguard play`"):
        open_runs(tmp_path).__enter__()


def test_a_damaged_record_is_told_with_its_file(tmp_path: Path, keep_run: KeepRun) -> None:
    """And what to do about it."""
    record = keep_run(tmp_path, 1)
    (tmp_path / record.name / FILE).write_bytes(b"{")
    with pytest.raises(FtguardError, match=r"play\.json.*move that folder away"):
        open_runs(tmp_path).__enter__()
