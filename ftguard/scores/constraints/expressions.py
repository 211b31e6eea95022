"""Regular expressions on what a model said, with a limit on their time."""

from time import monotonic

import regex

SECONDS = 0.5
"""Any expression can be made to run for years by some text; what takes longer has not matched."""


def deadline() -> float:
    """The moment until which a search may go on."""
    return monotonic() + SECONDS


def fullmatch(pattern: str, text: str) -> bool:
    """Whether the whole text matches, and that within the time."""
    try:
        return regex.fullmatch(pattern, text, timeout=SECONDS) is not None
    except TimeoutError:
        return False


def search(pattern: str, text: str, until: float) -> bool:
    """Whether the pattern occurs in the text.

    Raises:
        TimeoutError: that took longer.
    """
    left = until - monotonic()
    if left <= 0:
        raise TimeoutError
    return regex.search(pattern, text, timeout=left) is not None
