"""Other processes see whether a run is at work: by a lock, else by how long nothing was touched."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ftguard import pulse as pulses
from ftguard.pulse import SILENT, Life, Pulse, read_pulse

ELSEWHERE = b"\nanother machine"
CHILD = """
import sys, time
from pathlib import Path
from ftguard.pulse import Pulse
def work():
    pulse = Pulse.begin(Path(sys.argv[1]))
    print("at work", flush=True)
    sys.stdin.read()
work()
"""


def wait_until(told: Callable[[], bool], seconds: float = 60.0) -> None:
    """Poll until something is so."""
    until = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < until, "it did not come to be so"
        time.sleep(0.02)


def test_a_killed_process_has_let_go(tmp_path: Path) -> None:
    """While another process is at work it is alive; after SIGKILL it is gone at once."""
    path = tmp_path / "pulse"
    assert read_pulse(path) is None
    command = [sys.executable, "-c", CHILD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert read_pulse(path) == "alive"
        child.kill()
    assert read_pulse(path) == "gone"


def test_it_ends_with_the_call_that_it_began_in(tmp_path: Path) -> None:
    """An exception leaves the process alive, as a notebook is, and its objects in memory."""
    path = tmp_path / "pulse"
    begun: list[Pulse] = []

    def train() -> None:
        begun.append(Pulse.begin(path))
        assert read_pulse(path) == "alive"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        train()
    wait_until(lambda: read_pulse(path) == "gone")
    wait_until(lambda: all(t.name != "ftguard's pulse" for t in threading.enumerate()))

    # A loop of one's own may begin in a function that returns, and go on to steps.
    begun[0].keep()
    assert read_pulse(path) == "alive"
    time.sleep(2 * pulses.TICK)
    assert read_pulse(path) == "alive"
    begun[0].end()
    begun[0].keep()
    assert read_pulse(path) == "gone"


def test_the_next_attempt_takes_it(tmp_path: Path) -> None:
    """One process trains twice: the second is alive though the first one ended."""
    path = tmp_path / "pulse"
    first = Pulse.begin(path)
    first.end()
    second = Pulse.begin(path)
    first.end()
    assert read_pulse(path) == "alive"
    second.end()


@pytest.mark.parametrize(
    ("seconds", "expected"), [(SILENT / 2, "alive"), (2 * SILENT, "silent")], ids=["new", "old"]
)
def test_on_another_machine_the_touches_tell(
    tmp_path: Path, seconds: float, expected: Life
) -> None:
    """No lock reaches from there: it is alive until nothing was touched for five minutes."""
    path = tmp_path / "pulse"
    path.write_bytes(ELSEWHERE)
    then = time.time() - seconds
    os.utime(path, (then, then))
    assert read_pulse(path) == expected


def test_it_is_touched_while_it_beats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was touched long ago is touched again soon."""
    monkeypatch.setattr(pulses, "BEAT", 0.0)
    path = tmp_path / "pulse"
    pulse = Pulse.begin(path)
    os.utime(path, (0, 0))
    wait_until(lambda: path.stat().st_mtime > 0)
    pulse.end()


def test_a_folder_that_cannot_be_written_delays_nothing(tmp_path: Path) -> None:
    """There is no file then, and nothing to read; the run knows nothing of it."""
    pulse = Pulse.begin(tmp_path / "gone" / "pulse")
    pulse.keep()
    pulse.end()
    assert read_pulse(tmp_path / "gone" / "pulse") is None


def test_reading_leaves_no_trace(tmp_path: Path) -> None:
    """Neither content nor time of the file change, so that a reader is no sign of life."""
    path = tmp_path / "pulse"
    Pulse.begin(path).end()
    os.utime(path, (1.0, 1.0))
    before = path.read_bytes()
    assert read_pulse(path) == "gone"
    assert (path.read_bytes(), path.stat().st_mtime) == (before, 1.0)
    assert not list(tmp_path.glob("*.lock"))
