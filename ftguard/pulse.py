"""Makes `Pulse`, by which other processes see that a run is at work, and reads it.

The process at work holds a lock on a file and touches that file every few seconds. The system lets
the lock go however the process ends: by an exception, Ctrl-C, SIGKILL or a power cut. Where the
process lives on, as in a notebook, the pulse ends once the call that began it is no longer under
way. A lock says nothing on another machine, and some disks have none: there the touches tell.
"""

import hashlib
import os
import sys
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Literal

Life = Literal["alive", "silent", "gone"]
"""At work; without a sign of life for so long that it has ended, it seems; or ended for sure."""

BEAT = 10.0
"""Seconds between touches."""
SILENT = 300.0
"""Seconds without a touch after which a run has ended, it seems: disks and libraries may stall."""
TICK = 0.5
"""Seconds between looks at whether the call is still under way."""
PATIENCE = 1.0
"""Seconds to get the lock: who reads it holds it for an instant."""
_HOOKS = "transformers.trainer_callback"
"""What calls a callback, and is called by whoever trains."""
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass
class Pulse:
    """Of one run in this process; nothing that fails here ends or delays the run."""

    path: Path
    _during: CodeType | None
    """The function whose call lasts as long as the run; None where the process does."""
    _thread: int
    """Where that is called."""
    _over: threading.Event = field(default_factory=threading.Event)
    _descriptor: int | None = None
    _mutex: threading.Lock = field(default_factory=threading.Lock)
    _ended: bool = False

    @classmethod
    def begin(cls, path: Path) -> "Pulse":
        """Take the lock and beat, for as long as the call that ftguard is called from is under way.

        Args:
            path: the file, which stays there; its folder is there.
        """
        pulse = cls(path=path, _during=_caller(), _thread=threading.get_ident())
        pulse._take()
        return pulse

    def keep(self) -> None:
        """Beat on: the run goes on, so that a call which is over was not what it lasts for."""
        if self._over.is_set() and not self._ended and self._during is not None:
            self._during = None
            self._take()

    def end(self) -> None:
        """Let the lock go: the run's outcome stands, or another attempt begins."""
        self._ended = True
        self._let_go()

    def _take(self) -> None:
        self._over = threading.Event()
        with suppress(OSError):
            self._descriptor = _locked(self.path)
        if self._descriptor is None:
            self._over.set()
            return
        threading.Thread(
            target=self._beat, args=(self._over,), name="ftguard's pulse", daemon=True
        ).start()

    def _beat(self, over: threading.Event) -> None:
        last = time.monotonic()
        while not over.wait(TICK):
            if self._during is not None and not _is_called(self._during, self._thread):
                self._let_go()
                return
            if time.monotonic() - last >= BEAT:
                last = time.monotonic()
                with suppress(OSError):
                    os.utime(self.path)

    def _let_go(self) -> None:
        with self._mutex:
            self._over.set()
            descriptor, self._descriptor = self._descriptor, None
            if descriptor is not None:
                _release(descriptor)


def read_pulse(path: Path) -> Life | None:
    """Whether the run that left this file is at work; None where there is none to read."""
    try:
        silent_for = time.time() - path.stat().st_mtime
        with path.open("rb", buffering=0) as file:
            file.seek(1)
            here = file.read() == _machine()
            held = _is_held(file.fileno()) if here else None
    except OSError:
        return None
    if held is not None:
        return "alive" if held else "gone"
    return "alive" if silent_for < SILENT else "silent"


def _locked(path: Path) -> int | None:
    """The locked file with the machine's name in it; None where another process has it."""
    from filelock import lock_descriptor

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
    until = time.monotonic() + PATIENCE
    # What a disk without locks answers; the touches have to do.
    with suppress(OSError):
        while not lock_descriptor(descriptor, blocking=False):
            if time.monotonic() > until:
                os.close(descriptor)
                return None
            time.sleep(TICK / 10)
    # Of a file that is locked on Windows nobody else may read the first byte.
    os.ftruncate(descriptor, 0)
    os.write(descriptor, b"\n" + _machine())
    return descriptor


def _release(descriptor: int) -> None:
    from filelock import unlock_descriptor

    # Closing alone leaves it to processes that were forked meanwhile.
    with suppress(OSError):
        unlock_descriptor(descriptor)
    os.close(descriptor)


def _is_held(descriptor: int) -> bool | None:
    """Whether another process has the lock; None where the disk has none."""
    from filelock import lock_descriptor

    try:
        return not lock_descriptor(descriptor, blocking=False)
    except OSError:
        return None


def _machine() -> bytes:
    """What tells machines apart, and a machine from itself before it was started anew."""
    try:
        name = _BOOT.read_bytes()
    except OSError:
        name = str(uuid.getnode()).encode()
    return hashlib.sha256(name).hexdigest()[:16].encode()


def _caller() -> CodeType | None:
    """The nearest function on the stack that is neither ftguard's nor what calls callbacks."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001
    while frame is not None:
        name = str(frame.f_globals.get("__name__"))
        if name.partition(".")[0] != "ftguard" and name != _HOOKS:
            return frame.f_code
        frame = frame.f_back
    return None


def _is_called(function: CodeType, thread: int) -> bool:
    frame = sys._current_frames().get(thread)  # noqa: SLF001
    while frame is not None:
        if frame.f_code is function:
            return True
        frame = frame.f_back
    return False
