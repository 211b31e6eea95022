"""Keeps account of rows that cannot be read: few are left out and named, many end the reading."""

import math

from ftguard.errors import InputError

UNREADABLE = 0.01
"""The share of rows, rounded up, that may be unreadable."""
FEW = 20
"""Of fewer rows each must be readable."""
SHOWN = 3
"""Unreadable rows that are named."""


class Unreadable:
    """The rows of one source that could not be read."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        """Each with the place where its row stands."""

    def add(self, where: str, error: InputError, number: int) -> None:
        """Count one; where no row could be read so far, end at once.

        Args:
            where: the row stands.
            error: what is wrong with it.
            number: rows so far, this one among them.
        """
        said = str(error)
        self.complaints.append(said if said.startswith(where) else f"{where}: {said}")
        if len(self.complaints) == number >= FEW:
            self.check(number)

    def check(self, number: int) -> None:
        """End where too many rows cannot be read.

        Args:
            number: all rows.

        Raises:
            InputError: the first of them, and how many there are.
        """
        # Rounded up: one row of 51 is no reason to refuse the others.
        allowed = math.ceil(UNREADABLE * number) if number >= FEW else 0
        if len(self.complaints) <= allowed:
            return
        more = len(self.complaints) - 1
        others = f" {more} more of {number} rows cannot be read either." if more else ""
        raise InputError(self.complaints[0] + others)

    def told(self, number: int) -> str:
        """In one sentence, for the notes."""
        named = " ".join(self.complaints[:SHOWN])
        return f"{len(self.complaints)} of {number} rows cannot be read and are left out: {named}"
