"""Finds probes that occur in the training data, word for word or nearly so."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cpdist

from ftguard.probes.builtin import CANARY
from ftguard.probes.grams import Grams, nearest
from ftguard.probes.letters import Row, Span, letters, reduced
from ftguard.probes.probe import Probe, Role
from ftguard.probes.query import Frame
from ftguard.probes.wanted import LEAST, Wanted, frames_of, wanted_of, wanted_text

ALIKE = 0.8
"""Likeness of letters (1 - edits / length) from which on a long text is near, a short one similar.
"""
_GRAM = LEAST
_SHORT_GRAM = 3
_COVERED = 0.4
"""Share of a text's own 12-grams that a row must have to be compared with it."""
_SHORT_COVERED = 0.25
"""The same of a short text's trigrams: of 10 letters, 2 edits leave 2 of 8 as they were."""
_COMMON = 8, 0.05
"""A 12-gram of more texts than so many, and of more than this share of them, is none's own."""
_CHUNK = 2**20
"""Bytes of training text that are searched at once."""
_PAIRS = 2**22
"""Pairs of a training text and a probe's that are counted at once."""

Kind = Literal["exact", "contained", "near", "similar"]
_STRENGTH: Mapping[Kind, int] = {"similar": 0, "near": 1, "contained": 2, "exact": 3}


@dataclass(frozen=True, kw_only=True)
class Leak:
    """A probe that stands in the training data, at its strongest place there."""

    probe_id: str
    """`CANARY` where a file of built-in probes itself is in the training data."""
    kind: Kind
    """`exact`: a whole piece, turn or line has its letters and digits; `contained`: a longer text
    has them; `near`: all but a few of a text of 20 words or more; `similar`: a shorter whole text
    is much like it."""
    where: str
    """The training row, as its reader names it."""
    similarity: float
    """In [0, 1]: 1 for exact and contained; for near 1 minus the share of letters to edit; for
    similar the Jaccard similarity of 5-grams."""
    excerpt: str
    """Up to 120 characters of the training text there, as they are."""
    rows: int = 1
    """Training rows that hold it; for similar, that hold a similar text."""

    @property
    def is_leak(self) -> bool:
        """Whether training shows the probe itself; a similar text is reported, no more."""
        return self.kind != "similar"

    @property
    def strength(self) -> tuple[int, float]:
        """What of two finds is the one to report."""
        return _STRENGTH[self.kind], self.similarity


@dataclass(frozen=True, kw_only=True)
class _Index:
    """All that is searched for, as each way of searching needs it."""

    by_stream: Mapping[bytes, Sequence[Wanted]]
    inside: Sequence[Wanted]
    inside_grams: Grams
    short: Sequence[Wanted]
    short_grams: Grams
    longest: float
    frames: Sequence[tuple[bytes, bytes]]
    """Letters that training texts may have before and after a query in the same line."""


def find_leaks(
    probes: Sequence[Probe],
    texts: Iterable[tuple[str, Sequence[str]]],
    *,
    frames: Mapping[Role | None, Frame] | None = None,
    progress: Callable[[int], object] | None = None,
) -> tuple[Leak, ...]:
    """Find the probes, and ftguard's canary, that stand in the training data.

    Searched for are the whole prompt of each probe and its query alone; where the prompt is
    empty, the reference. Case, punctuation and spacing do not count.

    Args:
        probes: what is asked, each under an id of its own.
        texts: of each training row, where it stands and its pieces of text; read once, in chunks.
        frames: what the prompts of each role share; None to tell it from the probes.
        progress: told after each chunk how many rows have been searched.

    Returns:
        At most one leak of each probe, the strongest and of those the first, in the probes'
        order; then the canary's.
    """
    index = _index(probes, frames_of(probes) if frames is None else frames)
    leaks: dict[str, Leak] = {}
    similar: dict[str, Leak] = {}
    num_rows = 0
    for rows in _chunks(texts, max(1, _PAIRS // max(1, len(index.short)))):
        for leak in _leaks(index, rows):
            _add(leaks, leak)
        for leak in _similar(index, rows):
            _add(similar, leak)
        num_rows += len(rows)
        if progress is not None:
            progress(num_rows)
    found = similar | leaks
    return tuple(found[name] for name in (*(p.id for p in probes), CANARY) if name in found)


def _index(probes: Sequence[Probe], frames: Mapping[Role | None, Frame]) -> _Index:
    wanted = (*wanted_of(probes, frames), *wanted_text(CANARY, CANARY))
    by_stream: dict[bytes, list[Wanted]] = defaultdict(list)
    for item in wanted:
        by_stream[item.stream].append(item)
    inside = [item for item in wanted if item.inside]
    short = [item for item in wanted if item.similar]
    most, share = _COMMON
    return _Index(
        by_stream=by_stream,
        inside=inside,
        inside_grams=Grams(
            [item.stream for item in inside], _GRAM, most=max(most, int(share * len(inside)))
        ),
        short=short,
        short_grams=Grams([item.stream for item in short], _SHORT_GRAM),
        longest=max((len(item.stream) for item in short), default=0) / ALIKE,
        frames=[
            (letters(frame.before.rpartition("\n")[2]), letters(frame.after.partition("\n")[0]))
            for frame in frames.values()
        ],
    )


def _chunks(texts: Iterable[tuple[str, Sequence[str]]], most_wholes: int) -> Iterator[list[Row]]:
    rows: list[Row] = []
    size = wholes = 0
    for where, pieces in texts:
        row = reduced(where, pieces)
        if rows and (size + len(row.stream) > _CHUNK or wholes + len(row.wholes) > most_wholes):
            yield rows
            rows, size, wholes = [], 0, 0
        rows.append(row)
        size += len(row.stream)
        wholes += len(row.wholes)
    if rows:
        yield rows


def _add(found: dict[str, Leak], leak: Leak) -> None:
    old = found.get(leak.probe_id)
    if old is not None:
        stronger = leak if leak.strength > old.strength else old
        leak = replace(stronger, rows=old.rows + leak.rows)
    found[leak.probe_id] = leak


def _leaks(index: _Index, rows: Sequence[Row]) -> Iterator[Leak]:
    """The strongest leak of each probe in each row."""
    found: dict[tuple[int, str], Leak] = {}
    for number, row in enumerate(rows):
        for stream in index.by_stream.keys() & row.wholes.keys():
            for item in index.by_stream[stream]:
                if item.beside in row.stream:
                    found[number, item.probe_id] = _leak(item, "exact", row, row.wholes[stream])
    unit, text, shared = index.inside_grams.shared([row.stream for row in rows])
    close = shared >= _COVERED * index.inside_grams.sizes[text]
    order = np.lexsort((text[close], unit[close]))
    for number, place in zip(unit[close][order], text[close][order], strict=True):
        item = index.inside[place]
        key = int(number), item.probe_id
        old = found.get(key)
        if old is None or old.kind == "near":
            leak = _inside(item, rows[number])
            if leak and (old is None or leak.strength > old.strength):
                found[key] = leak
    yield from found.values()


def _inside(item: Wanted, row: Row) -> Leak | None:
    """What a row holds of a text that it may contain."""
    if item.beside not in row.stream:
        return None
    at = row.find(item.stream)
    if at >= 0:
        return _leak(item, "contained", row, row.place(at))
    if not item.near:
        return None
    likeness, at = nearest(item.stream, row.stream, _GRAM)
    if likeness < ALIKE:
        return None
    return _leak(item, "near", row, row.place(at), likeness)


def _similar(index: _Index, rows: Sequence[Row]) -> Iterator[Leak]:
    """The whole text most like each short one, and how many of the rows have one like it."""
    wholes = [
        (number, _unframed(whole, index.frames), span)
        for number, row in enumerate(rows)
        for whole, span in row.wholes.items()
        if len(whole) <= index.longest
    ]
    unit, text, shared = index.short_grams.shared([whole for _, whole, _ in wholes])
    length = np.array([len(whole) for _, whole, _ in wholes], np.int64)[unit]
    wanted = np.array([len(item.stream) for item in index.short], np.int64)[text]
    close = (
        (shared >= _SHORT_COVERED * index.short_grams.sizes[text])
        & (length >= ALIKE * wanted)
        & (wanted >= ALIKE * length)
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
        span = wholes[unit[best]][2]
        leak = _leak(index.short[place], "similar", rows[number[best]], span, likeness[best])
        yield replace(leak, rows=len(np.unique(number[at])))


def _unframed(whole: bytes, frames: Sequence[tuple[bytes, bytes]]) -> bytes:
    for before, after in frames:
        whole = whole.removeprefix(before).removesuffix(after)
    return whole


def _leak(item: Wanted, kind: Kind, row: Row, place: Span, similarity: float = 1.0) -> Leak:
    return Leak(
        probe_id=item.probe_id,
        kind=kind,
        where=row.where,
        similarity=similarity,
        excerpt=row.excerpt(place),
    )
