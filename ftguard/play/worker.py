"""The process that trains: `python -m ftguard.play.worker`, one run each.

It loads what training needs and then waits for its job on standard input, so that a run begins at
once. After the job a line `stop` ends the run at its next step. When standard input ends, whoever
started it is gone, and so is it: no training outlives its page.
"""

import importlib
import os
import queue
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ftguard.demo.dials import Dials
from ftguard.errors import FtguardError
from ftguard.play.record import LOG

STOP = b"stop\n"
GONE = 4
"""The exit code where whoever started it is gone."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What to train, and where."""

    dials: Dials
    folder: str
    """The run's output directory, which is there."""


def main() -> None:
    """Load, wait for the job, do it."""
    jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
    stop = threading.Event()
    threading.Thread(target=_listen, args=(jobs, stop), daemon=True).start()
    # Loaded ahead of the job; they take seconds.
    importlib.import_module("accelerate")
    from ftguard.demo.quiet import hush
    from ftguard.demo.tune import tune
    from ftguard.demo.watched import Watched

    hush()
    job = jobs.get()
    if stop.is_set():
        return
    folder = Path(job.folder)
    _write_into(folder / LOG)
    try:
        tune(job.dials, folder, callbacks=[Watched(folder, stop=stop.is_set)])
    except FtguardError as error:
        sys.exit(f"ftguard: {error}")


def _listen(jobs: "queue.SimpleQueue[Job]", stop: threading.Event) -> None:
    while line := _read_line():
        if line == STOP:
            stop.set()
        else:
            jobs.put(msgspec.json.decode(line, type=Job))
    os._exit(GONE)


def _read_line() -> bytes:
    """One line of standard input, or what there is of it at its end.

    Not by `sys.stdin`: a thread that waits in it cannot be left behind when Python ends.
    """
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            break
        line += byte
    return line


def _write_into(log: Path) -> None:
    """Let all that is printed stand in a file, C libraries' too."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    os.close(descriptor)


if __name__ == "__main__":
    main()
