"""Makes `Clock`, which tells the guard's share of a run's time."""

import time
from collections.abc import Callable
from types import TracebackType


class Clock:
    """Adds up the time spent in its `with` blocks against all time since it was made.

    A block within a block is part of the outer one.
    """

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._made = now()
        self._entered: float | None = None
        self._depth = 0
        self._left = 0.0
        self._warm: tuple[int, float] | None = None

    def __enter__(self) -> None:
        if not self._depth:
            self._entered = self._now()
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
        current = 0.0 if self._entered is None else self._now() - self._entered
        return self._left + current

    @property
    def elapsed(self) -> float:
        """Seconds since the clock was made."""
        return self._now() - self._made

    @property
    def beside(self) -> float:
        """Seconds since the clock was made that were not spent in `with` blocks."""
        return max(0.0, self.elapsed - self.spent)

    @property
    def share(self) -> float:
        """Share of the time so far that was spent in `with` blocks."""
        return min(1.0, self.spent / max(self.elapsed, 1e-9))

    def warmed_up(self, step: int) -> None:
        """Remember that this step is done: those before it were slower than those to come."""
        if self._warm is None:
            self._warm = (step, self.beside)

    def training(self, done: int, steps: int) -> float:
        """Seconds that training will have taken by itself, by what it took so far.

        Args:
            done: steps that are done.
            steps: steps in all.
        """
        warm, before = self._warm or (0, 0.0)
        if done <= warm:
            warm, before = 0, 0.0
        each = (self.beside - before) / max(1, done - warm)
        return self.beside + each * max(0, steps - done)
