"""Tells whether a run that has not ended is at work, or was interrupted."""

import time
from itertools import pairwise
from pathlib import Path

from ftguard.folders import RunFolder
from ftguard.pulse import Life, read_pulse
from ftguard.verdict.run import Kind

TIMES = 5
"""How many times longer than ever before nothing is written by a run that has ended, it seems."""
LEAST = 600.0
"""And at least so many seconds."""
OVER: tuple[Life | None, ...] = ("silent", "gone")


def life_of(folder: RunFolder) -> Life | None:
    """Whether the latest run of a folder is at work; None where nothing tells.

    Of runs of an older version, and where one may not read its pulse, the times tell at which it
    wrote.
    """
    pulse = read_pulse(folder.pulse)
    return pulse if pulse is not None else _by_its_files(folder)


def how_it_stands(kind: Kind, life: Life, last_step: int | None, max_steps: int) -> tuple[str, str]:
    """What became of a run that has not ended, and after what: together a sentence.

    Args:
        kind: what it is a run of.
        life: whether it is at work.
        last_step: the last examined one.
        max_steps: those that are planned; 0 where that is not known.
    """
    what = "training" if kind == "training" else "examining"
    of = f" of {max_steps}" if max_steps and kind == "training" else ""
    checked = f" after the check at step {last_step}{of}" if last_step is not None else ""
    if life == "alive":
        return f"{what} goes on", checked
    seems = ", it seems (there is no sign of life)," if life == "silent" else ""
    return f"{what} was interrupted", seems + (checked or " before a checkpoint was examined")


def _by_its_files(folder: RunFolder) -> Life | None:
    written = sorted(filter(None, map(_written, (folder.base, *_answers(folder)))))
    last = _written(folder.ledger)
    gaps = [later - earlier for earlier, later in pairwise(written)]
    if last is None or not gaps:
        return None
    return "silent" if time.time() - last > max(LEAST, TIMES * max(gaps)) else None


def _answers(folder: RunFolder) -> list[Path]:
    return list((folder.root / "answers").glob("*/*"))


def _written(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None
