"""Makes probes from the rows of a dataset, in the shapes that people have.

Written probes (`prompt` with `reference`, `constraints` or a scorer); what TRL trains on (`prompt`
+ `completion`, `prompt` + `chosen`, `chosen` + `rejected` with an implicit prompt, `messages`,
`text`; prompts and completions are text or messages); and those of benchmarks (in `shapes`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from ftguard.errors import InputError
from ftguard.probes.numbers import FINAL, NUMBER
from ftguard.probes.probe import LIKELIHOOD, Message, Probe
from ftguard.probes.read import shapes

SHAPES = (
    "`prompt` + `reference` or `constraints` (written probes), `prompt` + `completion`, `prompt` + "
    "`chosen`, `chosen` + `rejected`, `messages` ending with the assistant, `text`, `question` + "
    "`answer`, `question` + `choices` + `answer`, `prompt` + `instruction_id_list` + `kwargs`, or "
    "`text` + `label`"
)
SHORT_WORDS = 8
"""A completion of at most so many words on one line can be matched; a longer one is read."""
MOST_LABELS = 500
"""A set with more different completions has no labels."""
SHORT_SHARE = 0.9
"""A set is matched where at least this share of its completions is short."""
_FINAL = re.compile(rf"{FINAL}\s*\$?[-+]?[\d.,]*\d")
"""A solution that ends in its final number, as GSM8K writes it."""


@dataclass(frozen=True, kw_only=True)
class PromptAndCompletion:
    """A prompt and the completion that a dataset's row trains towards."""

    where: str
    id: str
    prompt: str | tuple[Message, ...]
    completion: str
    slices: tuple[str, ...]


def probes_from_rows(rows: Iterable[tuple[str, Mapping[str, object]]]) -> tuple[Probe, ...]:
    """Turn rows into probes.

    A dataset's short completions and final numbers (`#### 42`) are matched, and read for their
    likelihood beside it (a second probe, `ID#likelihood`), so that a model that answers nothing
    right is still measured; long ones are only read.

    Args:
        rows: pairs of where the row stands (`file:line` or `row 7`) and the row.

    Returns:
        The probes in the rows' order.

    Raises:
        InputError: a row has none of the known shapes, or the id of another one; the message
            says where it stands.
    """
    parsed = []
    first: dict[str, str] = {}
    for index, (where, row) in enumerate(rows):
        item = _parse(where, index, row)
        if item is not None and first.setdefault(item.id, where) != where:
            raise InputError(
                f"{where}: the id `{item.id}` was used before, at {first[item.id]}: give each row "
                "one of its own, or none."
            )
        parsed.append(item)
    pairs = [item for item in parsed if isinstance(item, PromptAndCompletion)]
    short = sum(_can_match(pair.completion) for pair in pairs)
    matched = bool(pairs) and short >= SHORT_SHARE * len(pairs)
    labels = _labels(pairs) if matched else ()
    probes: list[Probe] = []
    for item in parsed:
        if isinstance(item, Probe):
            probes.append(item)
        elif item is not None:
            probes.extend(_probes_of(item, matched=matched, labels=labels))
    return tuple(probes)


def _labels(pairs: Sequence[PromptAndCompletion]) -> tuple[str, ...]:
    """The completions of a set that has few different ones: of its labels all but one are wrong."""
    found = dict.fromkeys(pair.completion.strip() for pair in pairs)
    few = 2 * len(found) <= len(pairs) and len(found) <= MOST_LABELS
    return tuple(found) if few and not any(NUMBER.fullmatch(label) for label in found) else ()


def _probes_of(
    pair: PromptAndCompletion, *, matched: bool, labels: Sequence[str]
) -> tuple[Probe, ...]:
    try:
        read = Probe(
            id=pair.id,
            prompt=pair.prompt,
            reference=pair.completion,
            scorer=LIKELIHOOD,
            slices=pair.slices,
        )
    except InputError as error:
        raise InputError(f"{pair.where}: {error}") from None
    if not matched or not pair.prompt:
        return (read,)
    answer = pair.completion.strip()
    is_number = NUMBER.fullmatch(answer) or _FINAL.search(answer)
    scorer = "numeric" if is_number else "normalized_match"
    others = [label for label in labels if label != answer] if not is_number else []
    return (
        replace(read, reference=answer, scorer=scorer, distractors=others),
        replace(read, id=f"{pair.id}#{LIKELIHOOD}", companion_of=pair.id),
    )


def _parse(where: str, index: int, row: Mapping[str, object]) -> Probe | PromptAndCompletion | None:
    given = row.get("id", row.get("key"))
    row_id = f"row-{index}" if given is None else str(given)
    try:
        slices = _slices(row)
        if "reference" in row or "scorer" in row or "constraints" in row:
            return _written(row_id, row, slices)
        if shapes.is_multiple_choice(row):
            return shapes.multiple_choice(row_id, row, slices)
        if "choices" in row:
            return _written(row_id, row, slices)
        if "instruction_id_list" in row:
            return shapes.instructions(row_id, row, slices)
        if row.get("label") is False:
            return None  # KTO's undesired completions are nobody's reference
        prompt, completion = _split(row)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    if not completion.strip():
        raise InputError(
            f"{where}: no completion to compare with (columns {sorted(row)}); allowed are {SHAPES}."
        )
    return PromptAndCompletion(
        where=where, id=row_id, prompt=prompt, completion=completion, slices=slices
    )


def _written(row_id: str, row: Mapping[str, object], slices: tuple[str, ...]) -> Probe:
    reference = row.get("reference")
    if row.get("prompt") is None:
        raise InputError(
            f"no `prompt` (columns {sorted(row)}): write what the model is asked, or the empty "
            "text with the scorer `likelihood`."
        )
    constraints = row.get("constraints") or ()
    if not isinstance(constraints, Sequence) or isinstance(constraints, str):
        raise InputError("`constraints` must be a list of mappings with an `id` each.")
    extras: dict[str, Any] = shapes.extras(row)
    return Probe(
        id=row_id,
        prompt=_prompt(row["prompt"]),
        reference=(
            reference
            if reference is None or isinstance(reference, str)
            else _texts("reference", reference)
        ),
        choices=_texts("choices", row.get("choices") or ()),
        distractors=_texts("distractors", row.get("distractors") or ()),
        scorer=str(row.get("scorer") or "auto"),
        slices=slices,
        constraints=tuple(map(shapes.constraint_of, constraints)),
        **extras,
    )


def _split(row: Mapping[str, object]) -> tuple[str | tuple[Message, ...], str]:
    if not {"completion", "chosen", "messages"} & row.keys():
        labelled = shapes.labelled(row)
        if labelled is not None:
            return labelled
        if isinstance(row.get("question"), str) and isinstance(
            row.get("answer"), (str, int, float)
        ):
            return str(row["question"]), str(row["answer"])
    if isinstance(row.get("text"), str) and "prompt" not in row:
        return "", str(row["text"])
    given = (row.get(column) for column in ("completion", "chosen", "messages"))
    answer = next((value for value in given if value is not None), None)
    turns = tuple(cast(Sequence[Message], answer)) if _is_chat(answer) else ()
    # A chat that holds its own prompt wins over a plain one beside it, as in TRL.
    if "prompt" in row and (_is_chat(row["prompt"]) or len(turns) < 2):  # noqa: PLR2004
        return _prompt(row["prompt"]), _content(turns[-1]["content"] if turns else answer)
    if turns:
        if turns[-1]["role"] != "assistant":
            raise InputError("the messages do not end with the assistant's answer.")
        return turns[:-1], _content(turns[-1]["content"])
    rejected = row.get("rejected")
    if isinstance(answer, str) and isinstance(rejected, str):
        return _part(answer, rejected)
    raise InputError(f"columns {sorted(row)} are not understood; allowed are {SHAPES}.")


def _part(chosen: str, rejected: str) -> tuple[str, str]:
    """Split the chosen text where the rejected one parts from it, a blank before that with it."""
    pairs = enumerate(zip(chosen, rejected, strict=False))
    shared = next((at for at, (left, right) in pairs if left != right), 0)
    if chosen[:shared].endswith(" "):
        shared -= 1
    return chosen[:shared], chosen[shared:]


def _prompt(value: object) -> str | tuple[Message, ...]:
    if _is_chat(value):
        return tuple(cast(Sequence[Message], value))
    if isinstance(value, str):
        return value
    raise InputError(f"`prompt` is {type(value).__name__}; allowed are text or chat messages.")


def _content(value: object) -> str:
    return value if isinstance(value, str) else ""


def _is_chat(value: object) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and bool(value)
        and all(isinstance(turn, Mapping) and {"role", "content"} <= set(turn) for turn in value)
    )


def _slices(row: Mapping[str, object]) -> tuple[str, ...]:
    given = (row.get(column) for column in ("slices", "slice", "category"))
    return _texts("slices", next((value for value in given if value not in (None, "", [])), ()))


def _texts(column: str, value: object) -> tuple[str, ...]:
    """One text or number, or a list of them, as texts."""
    values = value if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
    if not all(isinstance(item, (str, int, float)) for item in values):
        raise InputError(f"`{column}` must be a text, a number, or a list of those.")
    return tuple(str(item) for item in values)


def _can_match(text: str) -> bool:
    short = "\n" not in text.strip() and len(text.split()) <= SHORT_WORDS
    return short or _FINAL.search(text) is not None
