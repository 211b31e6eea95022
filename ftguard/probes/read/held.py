"""Finds the rows in a mapping: splits, columns, records by their ids, passages with questions."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ftguard.errors import InputError
from ftguard.probes.probe import Probe
from ftguard.probes.read.complaints import MEANT
from ftguard.probes.read.row import plain_name
from ftguard.probes.read.splits import HELD_OUT, HOLDING, TRAINED, one_split

NOT_ROWS: Sequence[Any] = ()
"""What stands for rows where a mapping holds none."""
_SPLITS = frozenset((*HELD_OUT, *TRAINED))


def is_rows(value: object) -> bool:
    """Whether it is a list of rows, and at least of one."""
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def held_rows(
    held: Mapping[Any, Any],
    split: str | None,
    name: str,
    first: Sequence[str] = HELD_OUT,
    *,
    only_tables: bool = False,
) -> tuple[str, Sequence[Any]]:
    """Where the rows stand in a mapping (nothing where all of it is them), and the rows.

    Args:
        held: what is to hold rows.
        split: of several.
        name: of the mapping, in complaints.
        first: the splits to choose where none is named.
        only_tables: whether only columns and records are looked for, and no lists of rows.

    Raises:
        InputError: it holds several lists of rows, of which none is chosen.
    """
    rows = table_rows(held)
    if rows is not NOT_ROWS:
        return "", rows
    lists = {str(key): value for key, value in held.items() if is_rows(value)}
    if not lists or only_tables:
        return _in_a_split(held, split, name, first)
    known = [each for each in HOLDING if each in lists]
    chosen = known[0] if known and split is None else one_split(lists, split, name, first)
    return chosen, lists[chosen]


def table_rows(held: Mapping[Any, Any]) -> Sequence[Any]:
    """The rows of columns, or of records by their ids; `NOT_ROWS` of anything else."""
    values = list(held.values())
    if not values:
        return NOT_ROWS
    if isinstance(held.get("columns"), list) and _is_grid(held.get("data")):
        return [dict(zip(held["columns"], cells, strict=False)) for cells in held["data"]]
    if all(isinstance(value, (list, tuple)) for value in values):
        return _of_columns(held)
    if all(isinstance(value, Mapping) and value for value in values):
        keys = list(values[0])
        alike = all(list(value) == keys for value in values)
        names = {plain_name(key) for key in held}
        if alike and (all(str(key).isdecimal() for key in keys) or names & MEANT):
            return [{str(name): held[name][key] for name in held} for key in keys]
        if not names <= _SPLITS:
            return [value if "id" in value else {"id": key, **value} for key, value in held.items()]
    return NOT_ROWS


def flattened(
    where: str, row: Mapping[str, object]
) -> Iterator[tuple[str, Mapping[str, object] | InputError]]:
    """The row, or where it is SQuAD's paragraphs with their questions, a row for each of these."""
    paragraphs: Any = row.get("paragraphs")
    is_nested = isinstance(paragraphs, list) and all(
        isinstance(p, Mapping) and isinstance(p.get("qas"), list) for p in paragraphs
    )
    if not is_nested or not paragraphs:
        yield where, row
        return
    for at, paragraph in enumerate(paragraphs):
        for index, asked in enumerate(paragraph["qas"]):
            place = f"{where}[{at}][{index}]"
            if isinstance(asked, Mapping):
                yield place, _asked(paragraph.get("context"), asked)
            else:
                yield place, InputError(f"a question is needed, got {type(asked).__name__}.")


def _asked(context: object, asked: Mapping[str, Any]) -> Mapping[str, object]:
    answers = asked.get("answers")
    if isinstance(answers, list) and all(isinstance(one, Mapping) for one in answers):
        answers = {"text": [one.get("text") for one in answers]}
    found = {"context": context, "question": asked.get("question"), "answers": answers}
    return {**found, "id": asked["id"]} if asked.get("id") is not None else found


def _of_columns(held: Mapping[Any, Any]) -> Sequence[Any]:
    names = [str(name) for name in held]
    sizes = {len(column) for column in held.values()}
    if set(names) <= _SPLITS:
        return NOT_ROWS
    if len(sizes) != 1 or sizes == {0} or all(_holds_rows(column) for column in held.values()):
        return NOT_ROWS
    return [dict(zip(names, cells, strict=True)) for cells in zip(*held.values(), strict=True)]


def _in_a_split(
    held: Mapping[Any, Any], split: str | None, name: str, first: Sequence[str]
) -> tuple[str, Sequence[Any]]:
    """The rows of a split that is itself a mapping, of columns or records."""
    splits = {str(key): value for key, value in held.items() if isinstance(value, Mapping)}
    if len(splits) < len(held) or not splits or not set(splits) <= _SPLITS:
        return "", NOT_ROWS
    chosen = one_split(splits, split, name, first)
    return chosen, table_rows(splits[chosen])


def _holds_rows(column: Sequence[Any]) -> bool:
    return all(isinstance(item, (Mapping, Probe)) for item in column)


def _is_grid(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(cells, list) for cells in value)
