"""Starts and ends the processes that train; one is kept waiting, so that a run begins at once."""

import contextlib
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from ftguard.demo.dials import Dials
from ftguard.play.worker import STOP, Job

COMMAND = (sys.executable, "-m", "ftguard.play.worker")
PATIENCE = 20.0
"""Seconds after which a run that was asked to stop is ended by force: a look at the model under
way is finished first."""


@dataclass(frozen=True)
class Worker:
    """One process that trains one run."""

    process: "subprocess.Popen[bytes]"

    def begin(self, dials: Dials, folder: Path) -> None:
        """Hand it its job."""
        self._send(msgspec.json.encode(Job(dials=dials, folder=str(folder.resolve()))) + b"\n")

    def stop(self) -> None:
        """Ask it to stop at its next step; one that does not is ended."""
        self._send(STOP)
        timer = threading.Timer(PATIENCE, self.kill)
        timer.daemon = True
        timer.start()

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        code = self.process.wait()
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        return code

    def _send(self, data: bytes) -> None:
        if self.process.stdin is None:
            raise ValueError("a worker is started with a pipe")
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except (OSError, ValueError):
            # It has ended already, which `wait` tells.
            return


@dataclass
class Workers:
    """Those at work, and the one that waits."""

    _spare: Worker | None = None
    _all: list[Worker] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closed: bool = False

    def warm(self) -> None:
        """Have one waiting."""
        with self._lock:
            if self._spare is None and not self._closed:
                self._spare = self._start()

    def take(self) -> Worker:
        """One to give a job to."""
        with self._lock:
            spare, self._spare = self._spare, None
            return spare if spare and spare.process.poll() is None else self._start()

    def close(self) -> None:
        """End them all, and start no more."""
        with self._lock:
            self._closed = True
            for worker in self._all:
                worker.kill()
            for worker in self._all:
                worker.wait()

    def _start(self) -> Worker:
        worker = Worker(
            subprocess.Popen(  # noqa: S603 - nothing in it comes from outside
                COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                # Ctrl-C is for the page, which ends them.
                start_new_session=True,
            )
        )
        self._all.append(worker)
        return worker
