"""Makes `Clock`, which tells the guard's share of a run's time."""

import time
from types import TracebackType


class Clock:
    """Adds up the time spent in its `with` blocks against all time since it was made."""

    def __init__(self) -> None:
        self._made = self._entered = time.perf_counter()
        self.spent = 0.0
        """Seconds spent in `with` blocks."""

    def __enter__(self) -> None:
        self._entered = time.perf_counter()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.spent += time.perf_counter() - self._entered

    @property
    def elapsed(self) -> float:
        """Seconds since the clock was made."""
        return time.perf_counter() - self._made

    @property
    def share(self) -> float:
        """Share of the time so far that was spent in `with` blocks, the current one included."""
        return min(1.0, self.spent / max(self.elapsed, 1e-9))
