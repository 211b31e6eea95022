"""What reaches a terminal, a notebook or a log file: text in any encoding, bars where they move."""

import sys
from collections.abc import Iterable
from typing import Any, TextIO

from tqdm.auto import tqdm

from ftguard.formatting import encodable


def write(text: str) -> None:
    """Write text to standard output above any progress bar; it ends as it is given to end.

    What the output's encoding lacks is spelt out, so that no character ends a training run.
    """
    text = encodable(text, encoding_of(sys.stdout))
    if sys.stderr is not None and sys.stderr.isatty():
        tqdm.write(text, end="")
        return
    # Bars that go into a file have nothing to be cleared, and would be drawn once more.
    sys.stdout.write(text)
    sys.stdout.flush()


def bar(items: Iterable[Any] | None = None, *, label: str | None, total: int | None = None) -> Any:
    """A progress bar on standard error that leaves no trace; none into a file or without a label.

    Args:
        items: what is gone through, where the bar does the counting.
        label: in front of the bar; None for no bar.
        total: how many there will be, where that is known.
    """
    shown = label is not None and moves()
    return tqdm(items, desc=label, total=total, disable=not shown, leave=False)


def moves() -> bool:
    """Whether a bar can be drawn over: on a terminal, and in a notebook."""
    in_notebook = any(kind.__module__ == "tqdm.notebook" for kind in tqdm.__mro__)
    return in_notebook or (sys.stderr is not None and sys.stderr.isatty())


def encoding_of(file: TextIO) -> str:
    """What a file's text is encoded in."""
    return getattr(file, "encoding", None) or "utf-8"
