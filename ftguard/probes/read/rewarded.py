"""Reads rows whose answers a function scores: a prompt, and columns for the function."""

from collections.abc import Mapping
from typing import Any

from ftguard.errors import InputError
from ftguard.probes.own_scorer import OwnScorer
from ftguard.probes.probe import Probe
from ftguard.probes.read.answer_texts import accepted
from ftguard.probes.read.asked import LeftOut
from ftguard.probes.read.beside import slices_of, template_fields
from ftguard.probes.read.pairs import ANSWERS
from ftguard.probes.read.prompt import prompt_of
from ftguard.probes.read.row import Row, plain_value, under
from ftguard.probes.read.rows import FromRows, Rows
from ftguard.probes.read.trained import prompt_in
from ftguard.probes.read.unreadable import Unreadable

TOLD_APART = ("prompt", "completion", "completion_ids")
"""Columns that TRL gives to no reward function as such."""


def probes_to_reward(
    rows: Rows, scorer: OwnScorer, *, columns: Mapping[str, str] | None = None
) -> FromRows:
    """One probe a row, as GRPO trains on it: its `prompt`, and all other columns for the function.

    A row that has an answer in a column of a usual name keeps it as its reference: to be shown, and
    to be looked for in the training data.

    Args:
        rows: pairs of where the row stands and the row.
        scorer: of every answer.
        columns: the rows' own names of columns, by those that ftguard knows.

    Raises:
        InputError: more than a few rows ask nothing; the message says where they stand.
    """
    probes: list[Probe] = []
    refused, media, number = Unreadable(), 0, 0
    for where, given in under(rows, columns) if columns else rows:
        number += 1
        try:
            probe = _probe(given, number - 1, scorer)
        except InputError as error:
            refused.add(where, error, number)
            continue
        if probe is None:
            media += 1
        else:
            probes.append(probe)
    refused.check(number)
    notes = [f"left out: {media} rows that came with images, sounds or files."] * bool(media)
    if refused.complaints:
        notes.append(refused.told(number))
    return FromRows(probes=tuple(probes), notes=tuple(notes))


def _probe(given: Any, number: int, scorer: OwnScorer) -> Probe | None:
    if isinstance(given, InputError):
        raise given
    row = Row(given, number)
    prompt = prompt_in(row) if "prompt" in row else prompt_of(row)
    if isinstance(prompt, LeftOut) or row.has_media:
        return None
    if not prompt:
        raise InputError(f"the row asks nothing: it has no `prompt` among {sorted(row.columns)}.")
    held = {name: plain_value(value) for name, value in given.items() if name not in TOLD_APART}
    # What is trained on beside a reward comes after what the reward is worked out from.
    names = (*(name for name in ANSWERS if name != "completion"), "completion")
    answer = next((n for n in names if n not in row.used and row.kept(n) is not None), None)
    return Probe(
        id=row.id,
        prompt=prompt,
        reference=tuple(filter(str.strip, accepted(row.kept(answer)))) or None if answer else None,
        scorer=scorer,
        slices=slices_of(row),
        columns=held,
        **template_fields(row),
    )
