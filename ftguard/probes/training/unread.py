"""Makes `Unread`, what of the training data could not be read, filled while it is walked."""

import time
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from ftguard.text.formatting import count

Value = TypeVar("Value")

MOST_SECONDS = 300
"""So long the reading of rows may take, what is done with them not counted; then it stops."""
MOST_FAILING = 100
"""After so many rows in a row that cannot be read, no more are tried."""
_DETAIL = 200
"""Characters of an error that are told."""


class Unread:
    """Counts rows that were not read, by what is wrong with them, and says why reading stopped."""

    def __init__(self, instead: str = "give the texts as `train_dataset=`") -> None:
        """Begin.

        Args:
            instead: what the user can do where reading stops.
        """
        self._instead = instead
        self._counts: Counter[str] = Counter()
        self._firsts: dict[str, str] = {}
        self._stopped = ""
        self._seconds = 0.0
        self._failing = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence for each thing that is wrong, with its count and its first row."""
        found = [
            f"{count(number)} training {'row' if number == 1 else 'rows'} {what}, so leaks were "
            f"not looked for there (the first: {self._firsts[what]})"
            for what, number in self._counts.items()
        ]
        return (*found, self._stopped) if self._stopped else tuple(found)

    @property
    def is_over(self) -> bool:
        """Whether no more rows are to be read."""
        return bool(self._stopped)

    def tried(self, place: int, read: Callable[[], Value]) -> tuple[Value, ...]:
        """What is read for the row at a place, alone; nothing where that raises, which counts."""
        start = time.perf_counter()
        try:
            found: tuple[Value, ...] = (read(),)
        except Exception as error:  # noqa: BLE001 - any data set may be given; a look fails no run
            self.add("could not be read", place, f"{type(error).__name__}: {error}")
            found = ()
        self._failing = 0 if found else self._failing + 1
        self._seconds += time.perf_counter() - start
        if self._failing >= MOST_FAILING:
            self.stop(place, f"{count(self._failing)} rows in a row could not be read")
        elif self._seconds > MOST_SECONDS:
            self.stop(place, f"reading had taken {MOST_SECONDS} s")
        return found

    def add(self, what: str, place: int, detail: str) -> None:
        """One more row with this wrong."""
        self._counts[what] += 1
        self._firsts.setdefault(what, f"row {place}, {' '.join(detail.split())[:_DETAIL]}")

    def stop(self, place: int, why: str) -> None:
        """Read no more, and say so."""
        self._stopped = self._stopped or (
            f"LEAKS WERE LOOKED FOR up to training row {place} alone, where {why}; {self._instead}"
        )
