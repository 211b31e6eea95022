"""Says what a row that cannot be read would need, in the words of its own columns."""

import re
from collections.abc import Sequence

from ftguard.probes.read.beside import SLICES, SYSTEMS
from ftguard.probes.read.choices import LISTS
from ftguard.probes.read.labels import LABELS, TEXTS
from ftguard.probes.read.pairs import ANSWERS
from ftguard.probes.read.prompt import ASKED, CONTEXTS, INPUTS
from ftguard.probes.read.row import NUMBERS, Row, plain_name
from ftguard.probes.read.written import FIELDS

KNOWN = (
    "`prompt` + `completion`, `question` + `answer`, `messages`, `prompt` + `chosen`, `text` + "
    "`label`, `question` + `choices` + `answer`, `prompt` + `reference`"
)
"""Shapes to rename to; the manual's page `data` lists all."""


_NUMBERING = re.compile(r"(^|_)(ids?|idx|index|uuid|guid|no|nr|num|number|key|hash)$")
"""How columns are called that number something."""
_MARK = re.compile(
    r"[\d\W_]+"  # numbers, dates, amounts
    r"|\d[\d:.T+-]*Z?"
    r"|(?=\S*\d)[\w-]{6,}"  # codes: letters and figures without a blank
    r"|[a-z]+://\S+|\S+@\S+\.\w+|\S*[/\\]\S*\.\w{2,5}"
)
"""What is no text that people wrote: ids, numbers, dates, links, addresses, files."""
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)*%?")
MEANT = frozenset({*ASKED, *ANSWERS, *TEXTS, *LABELS, "messages", "conversations", "chosen"}) - {
    "q",
    "a",
}
"""Columns whose names say what they are for; single letters name many things."""


NAMES = frozenset(
    {*MEANT, *CONTEXTS, *INPUTS, *SLICES, *SYSTEMS, *LISTS, *FIELDS}
    | {"rejected", "history", "title"}
)
"""What columns may be renamed to."""


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
    if len(held) == 1 or not spoken or not _texts(row, spoken):
        return f"{listed}; allowed are {KNOWN}."
    asked, answer = _likely(row, held)
    return (
        f"{listed}: rename `{asked}` to `prompt` and `{answer}` to `completion`, "
        f'or pass columns={{"prompt": "{asked}", "completion": "{answer}"}} '
        f"(whichever of yours are the question and its answer); allowed are {KNOWN}."
    )


def _likely(row: Row, held: Sequence[str]) -> tuple[str, str]:
    """The row's own names of the columns that are most likely what is asked and its answer.

    Of the two longest texts the one that stands first is asked. Ids, dates, links and files are
    never asked; a number is an answer where there is no other text.
    """
    spoken = [name for name in held if isinstance(row.kept(name), str)]
    texts = _texts(row, spoken)
    longest = sorted(texts, key=lambda name: len(str(row.kept(name))), reverse=True)[:2]
    first = next(name for name in texts if name in longest)
    others = [name for name in longest if name != first]
    rest = (n for n in held if not _is_number_of_row(n) and _is_number(row.kept(n)))
    answer = others[0] if others else next(rest, None)
    return row.names[first], "..." if answer is None else row.names[answer]


def _texts(row: Row, spoken: Sequence[str]) -> list[str]:
    """The columns with texts that people wrote, in the row's order."""
    return [name for name in spoken if not _is_number_of_row(name) and not _is_mark(row, name)]


def _is_number_of_row(name: str) -> bool:
    return name in NUMBERS or _NUMBERING.search(name) is not None


def _is_number(value: object) -> bool:
    return isinstance(value, (bool, int, float)) or (
        isinstance(value, str) and _NUMBER.fullmatch(value.strip()) is not None
    )


def _is_mark(row: Row, name: str) -> bool:
    """Whether a text is an id, a number, a date, a link or the like: no words."""
    value = row.kept(name)
    return isinstance(value, str) and _MARK.fullmatch(value.strip()) is not None
