"""Searches training rows for the texts of probes, with an inverted index and two comparisons."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cpdist

from ftguard.probes.leaks.grams import Grams, held, nearest
from ftguard.probes.leaks.leak import Kind, Leak, strength
from ftguard.probes.leaks.letters import num_letters
from ftguard.probes.leaks.search_terms import LEAST, SearchTerm
from ftguard.probes.leaks.training_row import Span, TrainingRow
from ftguard.probes.leaks.within import Within, is_parted

ALIKE = 0.8
"""Likeness (1 - edits / letters) from which on a long text is near and a short one similar. Of
GSM8K's test questions with one word changed, 99.9 % reach it, and with a third of their content
words replaced 61 %; as they are, 3 of 1,319 do against the 7,473 training questions: the same
questions with other numbers. From 0.75 on 84 % would be near, but 57 % instead of 41 % of stories
with another's question at their end as well."""
_HELD = 0.3
"""Share of a long text's own 12-grams that a row must hold close together to be similar to it. Half
of a GSM8K question holds 0.34 and more, and one with a third of its content words replaced 0.3 in
99 % of cases; as they are, 10 of 1,319 test questions reach it, with twins in the training data."""
_REORDERED = 0.95
"""Share of a long text's letters that a row must hold in stretches of 12 and more, in whatever
order, to be near to it: 99.9 % of questions with their sentences in another order. A passage that
is asked another question reaches it no more often than `ALIKE`."""
_COMMON = 8, 0.05
"""A 12-gram of more texts than so many, and of more than this share of them, is none's own: it
belongs to a template."""
_OWN = 0.5
"""Share of its 12-grams that a text must own to be near; what it shares is not compared."""
_SHORT_GRAM = 3
_SHORT_COVERED = 0.25
"""The same of a short text's trigrams: of 10 letters, 2 edits leave 2 trigrams of 8."""
_TEXT = 250
"""Letters from which on a turn is a text or a packed row, and no query of one person's: CLINC150's
longest has 111, and 96 % of its queries between two answers of GSM8K are in a turn as long."""
_GAP = 16
"""Bytes between a query and the answer behind it, such as those of `Answer: It is`."""
_WINDOW = 2**16
"""Bytes of a long row that are looked at as one."""
_CONTAINED = strength("contained", 0.0)


@dataclass(frozen=True, kw_only=True)
class Index:
    """All that is searched for, as each way of searching needs it."""

    by_stream: Mapping[bytes, Sequence[SearchTerm]]
    inside: Sequence[SearchTerm]
    """What may stand inside a longer text."""
    inside_grams: Grams
    overlap: int
    """Bytes that two windows share, so that every text lies within one, some letters more or
    less."""
    short: Sequence[SearchTerm]
    """What similar texts are reported of."""
    short_grams: Grams
    longest: float
    """Bytes of the longest text that can be similar to a short one."""
    templates: Sequence[tuple[bytes, bytes]]
    """Letters that a training text may have before and after a query."""


@dataclass(frozen=True, kw_only=True)
class _Window:
    """A part of a row, in bytes of its stream."""

    number: int
    """The row's place among those that are searched at once."""
    row: TrainingRow
    start: int
    end: int

    @property
    def stream(self) -> bytes:
        return self.row.stream[self.start : self.end]


def index_of(terms: Sequence[SearchTerm], templates: Iterable[tuple[bytes, bytes]]) -> Index:
    """Prepare the search for these texts."""
    by_stream: dict[bytes, list[SearchTerm]] = defaultdict(list)
    for item in terms:
        by_stream[item.stream].append(item)
    inside = [item for item in terms if item.inside]
    short = [item for item in terms if item.similar]
    most, share = _COMMON
    return Index(
        by_stream=by_stream,
        inside=inside,
        inside_grams=Grams(
            [item.stream for item in inside], LEAST, most=max(most, int(share * len(inside)))
        ),
        overlap=2 * max((len(item.stream) for item in inside), default=0),
        short=short,
        short_grams=Grams([item.stream for item in short], _SHORT_GRAM),
        longest=max((len(item.stream) for item in short), default=0) / ALIKE,
        templates=tuple(templates),
    )


def leaks_in(rows: Sequence[TrainingRow], index: Index) -> Iterator[Leak | Within]:
    """The strongest leak of each probe in each row; of a short query in another text, its place."""
    found: dict[tuple[int, str], Leak | Within] = {}
    for number, row in enumerate(rows):
        for whole, span in row.wholes.items():
            for item in index.by_stream.get(whole, ()):
                if item.beside in row.stream:
                    found.setdefault((number, item.probe_id), _leak(item, "exact", row, span))
    for place, window in _candidates(rows, index):
        item = index.inside[place]
        key = window.number, item.probe_id
        old = found.get(key)
        if (old is None or _rank(old) < _CONTAINED) and item.beside in window.row.stream:
            new = _inside(place, window, index)
            if new is not None and (old is None or _rank(new) > _rank(old)):
                found[key] = new
    yield from found.values()


def _rank(found: Leak | Within) -> tuple[int, float]:
    return found.strength if isinstance(found, Leak) else found.as_similar.strength


def similar_in(rows: Sequence[TrainingRow], index: Index) -> Iterator[Leak]:
    """The whole text most like each short one, and how many of the rows have one like it."""
    wholes = [
        (number, query, span)
        for number, row in enumerate(rows)
        for whole, span in row.wholes.items()
        if len(query := _without_template(whole, index.templates)) <= index.longest
    ]
    unit, text, shared = index.short_grams.shared([whole for _, whole, _ in wholes])
    length = np.array([len(whole) for _, whole, _ in wholes], np.int64)[unit]
    expected = np.array([len(item.stream) for item in index.short], np.int64)[text]
    close = (
        (shared >= _SHORT_COVERED * index.short_grams.sizes[text])
        & (length >= ALIKE * expected)
        & (expected >= ALIKE * length)
    )
    unit, text = unit[close], text[close]
    likeness = cpdist(
        [wholes[place][1] for place in unit],
        [index.short[place].stream for place in text],
        scorer=Levenshtein.normalized_similarity,
        dtype=np.float64,
    )
    number = np.array([number for number, _, _ in wholes], np.int64)[unit]
    alike = likeness >= ALIKE
    for place in np.unique(text[alike]):
        at = np.flatnonzero(alike & (text == place))
        best = at[likeness[at].argmax()]
        row, span = rows[number[best]], wholes[unit[best]][2]
        leak = _leak(index.short[place], "similar", row, span, float(likeness[best]))
        yield replace(leak, rows=len(np.unique(number[at])))


def _candidates(rows: Sequence[TrainingRow], index: Index) -> Iterator[tuple[int, _Window]]:
    """Which text, by its place, may stand in which part of a row."""
    step = max(_WINDOW, index.overlap)
    windows = [
        _Window(number=number, row=row, start=start, end=start + step + index.overlap)
        for number, row in enumerate(rows)
        for start in range(0, max(1, len(row.stream) - index.overlap), step)
    ]
    unit, text, shared = index.inside_grams.shared([window.stream for window in windows])
    least = np.array([_HELD if item.near else 1.0 for item in index.inside])
    enough = shared >= (least * index.inside_grams.sizes)[text]
    for window, place in sorted(zip(unit[enough].tolist(), text[enough].tolist(), strict=True)):
        yield place, windows[window]


def _inside(place: int, window: _Window, index: Index) -> Leak | Within | None:
    item, row = index.inside[place], window.row
    found = row.find(item.stream, window.start, window.end)
    if found is None:
        return _nearly_inside(place, window, index) if item.near else None
    at, span = found
    leak = _leak(item, "contained", row, span)
    turn = row.turn(at)
    if not item.said or num_letters(turn) >= _TEXT:
        return leak
    end = at + len(item.stream)
    if is_parted(*row.beside(at, end)):
        return leak
    before, after = row.frame(at, end)
    followed = item.answer and row.find(item.answer, end, end + _GAP + len(item.answer))
    return Within(
        leak=leak,
        before=before,
        after=after,
        answer=item.answer if followed else b"",
        share=min(1.0, len(item.stream) / len(turn)),
    )


def _nearly_inside(place: int, window: _Window, index: Index) -> Leak | None:
    item, grams = index.inside[place], index.inside_grams
    own = grams.shares[place]
    if own < _OWN:
        return None
    there = held(item.stream, window.stream, grams.own(place), grams.k)
    if there.grams < _HELD:
        return None
    edits, at = nearest(item.stream, window.stream, grams.k)
    likeness = 1 - edits / (own * len(item.stream))
    is_near = likeness >= ALIKE or there.letters >= _REORDERED
    span = window.row.place(window.start + at)
    kind: Kind = "near" if is_near else "similar"
    return _leak(item, kind, window.row, span, float(max(likeness, there.letters)))


def _without_template(whole: bytes, templates: Sequence[tuple[bytes, bytes]]) -> bytes:
    for before, after in templates:
        whole = whole.removeprefix(before).removesuffix(after)
    return whole


def _leak(
    item: SearchTerm, kind: Kind, row: TrainingRow, span: Span, similarity: float = 1.0
) -> Leak:
    return Leak(
        probe_id=item.probe_id,
        kind=kind,
        where=row.where,
        similarity=similarity,
        excerpt=row.excerpt(span),
    )
