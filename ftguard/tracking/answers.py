"""Makes the table of answers side by side that trackers show: lost, gained, a sample of others."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence

from ftguard.errors import FtguardError
from ftguard.folders import RunFolder
from ftguard.measures.side_by_side import SideBySide, gained, lost, side_by_side
from ftguard.probes import read_probes
from ftguard.tracking.leaving import (
    NOT_SENT,
    WITHHELD,
    LogTexts,
    cleaned,
    leaves,
    prompt_text,
    repeats,
)
from ftguard.tracking.tracker import SoFar

COLUMNS = (
    "step",
    "change",
    "set",
    "probe",
    "slices",
    "prompt",
    "reference",
    "base said",
    "it says now",
    "score before",
    "score now",
)
MOST = 15
"""Rows of what was lost in each set of probes, and of what was gained."""
SAMPLE = 5
"""Rows of what did not change in each."""

Row = tuple[object, ...]
_MARKS = frozenset("&<>|`*_[]()\\~#!$:")
"""What Markdown, HTML or a bare link begin with."""


def answer_rows(so_far: SoFar, log_texts: LogTexts) -> tuple[Row, ...]:
    """The rows of one checkpoint: what it lost, what it gained, a sample of what did not change.

    The sample is of the same probes at every checkpoint, as far as they did not change. Texts that
    are not to leave are replaced, and their probes are named by their line of `probes.jsonl`.
    """
    if so_far.now is None:
        return ()
    probes = so_far.opening.probes
    pairs = side_by_side(probes, so_far.base, so_far.now)
    same = [pair for pair in pairs if pair.change in ("right", "wrong")]
    random.Random(0).shuffle(same)
    shown = (*_of_each(lost(pairs), MOST), *_of_each(gained(pairs), MOST), *_of_each(same, SAMPLE))
    repeated = repeats(probes, log_texts)
    lines = _lines(so_far.opening.folder)
    rows = []
    for pair in shown:
        name, texts = lines.get(pair.probe.id, "one of yours"), (NOT_SENT,) * 4
        if leaves(pair.probe, log_texts):
            before, after = pair.said
            known = " ".join((prompt_text(pair.probe), *_right(pair), before))
            after = WITHHELD if repeated(after, known) else after
            name, texts = pair.probe.id, (prompt_text(pair.probe), _first(pair), before, after)
        rows.append(_row(so_far.checkup.step, pair, name, texts))
    return tuple(rows)


def _lines(folder: RunFolder) -> dict[str, str]:
    """Where each probe stands in the run's folder, so that its owner finds it."""
    try:
        probes = read_probes(folder.probes)
    except (OSError, FtguardError):
        return {}
    return {probe.id: f"line {line} of probes.jsonl" for line, probe in enumerate(probes, 1)}


def _of_each(pairs: Sequence[SideBySide], most: int) -> Iterator[SideBySide]:
    """So many of each set at most: one large set leaves room for the others."""
    shown: Counter[str | None] = Counter()
    for pair in pairs:
        shown[pair.probe.role] += 1
        if shown[pair.probe.role] <= most:
            yield pair


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table in which all text is text."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|" + " --- |" * len(COLUMNS)]
    lines += ["| " + " | ".join(text_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def text_cell(value: object) -> str:
    """A value in a cell of a Markdown table, where all text is text."""
    text = "" if value is None else str(value)
    text = "".join(f"&#{ord(c)};" if c in _MARKS else c for c in text)
    return text.replace("\n", "<br>").replace("\t", " ")


def _row(step: int, pair: SideBySide, name: str, texts: Sequence[str]) -> Row:
    probe = pair.probe
    return (
        step,
        {"right": "right as before", "wrong": "wrong as before"}.get(pair.change, pair.change),
        probe.role or "",
        cleaned(name),
        cleaned(", ".join(probe.slices)),
        *(cleaned(text) for text in texts),
        pair.before.value,
        pair.after.value,
    )


def _right(pair: SideBySide) -> tuple[str, ...]:
    return (*pair.probe.references, *pair.probe.choices, *pair.probe.distractors)


def _first(pair: SideBySide) -> str:
    return next(iter(pair.probe.references), "")
