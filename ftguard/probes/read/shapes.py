"""The shapes in which people keep questions: each a function from a row to its probe or pair.

MMLU-like choices, IFEval's instructions, question and answer, and labelled texts; TRL's own are in
`rows`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from ftguard.errors import InputError
from ftguard.probes.constraint import Constraint
from ftguard.probes.probe import OPTION_LETTERS, Probe

LABELLED = ("text", "query", "utterance", "sentence", "prompt", "question")
"""Columns that may hold a text to label, beside a column `label` or `intent`."""
VERBOSE_TOKENS = 4
"""Tokens that a word may take, and then some, where a constraint asks for so many words."""

DatasetRow = Mapping[str, object]


def is_multiple_choice(row: DatasetRow) -> bool:
    """Whether the row is a question with options and the right one's place."""
    return ("question" in row or "prompt" in row) and "answer" in row and bool(_options(row))


def multiple_choice(row_id: str, row: DatasetRow, slices: tuple[str, ...]) -> Probe:
    """`question`, `choices` (a list, or columns `choice0`... or `A`...), and `answer`.

    The answer is the right option's place from 0, or its letter. The prompt lists the options
    under letters, as the benchmarks' own prompts do.
    """
    choices = tuple(str(option) for option in _options(row))
    right = _place(row["answer"], choices)
    question = str(row.get("question", row.get("prompt"))).strip()
    if not question:
        raise InputError("the question is empty: write what the model is asked.")
    lines = [f"{letter}. {choice}" for letter, choice in zip(OPTION_LETTERS, choices, strict=False)]
    subject = row.get("subject")
    return Probe(
        id=row_id,
        prompt="\n".join([question, *lines, "Answer:"]),
        reference=choices[right],
        choices=choices,
        slices=slices or ((str(subject),) if subject else ()),
        **extras(row),
    )


def instructions(row_id: str, row: DatasetRow, slices: tuple[str, ...]) -> Probe:
    """IFEval's shape: `prompt`, `instruction_id_list` and one mapping of `kwargs` for each.

    Each kind of instruction (`keywords`, `startend`...) is a slice.
    """
    ids, arguments = row["instruction_id_list"], row.get("kwargs")
    if not isinstance(ids, Sequence) or isinstance(ids, str) or not ids:
        raise InputError("`instruction_id_list` must be a list of at least one instruction.")
    if not isinstance(arguments, Sequence) or len(arguments) != len(ids):
        raise InputError(f"`kwargs` must be a list of {len(ids)} mappings, one an instruction.")
    constraints = tuple(
        constraint_of({"id": name, **_mapping("kwargs", given)})
        for name, given in zip(ids, arguments, strict=True)
    )
    words = [
        cast(int, constraint.arguments["num_words"])
        for constraint in constraints
        if constraint.arguments.get("relation") in ("at least", "exactly")
        and "num_words" in constraint.arguments
    ]
    return Probe(
        id=row_id,
        prompt=cast(str, row.get("prompt") or ""),
        constraints=constraints,
        slices=slices or tuple(dict.fromkeys(str(name).partition(":")[0] for name in ids)),
        max_new_tokens=max(512, VERBOSE_TOKENS * max(words, default=0)),
    )


def constraint_of(value: object) -> Constraint:
    """A constraint from its row: `id`, and its arguments beside it or under `arguments`."""
    row = dict(_mapping("constraints", value))
    name = str(row.pop("id", ""))
    return Constraint(id=name, arguments=_mapping("arguments", row.pop("arguments", row)))


def labelled(row: DatasetRow) -> tuple[str, str] | None:
    """The text and its label, where the row is a labelled text."""
    label = next((row[name] for name in ("label", "intent") if name in row), None)
    text = next((row[name] for name in LABELLED if isinstance(row.get(name), str)), None)
    if isinstance(label, bool) or not isinstance(label, (str, int)) or text is None:
        return None
    return str(text), str(label)


def extras(row: DatasetRow) -> dict[str, Any]:
    """What any written probe may say beside its question."""
    found: dict[str, Any] = {}
    texts = dict.fromkeys(("notes", "source", "companion_of"), str)
    for name, kind in (*texts.items(), ("tier", int), ("max_new_tokens", int)):
        if row.get(name) not in (None, ""):
            found[name] = _as(kind, name, row[name])
    if row.get("tolerance") not in (None, ""):
        found["tolerance"] = _as(float, "tolerance", row["tolerance"])
    return found


def _as(kind: type, name: str, value: object) -> object:
    try:
        return kind(value)
    except (TypeError, ValueError):
        raise InputError(f"`{name}` must be a {kind.__name__}, got {value!r}.") from None


def _options(row: DatasetRow) -> Sequence[object]:
    given = row.get("choices")
    if isinstance(given, Sequence) and not isinstance(given, str):
        return given
    for names in ([f"choice{i}" for i in range(len(OPTION_LETTERS))], list(OPTION_LETTERS)):
        options = [row[name] for name in names if row.get(name) not in (None, "")]
        if len(options) > 1:
            return options
    return ()


def _place(answer: object, choices: Sequence[str]) -> int:
    letters = OPTION_LETTERS[: len(choices)]
    if isinstance(answer, str) and len(answer.strip()) == 1 and answer.strip().upper() in letters:
        return letters.index(answer.strip().upper())
    try:
        place = int(answer) if isinstance(answer, str) else answer
    except ValueError:
        place = None
    if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place < len(choices):
        raise InputError(
            f"`answer` {answer!r} is not the place of an option: allowed are 0 to "
            f"{len(choices) - 1}, or the letters {letters[0]} to {letters[-1]}."
        )
    return place


def _mapping(name: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise InputError(f"`{name}` must hold mappings, got {type(value).__name__}.")
    return value
