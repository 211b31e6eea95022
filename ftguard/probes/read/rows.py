"""Makes probes from the rows of a dataset, and says what became of each row and column."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ftguard.errors import InputError
from ftguard.probes.probe import Probe
from ftguard.probes.read.asked import Asked, LeftOut
from ftguard.probes.read.beside import slices_of, template_fields, with_what_came_before
from ftguard.probes.read.choices import Offered
from ftguard.probes.read.complaints import no_answer, not_understood
from ftguard.probes.read.making import Making, ReadRow
from ftguard.probes.read.row import Row, under
from ftguard.probes.read.shapes import SHAPES, Item, plain_text
from ftguard.probes.read.trained import MEDIA
from ftguard.probes.read.unreadable import Unreadable
from ftguard.probes.read.written import extras

Rows = Iterable[tuple[str, Mapping[str, object] | InputError]]
"""Where each row stands (`file:line` or `row 7`), and the row or why it is none."""


@dataclass(frozen=True, kw_only=True)
class FromRows:
    """The probes that rows became."""

    probes: tuple[Probe, ...]
    """In the rows' order."""
    notes: tuple[str, ...]
    """What was left out or not used, a sentence each."""


def probes_from_rows(rows: Rows, *, columns: Mapping[str, str] | None = None) -> FromRows:
    """Turn rows into probes.

    A dataset's short completions and final numbers (`#### 42`) are matched, and read for their
    likelihood beside it (a second probe, `ID#likelihood`), so that a model that answers nothing
    right is still measured; long ones are only read.

    Of many rows 1 % may be unreadable; the notes name them. They also say which columns were not
    used in any row, and how many rows are left out for what they are.

    Args:
        rows: pairs of where the row stands and the row.
        columns: the rows' own names of columns, by those that ftguard knows.

    Raises:
        InputError: more rows have none of the known shapes, or one has the id of another; the
            message says where it stands.
    """
    reading = _Reading()
    every = list(reading.all(under(rows, columns) if columns else rows))
    alike = reading.of_one_shape(every)
    made = Making.of(alike)
    probes: list[Probe] = []
    for one in alike:
        try:
            probes.extend(made.probes(one))
        except InputError as error:
            reading.refused.add(one.where, error, reading.number)
    reading.refused.check(reading.number)
    return FromRows(probes=tuple(probes), notes=(*made.notes, *reading.notes()))


class _Reading:
    """Goes through rows, and keeps account of what cannot be read or is not used."""

    def __init__(self) -> None:
        self.number = 0
        self.refused = Unreadable()
        self._usual = 0
        self._left_out: Counter[str] = Counter()
        self._used: set[str] = set()
        self._unused: dict[str, None] = {}

    def all(self, rows: Rows) -> Iterator[ReadRow]:
        """Every row that asks something."""
        first: dict[str, str] = {}
        for where, given in rows:
            self.number += 1
            try:
                one = self._one(where, given)
            except InputError as error:
                self.refused.add(where, error, self.number)
                continue
            if isinstance(one, LeftOut):
                self._left_out[one.reason] += 1
                continue
            if first.setdefault(one.id, where) != where:
                raise InputError(
                    f"{where}: the id `{one.id}` was used before, at {first[one.id]}: give each "
                    "row one of its own, or none."
                )
            yield one

    def of_one_shape(self, read: Sequence[ReadRow]) -> Sequence[ReadRow]:
        """Without rows that have the columns of most others and lack what these ask or answer.

        A row of a labelled set whose label is missing is no plain text, though it looks like one.
        """
        shapes = Counter(row.shape for row in read)
        self._usual = min(shapes, key=lambda shape: (-shapes[shape], shape), default=0)
        columns = frozenset().union(*(row.columns for row in read if row.shape == self._usual))
        kept = []
        for row in read:
            if row.shape > self._usual and row.columns <= columns:
                lacks = f"it lacks what other rows have in {sorted(columns - row.filled)}."
                self.refused.add(row.where, InputError(lacks), self.number)
            else:
                kept.append(row)
        return kept

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
            if SHAPES[self._usual] is plain_text:
                found.append(
                    f"each row is read as plain text; where `{unused[0]}` is its label, say so: "
                    f'`ProbeSet.load(..., columns={{"label": "{unused[0]}"}})`.'
                )
        return tuple(found)

    def _one(self, where: str, given: Mapping[str, object] | InputError) -> ReadRow | LeftOut:
        if isinstance(given, InputError):
            raise given
        row = Row(given, self.number - 1)
        shape, item = next((f for f in enumerate(_items(row)) if f[1] is not None), (0, None))
        if item is None:
            raise InputError(not_understood(row))
        if row.has_media or isinstance(item, LeftOut):
            return item if isinstance(item, LeftOut) else MEDIA
        if isinstance(item, Asked):
            if not (item.answers and item.answers[0].strip()):
                raise InputError(no_answer(row))
            item = replace(item, prompt=with_what_came_before(row, item.prompt))
        slices, fields = slices_of(row), template_fields(row)
        if isinstance(item, Offered):
            # Their `source` is where a benchmark has them from, not a text that several share.
            fields.update({k: v for k, v in extras(row).items() if k != "source"})
            row.used.discard("source")
        self._used.update(row.names[name] for name in row.used)
        self._unused.update(dict.fromkeys(row.unused))
        return ReadRow(
            where=where,
            id=row.id,
            item=item,
            slices=slices,
            fields=fields,
            says_scorer="scorer" in row,
            shape=shape,
            columns=frozenset(row.columns),
            filled=frozenset(row.names.values()),
        )


def _items(row: Row) -> Iterator[Item | None]:
    for shape in SHAPES:
        row.used.clear()
        yield shape(row)
