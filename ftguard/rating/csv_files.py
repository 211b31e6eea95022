"""Ratings by CSV, for those who rate in a spreadsheet: blind export, import row by row."""

import csv
import io
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import regex

from ftguard.ask.answer import Answer, Finish
from ftguard.disk import write_json
from ftguard.errors import FtguardError, InputError
from ftguard.rating.items import Item
from ftguard.rating.pairs import AnswerPair, Comparison
from ftguard.rating.session import LONGEST_NOTES, checked_name
from ftguard.rating.store import Pick, Rating, Side, choice_of
from ftguard.text.visible import visible

COLUMNS = ("item", "prompt", "left", "right", "choice", "notes")
LONGEST_CELL = 32_000
"""Characters; spreadsheets cut cells at 32,767."""
PICKS: dict[str, Pick] = {
    "left": "left",
    "right": "right",
    "tie": "tie",
    "skip": "skip",
    "1": "left",
    "2": "right",
    "3": "tie",
    "s": "skip",
}
SHOWN = 20
"""Rows that are named where many are wrong."""
_FORMULA = regex.compile(r"(?<=^|[\n\t;])(\s*)(?=[=+\-@\uFF1D\uFF0B\uFF0D\uFF20])")
"""Where a spreadsheet may begin to read a formula, also one that splits at semicolons or lines."""


@dataclass(frozen=True, kw_only=True)
class CsvRow:
    """Which pair one row of an export shows."""

    probe_id: str
    left: Side


@dataclass(frozen=True, kw_only=True)
class Key:
    """What an export's rows are; kept in the run's folder, away from those who rate."""

    run: str
    attempt: int
    step: int
    rater: str | None
    """For whom it was exported, where that was said."""
    rows: Mapping[str, CsvRow]
    """By the name in the column `item`."""


def export(
    items: Sequence[Item], comparison: Comparison, path: Path, *, keys: Path, rater: str | None
) -> None:
    """Write the items to a CSV file, and its key into the folder `keys`.

    Raises:
        InputError: the file exists (it may hold ratings) or cannot be written.
    """
    code = secrets.token_hex(3)
    named = {f"{code}-{number:03}": item for number, item in enumerate(items, start=1)}
    key = Key(
        run=comparison.run,
        attempt=comparison.attempt,
        step=comparison.step,
        rater=rater,
        rows={
            name: CsvRow(probe_id=item.pair.probe_id, left=item.left)
            for name, item in named.items()
        },
    )
    try:
        # With its mark in front, Excel reads UTF-8.
        with path.open("x", encoding="utf-8-sig", newline="") as file:
            keys.mkdir(parents=True, exist_ok=True)
            write_json(keys / f"{code}.json", key)
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for name, item in named.items():
                texts = (_prompt(item.pair), *(_said(answer) for answer in item.answers))
                writer.writerow((name, *(_cell(text) for text in texts), "", ""))
    except OSError as error:
        raise InputError(
            f"cannot write `{error.filename or path}` ({error.strerror}): give a new file."
        ) from None


def load_ratings(
    path: Path, comparison: Comparison, *, keys: Path, rater: str | None
) -> tuple[Rating, ...]:
    """Read a filled-in export: every row that has a choice, or an error that names all bad rows.

    Only the columns `item`, `choice` and `notes` are read; rows may be moved or left out.

    Raises:
        InputError: a row cannot be used (file and line); nothing is imported then.
    """
    found, problems = [], []
    lines: dict[tuple[str, str], int] = {}
    known = _keys(keys)
    for number, cells in _rows(path):
        try:
            rating = _rating(cells, known, comparison, rater)
        except InputError as error:
            problems.append(f"{path}:{number}: {error}")
            continue
        if rating is None:
            continue
        first = lines.setdefault((rating.rater, rating.probe_id), number)
        if first != number:
            problems.append(f"{path}:{number}: `{cells['item']}` is rated in line {first} already")
        found.append(rating)
    if problems:
        more = f"\nand {len(problems) - SHOWN} more" * (len(problems) > SHOWN)
        raise InputError("nothing was imported:\n" + "\n".join(problems[:SHOWN]) + more)
    if not found:
        raise InputError(
            f"`{path}` has no choice yet: write left, right, tie or skip into its column `choice`."
        )
    return tuple(found)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row under its column names, with the line that it begins in."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot read `{path}`: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 ({error}): save it as `CSV UTF-8`.") from None
    first = text.partition("\n")[0]
    # Spreadsheets save with the separator of the country they are used in.
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        missing = [name for name in ("item", "choice") if names.count(name) != 1]
        if missing:
            raise InputError(f"{path}:1: one column {missing[0]!r} is needed, there are {names}.")
        before = reader.line_num
        for cells in reader:
            number, before = before + 1, reader.line_num
            if any(cell.strip() for cell in cells):
                yield number, dict(zip(names, cells, strict=False))
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}: not CSV: {error}.") from None


def _rating(
    cells: Mapping[str, str], keys: Mapping[str, Key], comparison: Comparison, rater: str | None
) -> Rating | None:
    name, given = cells.get("item", "").strip(), cells.get("choice", "").strip()
    notes = cells.get("notes", "").strip()
    key = keys.get(name.partition("-")[0])
    if key is None or name not in key.rows:
        raise InputError(f"no item `{name[:80]}` was exported from this run")
    if (key.run, key.attempt, key.step) != (comparison.run, comparison.attempt, comparison.step):
        raise InputError(
            f"`{name}` is of step {key.step} of run {key.run}, not of step {comparison.step} of "
            f"run {comparison.run}: give the step as `--step`"
        )
    if not given and not notes:
        return None
    pick = PICKS.get(given.lower())
    if pick is None:
        raise InputError(f"`{name}`: choose left, right, tie or skip, not {given[:80]!r}")
    if len(notes) > LONGEST_NOTES:
        raise InputError(f"`{name}`: notes may have {LONGEST_NOTES} characters, not {len(notes)}")
    rater = rater or key.rater
    if rater is None:
        raise InputError("nothing says who rated: give `--rater NAME`")
    row = key.rows[name]
    return Rating(
        run=key.run,
        attempt=key.attempt,
        step=key.step,
        probe_id=row.probe_id,
        rater=checked_name(rater),
        choice=choice_of(pick, row.left),
        left=row.left,
        notes=notes,
        time=datetime.now(UTC),
    )


def _keys(folder: Path) -> dict[str, Key]:
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            found[path.stem] = msgspec.json.decode(path.read_bytes(), type=Key)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise FtguardError(f"`{path}` is damaged ({error}): restore it.") from None
    return found


def _prompt(pair: AnswerPair) -> str:
    turns = ((message["role"], message["content"]) for message in pair.prompt)
    return "\n\n".join(f"{role}: {text}" if role else text for role, text in turns)


_ENDINGS: Mapping[Finish, str] = {
    "stop": "",
    "length": "\n(cut off here by the length limit)",
    "decided": "\n(writing ended here: its score was decided)",
}


def _said(answer: Answer) -> str:
    text = answer.text if answer.text.strip() else "(an empty answer)"
    return text + _ENDINGS[answer.finish]


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula, and whose every character can be seen."""
    text = visible(text)
    if len(text) > LONGEST_CELL:
        text = f"{text[:LONGEST_CELL]}\n(and {len(text) - LONGEST_CELL} characters more)"
    return _FORMULA.sub(r"\1'", text)
