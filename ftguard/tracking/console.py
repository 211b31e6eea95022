"""Tells the terminal: one block a checkpoint, one line for all else, 80 columns wide."""

import re
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ftguard.text.formatting import printable, wrapped
from ftguard.text.glossary import GLOSSARY
from ftguard.text.terminal import write
from ftguard.tracking.block import HANGING, render_checkup
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion

OURS = "ftguard: "


@dataclass(frozen=True)
class ConsoleTracker:
    """Writes to standard output, above any progress bar."""

    same_thread: ClassVar[bool] = True

    def log(self, checkup: Checkup, share: float) -> None:
        """Write the block of one checkup."""
        write(render_checkup(checkup, share, colour=sys.stdout.isatty()))

    def finish(self, conclusion: Conclusion) -> None:
        """Write the run's outcome."""
        write(f"{OURS}{laid_out(_without_home(conclusion.summary), taken=len(OURS))}\n")


def say(text: str) -> None:
    """Write one line above any progress bar, wrapped where it is wider than 80 columns."""
    write(wrapped(printable(_without_home(text)), first=OURS, then=HANGING) + "\n")


def _without_home(text: str) -> str:
    """What W&B and logs copy: the home directory, which names its owner, as `~`."""
    home = str(Path.home())
    return text if home == "/" else re.sub(rf"{re.escape(home)}(?![\w.-])", "~", text)


def laid_out(summary: str, *, taken: int = 0) -> str:
    """A run's outcome as lines of at most 80 columns: each of its parts begins one.

    Args:
        summary: parts with `; ` between them.
        taken: columns of the first line that are in use.
    """
    first, *others = _PARTS.split(printable(summary))
    lines = [wrapped(first, first=" " * taken, then=HANGING)[taken:]]
    lines += [wrapped(part, first="  ", then=HANGING) for part in others]
    return "\n".join(lines)


_PARTS = re.compile(r"; (?![^()]*\))")
"""Between two parts: no `; ` within brackets."""


def say_words(unused: Collection[str] = ()) -> None:
    """Explain once what the blocks to come speak of, but for what they do not."""
    terms = [term for term in GLOSSARY if term.at_start and term.name not in unused]
    width = max(len(term.name) for term in terms) + 2
    say("words that the checks to come use (all of them: `ftguard glossary`)")
    for term in terms:
        first = f"  {term.name:<{width}}"
        write(wrapped(term.meaning, first=first, then=" " * len(first)) + "\n")
