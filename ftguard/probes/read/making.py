"""Makes `Making`, what a whole set says of how each of its rows becomes probes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ftguard.probes.numbers import FINAL, NUMBER
from ftguard.probes.probe import LIKELIHOOD, MULTIPLE_CHOICE, PREFERENCE, TOOL_CALL, Probe
from ftguard.probes.read.asked import Asked
from ftguard.probes.read.choices import MANY, MARKED, SEVERAL, Offered, by_text, first_number
from ftguard.text.words import num_words

SHORT_WORDS = 8
"""A completion of at most so many words on one line can be matched; a longer one is read."""
MOST_LABELS = 500
"""A set with more different completions has no labels."""
FEWEST_GROUPED = 10
"""Fewer rows may each be of another group."""
SHORT_SHARE = 0.9
"""A set is matched where at least this share of its completions is short."""
_FINAL = re.compile(rf"{FINAL}\s*\$?[-+]?[\d.,]*\d")
"""A solution that ends in its final number, as GSM8K writes it."""


@dataclass(frozen=True, kw_only=True)
class ReadRow:
    """One row that asks something."""

    where: str
    id: str
    item: Probe | Asked | Offered
    slices: tuple[str, ...]
    fields: Mapping[str, Any]
    """Further fields of its probe."""
    says_scorer: bool
    """Whether it says how it is scored."""
    shape: int
    """Which of `SHAPES` it has."""
    columns: frozenset[str]
    """All that it has, filled or not."""
    filled: frozenset[str]
    """Those that hold something."""


@dataclass(frozen=True, kw_only=True)
class Making:
    """How the rows of one set become probes."""

    matched: bool
    """Whether completions are short enough to be matched."""
    long: int
    """Written references that are too long to be, where that is more than a few; they are read."""
    labels: Sequence[tuple[str, ...]]
    first: int | None
    """The number of the first option."""
    by_text: bool
    """Whether right options are given by their text."""
    counted: bool
    """Whether right options are given by numbers, too few of them to tell from where they count."""
    grouped: bool
    """Whether slices are groups: a name that each row has alone is none."""

    @classmethod
    def of(cls, rows: Sequence[ReadRow]) -> "Making":
        """How the rows of a set are to be scored, seen together."""
        pairs = [r.item for r in rows if isinstance(r.item, Asked) and not r.item.calls]
        plain = [r for r in rows if _is_plain(r)]
        long = sum(map(_is_long, plain))
        short = sum(_can_match(pair.answers[0]) for pair in pairs)
        matched = bool(pairs) and short >= SHORT_SHARE * len(pairs)
        offered = [r.item for r in rows if isinstance(r.item, Offered)]
        return cls(
            matched=matched,
            long=long if long > (1 - SHORT_SHARE) * len(plain) else 0,
            labels=_labels(pairs) if matched else (),
            first=first_number(offered),
            by_text=by_text(offered),
            counted=len(offered) < MANY and _is_counted(offered),
            grouped=_is_grouped(rows),
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What is not scored as it was written."""
        found = []
        if self.long:
            found.append(
                f"{self.long} references are too long to be matched and are read for their "
                "likelihood; give a `scorer` where you want another."
            )
        if self.counted:
            found.append("right options are counted from 0, though no row says 0.")
        if not self.grouped:
            found.append("nearly every row has a slice of its own, so that none is used.")
        return tuple(found)

    def probes(self, row: ReadRow) -> tuple[Probe, ...]:
        """The probes of a row.

        Raises:
            InputError: it contradicts itself.
        """
        item = row.item
        if not self.grouped:
            row = replace(row, slices=())
        if isinstance(item, Asked):
            return self._asked(row, item)
        if isinstance(item, Offered):
            return (self._offered(row, item),)
        read = bool(self.long) and _is_plain(row) and _is_long(row)
        scorer = LIKELIHOOD if read else item.scorer
        slices = row.slices or item.slices
        return (replace(item, slices=slices, scorer=scorer, **row.fields),)

    def _offered(self, row: ReadRow, item: Offered) -> Probe:
        return Probe(
            id=row.id,
            prompt=item.prompt,
            reference=item.right(
                item.first if self.first is None else self.first, by_text=self.by_text
            ),
            choices=item.options,
            scorer=MULTIPLE_CHOICE,
            slices=row.slices or item.slices,
            **row.fields,
        )

    def _asked(self, row: ReadRow, item: Asked) -> tuple[Probe, ...]:
        read = Probe(
            id=row.id,
            prompt=item.prompt,
            reference=item.answers[0],
            scorer=TOOL_CALL if item.calls else LIKELIHOOD,
            distractors=item.wrong,
            slices=row.slices,
            **row.fields,
        )
        paired = _paired(read, item)
        if item.calls or not self.matched or not item.prompt:
            return (read, *paired)
        right = tuple(dict.fromkeys(answer.strip() for answer in item.answers))
        is_number = not item.label and bool(NUMBER.fullmatch(right[0]) or _FINAL.search(right[0]))
        others = [text for label in self.labels if label != right for text in label]
        wrong = [text for text in (*item.wrong, *others) if text not in right]
        return (
            replace(
                read,
                reference=right[0] if len(right) == 1 else right,
                scorer="numeric" if is_number else "normalized_match",
                distractors=() if is_number else wrong,
            ),
            replace(read, id=f"{row.id}#{LIKELIHOOD}", companion_of=row.id),
            *paired,
        )


def _paired(read: Probe, item: Asked) -> tuple[Probe, ...]:
    """What asks which text of a preference pair the model finds likelier."""
    if not item.rejected or item.calls:
        return ()
    return (
        replace(
            read,
            id=f"{read.id}#{PREFERENCE}",
            companion_of=read.id,
            scorer=PREFERENCE,
            distractors=(item.rejected,),
        ),
    )


def _labels(pairs: Sequence[Asked]) -> tuple[tuple[str, ...], ...]:
    """The completions of a set that has few different ones: of its labels all but one are wrong."""
    found = dict.fromkeys(tuple(answer.strip() for answer in pair.answers) for pair in pairs)
    few = 2 * len(found) <= len(pairs) and len(found) <= MOST_LABELS
    named = all(pair.label for pair in pairs) or not any(NUMBER.fullmatch(n[0]) for n in found)
    return tuple(found) if few and named else ()


def _is_counted(offered: Sequence[Offered]) -> bool:
    numbers = [o.number for o in offered if o.number is not None and o.key != MARKED]
    return len(numbers) >= SEVERAL and not any(o.first for o in offered) and 0 not in numbers


def _is_grouped(rows: Sequence[ReadRow]) -> bool:
    given = [row.slices for row in rows if row.slices]
    return len(given) < FEWEST_GROUPED or 2 * len(set(given)) <= len(given)


def _is_plain(row: ReadRow) -> bool:
    """Whether a row is a written prompt with a reference, and says nothing of its scoring."""
    probe = row.item
    matched = isinstance(probe, Probe) and probe.scorer == "normalized_match"
    return matched and not (row.says_scorer or (isinstance(probe, Probe) and probe.distractors))


def _is_long(row: ReadRow) -> bool:
    return isinstance(row.item, Probe) and not _can_match(row.item.references[0])


def _can_match(text: str) -> bool:
    short = "\n" not in text.strip() and num_words(text) <= SHORT_WORDS
    return short or _FINAL.search(text) is not None
