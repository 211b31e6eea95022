"""Says what a row that cannot be read would need, in the words of its own columns."""

from ftguard.probes.read.choices import LISTS
from ftguard.probes.read.labels import LABELS, TEXTS
from ftguard.probes.read.pairs import ANSWERS
from ftguard.probes.read.prompt import ASKED
from ftguard.probes.read.row import Row, plain_name

KNOWN = (
    "`prompt` + `completion`, `question` + `answer`, `messages`, `prompt` + `chosen`, `text` + "
    "`label`, `question` + `choices` + `answer`, `prompt` + `reference`"
)
"""Shapes to rename to; the manual's page `questions` lists all."""


MEANT = frozenset({*ASKED, *ANSWERS, *TEXTS, *LABELS, "messages", "conversations", "chosen"})
"""Columns whose names say what they are for."""


def no_answer(row: Row) -> str:
    """Of a row that only asks."""
    return f"no completion to compare with (columns {sorted(row.columns)}); allowed are {KNOWN}."


def not_understood(row: Row) -> str:
    """A sentence that says which renaming would do."""
    lists = (name for name in LISTS if name != "answers")
    if any(isinstance(row.kept(name), (list, dict)) for name in lists):
        return (
            f"it has options, but does not say which one is right (columns {sorted(row.columns)}): "
            "give `answer`, its place from 0, its letter or its text."
        )
    held = [name for name in row if row.kept(name) not in ("", [], {})]
    if not held:
        return "the row is empty."
    if {"prompt", "question", "messages"} & set(row):
        return no_answer(row)
    empty = [
        name for name in row.columns if plain_name(name) in MEANT and plain_name(name) not in row
    ]
    if empty:
        return f"nothing in {empty} (columns {sorted(row.columns)})."
    listed = f"columns {sorted(row.columns)} are not understood"
    spoken = [name for name in held if isinstance(row.kept(name), str)]
    if len(held) == 1 or not spoken:
        return f"{listed}; allowed are {KNOWN}."
    theirs = row.names
    # Questions are longer than answers in sets of few words, and come first in most.
    asked, answer = spoken[0], next((n for n in held if n != spoken[0]), "...")
    return (
        f"{listed}: rename `{theirs[asked]}` to `prompt` and `{theirs[answer]}` to `completion`, "
        f'or pass columns={{"prompt": "{theirs[asked]}", "completion": "{theirs[answer]}"}} '
        f"(whichever of yours are the question and its answer); allowed are {KNOWN}."
    )
