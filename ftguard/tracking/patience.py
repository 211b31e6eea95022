"""Makes `Patient`, which calls one tracker in a thread of its own and does not wait for ever."""

import contextlib
import contextvars
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future

from ftguard.errors import told

PATIENCE = 20.0
"""Seconds that training waits for one tracker; W&B takes less than one."""
WAITING = 16
"""Calls that a tracker may be behind; more are dropped, since the ledger holds everything."""

Call = Callable[[], None]


class Patient:
    """The thread of one tracker: its calls come one after the other.

    What is late goes on behind the training; the next calls then wait in line, and training does
    not wait for them.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._calls: queue.Queue[tuple[Call, Future[None]] | None] = queue.Queue(WAITING)
        self._last: Future[None] | None = None
        # A daemon: a tracker that hangs keeps no process from ending.
        self._thread = threading.Thread(target=self._work, name="ftguard-tracker", daemon=True)
        self._thread.start()

    def call(self, call: Call, *, last: bool = False) -> None:
        """Make a call and wait for it, unless one before it is still under way.

        Args:
            call: what to do.
            last: whether to wait even so, since nothing follows.

        Raises:
            TimeoutError: it did not end in time, or there are too many before it.
            Exception: whatever the call raised.
        """
        behind = self._last is not None and not self._last.done()
        done: Future[None] = Future()
        context = contextvars.copy_context()
        try:
            self._calls.put_nowait((lambda: context.run(call), done))
        except queue.Full:
            raise TimeoutError("it answers no more") from None
        self._last = done
        if last:
            with contextlib.suppress(queue.Full):
                self._calls.put_nowait(None)
        if behind and not last:
            return
        try:
            done.result(self._seconds)
        except TimeoutError:
            if done.done():
                raise
            raise TimeoutError(f"it has not answered for {self._seconds:g} s") from None

    def _work(self) -> None:
        while (found := self._calls.get()) is not None:
            call, done = found
            try:
                call()
            except Exception as error:  # noqa: BLE001
                done.set_exception(error)
            except BaseException as error:  # noqa: BLE001 - `sys.exit` in a tracker ends no run
                done.set_exception(RuntimeError(told(error)))
            else:
                done.set_result(None)
