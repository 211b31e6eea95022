"""How a run ended, and what the command refuses."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ftguard.cli import app
from ftguard.demo.dials import Dials
from ftguard.pages.serve import HOST
from ftguard.play.guess import Last
from ftguard.play.record import LOG, PlayRecord
from ftguard.play.runs import _how, _what_failed

DIALS = Dials(steps=120)
EARLY, AT_END = (Last(step=step, passed=True, breached=()) for step in (60, 120))


@pytest.mark.parametrize(
    ("last", "code", "stopped", "how"),
    [
        (AT_END, 0, False, "finished"),
        (EARLY, 0, True, "stopped"),
        (None, 0, True, "stopped"),
        (EARLY, -9, True, "stopped"),
        (AT_END, 0, True, "finished"),
        (AT_END, -9, True, "stopped"),
        (EARLY, 1, False, "failed"),
        (None, -9, False, "failed"),
    ],
)
def test_how_a_run_ended(last: Last | None, code: int, stopped: bool, how: str) -> None:
    """By its exit code, whether it was asked to stop, and how far it had come."""
    record = PlayRecord(number=1, failure=None, dials=DIALS, guess="none", began=0.0)

    assert _how(record, last, code=code, stopped=stopped) == how


def test_the_last_line_of_the_log_says_what_failed(tmp_path: Path) -> None:
    """As an error ends its traceback; without a log that is said."""
    log = tmp_path / LOG
    assert _what_failed(log) == "the process ended without a word"
    log.write_text("Traceback (most recent call last):\n" + "  at x\n" * 2000 + "OSError: full\n\n")

    assert _what_failed(log) == "OSError: full"


def test_a_port_that_is_taken_ends_the_command(tmp_path: Path) -> None:
    """Exit code 2, and nothing has been started."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = CliRunner().invoke(app, ["play", "--port", port, "--out", str(tmp_path)])

    assert done.exit_code == 2
    assert f"cannot listen on port {port}" in done.output


def test_a_folder_that_cannot_be_written_ends_the_command(tmp_path: Path) -> None:
    """A file stands where it should be."""
    (tmp_path / "file").touch()
    done = CliRunner().invoke(app, ["play", "--out", str(tmp_path / "file")])

    assert done.exit_code == 2
    assert "give another `--out`" in done.output
