"""Makes `Clock`, which tells the guard's share of a run's time."""

import time
from types import TracebackType


class Clock:
    """Adds up the time spent in its `with` blocks against all time since it was made.

    A block within a block is part of the outer one.
    """

    def __init__(self) -> None:
        self._made = time.perf_counter()
        self._entered: float | None = None
        self._depth = 0
        self._left = 0.0

    def __enter__(self) -> None:
        if not self._depth:
            self._entered = time.perf_counter()
        self._depth += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._depth -= 1
        if not self._depth:
            self._left, self._entered = self.spent, None

    def count_all(self) -> None:
        """Count all time since the clock was made, as if it had been one block."""
        self._left = self.elapsed

    @property
    def spent(self) -> float:
        """Seconds spent in `with` blocks, the current one included."""
        current = 0.0 if self._entered is None else time.perf_counter() - self._entered
        return self._left + current

    @property
    def elapsed(self) -> float:
        """Seconds since the clock was made."""
        return time.perf_counter() - self._made

    @property
    def share(self) -> float:
        """Share of the time so far that was spent in `with` blocks."""
        return min(1.0, self.spent / max(self.elapsed, 1e-9))
