"""Stops the clock that chat templates read, so that a prompt is the same on every day."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import Literal

from transformers.utils import chat_template_utils

DATE_MARK = "qtzd"
"""Stands for a date where only its place is wanted."""
_CLOCK = "datetime"
"""The name under which transformers' own `strftime_now` finds the clock."""
_LOCK = threading.RLock()


class _Stopped(datetime):
    """The day that Llama's template falls back to where there is no clock."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "_Stopped":
        """Noon of that day."""
        return cls(2024, 7, 26, 12, tzinfo=tz)


class _Marked(_Stopped):
    """A day that is written as a mark, in whatever format."""

    def strftime(self, format: str) -> str:
        """The mark."""
        del format
        return DATE_MARK


@contextmanager
def stopped_clock(shows: Literal["day", "mark"] = "day") -> Iterator[None]:
    """Within the block chat templates see one day of 2024, or a mark in place of any date."""
    with _LOCK:
        clock = getattr(chat_template_utils, _CLOCK, None)
        # One that is stopped already shows what it was stopped for.
        if clock is None or issubclass(clock, _Stopped):
            yield
            return
        setattr(chat_template_utils, _CLOCK, _Stopped if shows == "day" else _Marked)
        try:
            yield
        finally:
            setattr(chat_template_utils, _CLOCK, clock)
