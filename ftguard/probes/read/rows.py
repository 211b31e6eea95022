"""Makes probes from the rows of a dataset, and says what became of each row and column."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from ftguard.errors import InputError
from ftguard.probes.numbers import FINAL, NUMBER
from ftguard.probes.probe import LIKELIHOOD, TOOL_CALL, Message, Probe
from ftguard.probes.read.answer_texts import told
from ftguard.probes.read.asked import Asked, LeftOut
from ftguard.probes.read.chat import exchanges, unpacked
from ftguard.probes.read.choices import Offered, first_number
from ftguard.probes.read.complaints import no_answer, not_understood
from ftguard.probes.read.row import Row, under
from ftguard.probes.read.shapes import SHAPES, Item
from ftguard.probes.read.trained import MEDIA
from ftguard.probes.read.unreadable import Unreadable
from ftguard.probes.read.written import extras, texts
from ftguard.words import num_words

SHORT_WORDS = 8
"""A completion of at most so many words on one line can be matched; a longer one is read."""
MOST_LABELS = 500
"""A set with more different completions has no labels."""
SHORT_SHARE = 0.9
"""A set is matched where at least this share of its completions is short."""
SLICES = ("slices", "slice", "category", "subject")
"""Columns that may hold the groups which are also measured on their own."""
SYSTEMS = ("system", "system_prompt", "system_message", "system_instruction", "systeminstruction")
"""Columns that may hold what a chat's system message says."""
_FINAL = re.compile(rf"{FINAL}\s*\$?[-+]?[\d.,]*\d")
"""A solution that ends in its final number, as GSM8K writes it."""

Rows = Iterable[tuple[str, Mapping[str, object] | InputError]]
"""Where each row stands (`file:line` or `row 7`), and the row or why it is none."""


@dataclass(frozen=True, kw_only=True)
class FromRows:
    """The probes that rows became."""

    probes: tuple[Probe, ...]
    """In the rows' order."""
    notes: tuple[str, ...]
    """What was left out or not used, a sentence each."""


@dataclass(frozen=True, kw_only=True)
class _Read:
    """One row that could be read."""

    where: str
    id: str
    item: Item
    slices: tuple[str, ...]
    given: Mapping[str, Any]
    """Further fields of its probe."""


def probes_from_rows(rows: Rows, *, columns: Mapping[str, str] | None = None) -> FromRows:
    """Turn rows into probes.

    A dataset's short completions and final numbers (`#### 42`) are matched, and read for their
    likelihood beside it (a second probe, `ID#likelihood`), so that a model that answers nothing
    right is still measured; long ones are only read.

    Of many rows 1 % may be unreadable; the notes name them. They also say which
    columns were not used in any row, and how many rows are left out for what they are.

    Args:
        rows: pairs of where the row stands and the row.
        columns: the rows' own names of columns, by those that ftguard knows.

    Raises:
        InputError: more rows have none of the known shapes, or one has the id of another; the
            message says where it stands.
    """
    reading = _Reading()
    read = list(reading.all(under(rows, columns) if columns else rows))
    offered = [one.item for one in read if isinstance(one.item, Offered)]
    pairs = [one.item for one in read if isinstance(one.item, Asked) and not one.item.calls]
    plain = [one.item for one in read if isinstance(one.item, Probe) and _is_plain(one.item)]
    short = sum(_can_match(pair.answers[0]) for pair in pairs)
    matched = bool(pairs) and short >= SHORT_SHARE * len(pairs)
    made = _Making(
        matched=matched,
        long=sum(map(_is_long, plain)) > (1 - SHORT_SHARE) * len(plain),
        labels=_labels(pairs) if matched else (),
        first=first_number(offered),
    )
    probes: list[Probe] = []
    for one in read:
        try:
            probes.extend(made.probes(one))
        except InputError as error:
            reading.refused.add(one.where, error, reading.number)
    reading.refused.check(reading.number)
    return FromRows(probes=tuple(probes), notes=reading.notes())


class _Reading:
    """Goes through rows, and keeps account of what cannot be read or is not used."""

    def __init__(self) -> None:
        self.number = 0
        self.refused = Unreadable()
        self._left_out: Counter[str] = Counter()
        self._used: set[str] = set()
        self._unused: dict[str, None] = {}

    def all(self, rows: Rows) -> Iterator[_Read]:
        """Every row that asks something."""
        first: dict[str, str] = {}
        for where, given in rows:
            self.number += 1
            try:
                one = self._one(where, given)
            except InputError as error:
                self.refused.add(where, error, self.number)
                continue
            if isinstance(one.item, LeftOut):
                self._left_out[one.item.reason] += 1
                continue
            if first.setdefault(one.id, where) != where:
                raise InputError(
                    f"{where}: the id `{one.id}` was used before, at {first[one.id]}: give each "
                    "row one of its own, or none."
                )
            yield one

    def notes(self) -> tuple[str, ...]:
        """What became of rows and columns."""
        found = [
            f"left out: {count} row{'s'[: count > 1]} that {why}."
            for why, count in self._left_out.items()
        ]
        if self.refused.complaints:
            found.append(self.refused.told(self.number))
        unused = [name for name in self._unused if name not in self._used]
        if unused:
            listed = ", ".join(f"`{name}`" for name in unused)
            found.append(f"columns that are not used: {listed}.")
        return tuple(found)

    def _one(self, where: str, given: Mapping[str, object] | InputError) -> _Read:
        if isinstance(given, InputError):
            raise given
        row = Row(given, self.number - 1)
        item = next((found for found in _items(row) if found is not None), None)
        if item is None:
            raise InputError(not_understood(row))
        if row.has_media:
            row.used.update(row)
            item = MEDIA
        if isinstance(item, Asked) and not (item.answers and item.answers[0].strip()):
            raise InputError(no_answer(row))
        slices = _slices(row)
        given_too = _beside(row, item)
        self._used.update(row.names[name] for name in row.used)
        self._unused.update(dict.fromkeys(row.unused))
        return _Read(where=where, id=row.id, item=item, slices=slices, given=given_too)


def _items(row: Row) -> Iterator[Item | None]:
    for shape in SHAPES:
        row.used.clear()
        yield shape(row)


def _slices(row: Row) -> tuple[str, ...]:
    name = next((n for n in SLICES if n not in row.used and row.first((n,))), None)
    return texts("slices", row[name]) if name is not None else ()


def _beside(row: Row, item: Item) -> dict[str, Any]:
    """What stands beside a prompt: a system message, tools, what the chat template is told."""
    found: dict[str, Any] = {}
    if isinstance(item, Offered):
        found.update(extras(row))
    tools = unpacked(row["tools"]) if row.first(("tools",)) else None
    tools = unpacked(row["functions"]) if tools is None and row.first(("functions",)) else tools
    if isinstance(tools, list) and all(isinstance(tool, dict) for tool in tools):
        found["tools"] = tuple(tool if "function" in tool else _as_tool(tool) for tool in tools)
    given = unpacked(row["chat_template_kwargs"]) if "chat_template_kwargs" in row else None
    if isinstance(given, dict):
        found["chat_template_kwargs"] = {k: v for k, v in given.items() if v is not None}
    prompt = item.prompt if isinstance(item, Asked | Offered) else None
    if prompt:
        turns = _with_history(row, _turns(prompt))
        system = row.first(SYSTEMS)
        if system and turns[0]["role"] != "system":
            turns = (Message(role="system", content=told(row[system])), *turns)
        if len(turns) > 1 and turns != prompt:
            found["prompt"] = turns
    return found


def _with_history(row: Row, turns: tuple[Message, ...]) -> tuple[Message, ...]:
    """What was said before the prompt, where a row has it in a column of its own."""
    before = exchanges(unpacked(row.kept("history")))
    if not before:
        return turns
    row["history"]
    first = int(turns[0]["role"] == "system")
    return (*turns[:first], *before, *turns[first:])


def _as_tool(function: Mapping[str, object]) -> Mapping[str, object]:
    return {"type": "function", "function": function}


def _turns(prompt: str | Sequence[Message]) -> tuple[Message, ...]:
    return (Message(role="user", content=prompt),) if isinstance(prompt, str) else tuple(prompt)


@dataclass(frozen=True, kw_only=True)
class _Making:
    """What a whole set says of how each of its rows is to be scored."""

    matched: bool
    """Whether completions are short enough to be matched."""
    long: bool
    """Whether written references are too long to be."""
    labels: Sequence[tuple[str, ...]]
    first: int | None
    """The number of the first option."""

    def probes(self, one: _Read) -> tuple[Probe, ...]:
        """The probes of a row.

        Raises:
            InputError: it contradicts itself.
        """
        item = one.item
        if isinstance(item, Offered):
            first = item.first if self.first is None else self.first
            return (
                Probe(
                    **{
                        "id": one.id,
                        "prompt": item.prompt,
                        "reference": item.right(first),
                        "choices": item.options,
                        "scorer": "multiple_choice",
                        "slices": one.slices or item.slices,
                        **one.given,
                    }
                ),
            )
        if isinstance(item, Asked):
            return self._asked(one, item)
        probe = cast(Probe, item)
        scorer = LIKELIHOOD if self.long and _is_plain(probe) and _is_long(probe) else probe.scorer
        return (replace(probe, slices=one.slices or probe.slices, scorer=scorer, **one.given),)

    def _asked(self, one: _Read, item: Asked) -> tuple[Probe, ...]:
        answers = item.answers
        read = Probe(
            **{
                "id": one.id,
                "prompt": item.prompt,
                "reference": answers[0],
                "scorer": TOOL_CALL if item.calls else LIKELIHOOD,
                "distractors": item.wrong,
                "slices": one.slices,
                **one.given,
            }
        )
        if item.calls or not self.matched or not item.prompt:
            return (read,)
        right = tuple(dict.fromkeys(answer.strip() for answer in answers))
        is_number = not item.label and bool(NUMBER.fullmatch(right[0]) or _FINAL.search(right[0]))
        others = [text for label in self.labels if label != answers for text in label]
        wrong = [text for text in (*item.wrong, *others) if text not in right]
        return (
            replace(
                read,
                reference=right[0] if len(right) == 1 else right,
                scorer="numeric" if is_number else "normalized_match",
                distractors=() if is_number else wrong,
            ),
            replace(read, id=f"{one.id}#{LIKELIHOOD}", companion_of=one.id),
        )


def _labels(pairs: Sequence[Asked]) -> tuple[tuple[str, ...], ...]:
    """The completions of a set that has few different ones: of its labels all but one are wrong."""
    found = dict.fromkeys(tuple(answer.strip() for answer in pair.answers) for pair in pairs)
    few = 2 * len(found) <= len(pairs) and len(found) <= MOST_LABELS
    named = all(pair.label for pair in pairs) or not any(NUMBER.fullmatch(n[0]) for n in found)
    return tuple(found) if few and named else ()


def _is_plain(probe: Probe) -> bool:
    """Whether a written probe is a prompt with a reference, and says nothing of its scoring."""
    return probe.scorer == "normalized_match" and not (probe.distractors or probe.choices)


def _is_long(probe: Probe) -> bool:
    return not _can_match(probe.references[0])


def _can_match(text: str) -> bool:
    short = "\n" not in text.strip() and num_words(text) <= SHORT_WORDS
    return short or _FINAL.search(text) is not None
