"""What reaches a terminal, a notebook or a log file: text in any encoding, bars where they move.

All that a command or a run prints goes through here, whoever wrote it: a model, a probe, a path.
None of it steers the terminal, and none of it is a command of the runner's on GitHub Actions.
"""

import os
import re
import sys
from collections.abc import Iterable
from typing import Any, TextIO

from tqdm.auto import tqdm

from ftguard.text.formatting import encodable, printable
from ftguard.text.visible import visible

_COLOUR = r"\x1b\[[0-9;]*m"
_COLOURS = re.compile(f"({_COLOUR})")
_COMMAND = re.compile(rf"^((?:\s|{_COLOUR})*)(?=::)|(?<=##)(?=\[)", re.MULTILINE)
"""A line that GitHub's runner obeys: `::` begins it, or `##[` stands anywhere in it."""


def write(text: str) -> None:
    """Write text to standard output above any progress bar; it ends as it is given to end.

    Colours are kept; all else that steers or hides is written out. What the output's encoding lacks
    is spelt out, so that no character ends a training run.
    """
    _write(_harmless(text), sys.stdout)


def echo(text: str, *, err: bool = False) -> None:
    """Write a text that has no colours of ours, and a line's end; to standard error with `err`."""
    _write(_no_commands(visible(text)) + "\n", sys.stderr if err else sys.stdout)


def write_exact(text: str) -> None:
    """Write a line that scripts read: as it is, but harmless on a terminal."""
    shown = visible(printable(text)) if sys.stdout.isatty() else text
    _write(_no_commands(shown) + "\n", sys.stdout)


def _harmless(text: str) -> str:
    pieces = _COLOURS.split(text)
    pieces[::2] = map(visible, pieces[::2])
    return _no_commands("".join(pieces))


def _no_commands(text: str) -> str:
    return _COMMAND.sub(r"\1·", text) if os.environ.get("GITHUB_ACTIONS") else text


def _write(text: str, file: TextIO) -> None:
    text = encodable(text, encoding_of(file))
    try:
        if sys.stderr is not None and sys.stderr.isatty():
            tqdm.write(text, file=file, end="")
            return
        # Bars that go into a file have nothing to be cleared, and would be drawn once more.
        file.write(text)
        file.flush()
    except OSError:
        # Nobody reads any more (`| head`), or the disk is full: what else is to be done goes on.
        silence(file)


def silence(file: TextIO) -> None:
    """Let what is written from now on, and at the end, go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, file.fileno())
    except OSError:
        pass  # It is no file of the system's; the next write fails as this one did.
    finally:
        os.close(nowhere)


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
