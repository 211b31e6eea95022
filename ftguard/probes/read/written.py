"""Reads probes that were written as such, and IFEval's instructions."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, cast

from ftguard.errors import InputError
from ftguard.probes.constraint import Constraint
from ftguard.probes.probe import Message, Probe
from ftguard.probes.read.chat import is_chat, read_chat
from ftguard.probes.read.prompt import ASKED
from ftguard.probes.read.row import Row, number

FIELDS = frozenset(field.name for field in fields(Probe)) - {"slices"}
"""Of what a run wrote, those that a set does not have (roles, what is held out) are not missed."""
VERBOSE_TOKENS = 4
"""Tokens that a word may take, and then some, where a constraint asks for so many words."""


def written(row: Row) -> Probe | None:
    """A probe as `Probe` names its fields."""
    if not {"reference", "scorer", "constraints"} & set(row):
        return None
    # Evaluation sets of other tools have a `reference` beside a `question`.
    if "prompt" not in row and "scorer" not in row and row.first(ASKED):
        return None
    if row.kept("prompt") is None:
        raise InputError(
            f"no `prompt` (columns {sorted(row.columns)}): write what the model is asked, or the "
            "empty text with the scorer `likelihood`."
        )
    constraints = row["constraints"] if row.kept("constraints") else ()
    if not isinstance(constraints, Sequence) or isinstance(constraints, str):
        raise InputError("`constraints` must be a list of mappings with an `id` each.")
    reference = row.get("reference")
    row.used |= FIELDS & set(row)
    return Probe(
        id=row.id,
        prompt=_prompt(row),
        reference=(
            reference
            if reference is None or isinstance(reference, str)
            else texts("reference", reference)
        ),
        choices=texts("choices", row.get("choices", ())),
        distractors=texts("distractors", row.get("distractors", ())),
        scorer=str(row["scorer"]) if row.kept("scorer") else "auto",
        constraints=tuple(map(_constraint, constraints)),
        **extras(row),
    )


def instructions(row: Row) -> Probe | None:
    """IFEval's shape: `prompt`, `instruction_id_list` and one mapping of `kwargs` for each.

    Each kind of instruction (`keywords`, `startend`...) is a slice.
    """
    if "instruction_id_list" not in row:
        return None
    ids, arguments = row["instruction_id_list"], row.get("kwargs")
    if not isinstance(ids, Sequence) or isinstance(ids, str) or not ids:
        raise InputError("`instruction_id_list` must be a list of at least one instruction.")
    if not isinstance(arguments, Sequence) or len(arguments) != len(ids):
        raise InputError(f"`kwargs` must be a list of {len(ids)} mappings, one an instruction.")
    constraints = tuple(
        _constraint({"id": name, **_mapping("kwargs", given)})
        for name, given in zip(ids, arguments, strict=True)
    )
    words = [
        cast(int, constraint.arguments["num_words"])
        for constraint in constraints
        if constraint.arguments.get("relation") in ("at least", "exactly")
        and "num_words" in constraint.arguments
    ]
    return Probe(
        id=row.id,
        prompt=str(row.get("prompt", "")),
        constraints=constraints,
        slices=tuple(dict.fromkeys(str(name).partition(":")[0] for name in ids)),
        max_new_tokens=max(512, VERBOSE_TOKENS * max(words, default=0)),
    )


def texts(column: str, value: object) -> tuple[str, ...]:
    """One text or number, or a list of them, as texts."""
    values = value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
    if not all(isinstance(item, (str, int, float)) for item in values):
        raise InputError(f"`{column}` must be a text, a number, or a list of those.")
    return tuple(number(item) for item in values)


def _prompt(row: Row) -> str | tuple[Message, ...]:
    value = row["prompt"]
    if is_chat(value):
        return read_chat("prompt", value).turns
    if isinstance(value, str):
        return value
    raise InputError(f"`prompt` is {type(value).__name__}; allowed are text or chat messages.")


def _constraint(value: object) -> Constraint:
    """A constraint from its row: `id`, and its arguments beside it or under `arguments`."""
    given = dict(_mapping("constraints", value))
    name = str(given.pop("id", ""))
    return Constraint(id=name, arguments=_mapping("arguments", given.pop("arguments", given)))


def _mapping(name: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise InputError(f"`{name}` must hold mappings, got {type(value).__name__}.")
    return value


def extras(row: Row) -> dict[str, Any]:
    """What any written probe may say beside its question."""
    found: dict[str, Any] = {}
    texts_ = dict.fromkeys(("notes", "source", "companion_of"), str)
    for name, kind in (*texts_.items(), ("tier", int), ("max_new_tokens", int)):
        if row.first((name,)):
            found[name] = _as(kind, name, row[name])
    if row.first(("tolerance",)):
        found["tolerance"] = _as(float, "tolerance", row["tolerance"])
    return found


def _as(kind: type, name: str, value: object) -> object:
    try:
        return kind(value)
    except (TypeError, ValueError):
        raise InputError(f"`{name}` must be a {kind.__name__}, got {value!r}.") from None
