"""Tells whether a short query within a longer text is a leak, once all rows have been seen.

`When will I get my card?` within another person's longer question is theirs. It is a leak where
marks part it from the rest, as in a table or a program; where what stands around it is said of many
rows (a template); or where its own answer follows it.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ftguard.probes.leaks.leak import Leak
from ftguard.probes.leaks.letters import num_letters
from ftguard.probes.leaks.search_terms import LEAST, SearchTerm
from ftguard.probes.leaks.training_row import TrainingRow

_PARTS_BEFORE = re.compile(r"(?:\A|[\n\t|\"\u201c\u201d\u00ab`:;>=\]})]|(?<=[!-~]),\Z)[ '*_`]*\Z")
"""How the text ends before a query that stands for itself: `Customer: `, `"query": "`, `17,`."""
_PARTS_AFTER = re.compile(
    r"\A[.?!\u2026]{0,3}[ '*_`]*"
    r"(?:\Z|[\n\t|\"\u201c\u201d\u00bb`=<\[{(]|->|,(?=[!-~])|[^\W\d_]\w{1,14}:)"
)
"""How it goes on behind it: `" `, ` => `, `,label`, ` Agent: `."""
_SAMPLE = 500
"""Rows whose lines are kept to tell what many share."""
_LONGEST = 2**12
"""Bytes of a line that is kept."""
_SHARED = 0.1
"""Share of the rows that have a template of 12 letters or more."""
_SHARED_BY_MOST = 0.4
"""The same of fewer letters: `customer` may stand in front of a query, and `can you` as well."""
_FEWEST = 3
"""Rows that share something, at the least."""
_MOST = 20
"""Different surroundings of one probe that are looked into; of more, the rest is similar."""


@dataclass(frozen=True, kw_only=True)
class Within:
    """A short query in a line of its row."""

    leak: Leak
    """What it is if it is a leak."""
    before: bytes
    after: bytes
    """The letters around it in the lines where it begins and ends."""
    answer: bytes
    """Its answer, where that follows it."""
    share: float
    """Of the letters of its turn that are its own."""

    @property
    def as_similar(self) -> Leak:
        """What it is if it is none."""
        return replace(self.leak, kind="similar", similarity=self.share)


def is_parted(before: str, after: str) -> bool:
    """Whether marks that no sentence has part a query from the text before and after it."""
    return bool(_PARTS_BEFORE.search(before) and _PARTS_AFTER.match(after))


class Undecided:
    """Collects short queries within longer texts, and what tells of them."""

    def __init__(
        self, terms: Iterable[SearchTerm], templates: Iterable[tuple[bytes, bytes]]
    ) -> None:
        owners: dict[bytes, set[str]] = defaultdict(set)
        for item in terms:
            owners[item.answer].add(item.probe_id)
        self._own = {answer for answer, ids in owners.items() if answer and len(ids) == 1}
        self._templates = frozenset(templates)
        self._draw = random.Random(0)
        self._seen = 0
        self._lines: list[list[bytes]] = []
        self._whole: Counter[bytes] = Counter()
        self._found: dict[str, dict[tuple[bytes, bytes, bytes], Within]] = defaultdict(dict)
        self._rest: dict[str, Leak] = {}

    def see(self, rows: Sequence[TrainingRow]) -> None:
        """Take notice of what rows share."""
        for row in rows:
            self._whole.update(self._own & row.wholes.keys())
            # A uniform sample (Vitter 1985, algorithm R).
            self._seen += 1
            if len(self._lines) < _SAMPLE:
                self._lines.append(_lines(row))
            elif (place := self._draw.randrange(self._seen)) < _SAMPLE:
                self._lines[place] = _lines(row)

    def add(self, within: Within) -> None:
        """One more, in a row of its own."""
        places = self._found[within.leak.probe_id]
        around = within.before, within.after, within.answer
        old = places.get(around)
        if old is not None:
            places[around] = replace(old, leak=replace(old.leak, rows=old.leak.rows + 1))
        elif len(places) < _MOST:
            places[around] = within
        else:
            rest = self._rest.get(within.leak.probe_id)
            similar = within.as_similar
            if rest is not None:
                similar = replace(max(rest, similar, key=_strength), rows=rest.rows + 1)
            self._rest[similar.probe_id] = similar

    def decided(self) -> Iterator[Leak]:
        """Each as what it is."""
        for places in self._found.values():
            for within in places.values():
                yield within.leak if self._is_leak(within) else within.as_similar
        yield from self._rest.values()

    def _is_leak(self, within: Within) -> bool:
        # An answer that other rows have too is a class, and follows others' longer queries.
        if within.answer in self._own and self._whole[within.answer] < _FEWEST:
            return True
        around = within.before, within.after
        if not any(around) or around in self._templates:
            return True
        num_rows = sum(any(_holds(line, around) for line in lines) for lines in self._lines)
        long = num_letters(b"".join(around)) >= LEAST
        share = _SHARED if long else _SHARED_BY_MOST
        return num_rows >= max(_FEWEST, share * len(self._lines))


def _strength(leak: Leak) -> tuple[int, float]:
    return leak.strength


def _lines(row: TrainingRow) -> list[bytes]:
    return [line for line in row.line_streams if len(line) < _LONGEST]


def _holds(line: bytes, around: tuple[bytes, bytes]) -> bool:
    before, after = around
    longer = len(line) > len(before) + len(after)
    return longer and line.startswith(before) and line.endswith(after)
