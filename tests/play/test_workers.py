"""The process that trains ends with whoever started it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ftguard.play.workers import Workers

PAGE = """
import subprocess, sys, time
command = [sys.executable, "-m", "ftguard.play.worker"]
print(subprocess.Popen(command, stdin=subprocess.PIPE).pid, flush=True)
time.sleep(60)
"""
"""Starts a worker as a page does."""


def _is_there(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    try:
        return "State:\tZ" not in status.read_text()
    except OSError:
        return False


def _gone(pid: int) -> bool:
    end = time.monotonic() + 60
    while _is_there(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not _is_there(pid)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_a_killed_page_takes_its_training_along() -> None:
    """Even by SIGKILL, which nobody can answer to: the pipe between them ends."""
    page = subprocess.Popen([sys.executable, "-c", PAGE], stdout=subprocess.PIPE)
    assert page.stdout is not None
    pid = int(page.stdout.readline())
    assert _is_there(pid)

    os.kill(page.pid, signal.SIGKILL)
    page.wait()
    page.stdout.close()

    assert _gone(pid)


def test_closing_ends_them_all_and_starts_no_more() -> None:
    """One at work and one that waits."""
    workers = Workers()
    at_work = workers.take()
    workers.warm()
    workers.close()
    workers.warm()

    assert at_work.wait() < 0
    assert [worker.process.poll() is not None for worker in workers._all] == [True, True]  # noqa: SLF001
