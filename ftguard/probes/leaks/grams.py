"""An inverted index over the k-grams of texts, and what two texts have in common by theirs."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein
from scipy.sparse import csr_array

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(44)
"""Leaves 20 bits, the address in a table of one byte each: it stays in the processor's cache."""
_SEEDS = 64
"""Grams of a text that its place in a longer one is told by."""
_MOST_PLACES = 50
"""A gram that stands in more places tells none."""

Integers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]


class Grams:
    """The k-grams of some texts as hashes of 64 bits; it does not change once built.

    Args:
        texts: the texts to index.
        k: bytes in a gram.
        most: grams that more than so many texts share are left out: they tell nothing apart, and
            looking them up costs most. A text of such grams alone keeps its rarest.
    """

    def __init__(self, texts: Sequence[bytes], k: int, *, most: int | None = None) -> None:
        self.k = k
        own = [np.unique(hashes(text, k)) for text in texts]
        joined = np.concatenate([np.empty(0, np.uint64), *own])
        self._vocabulary, gram, holders = np.unique(joined, return_inverse=True, return_counts=True)
        text = np.repeat(np.arange(len(own)), [len(grams) for grams in own])
        if most is not None:
            rarest = np.full(len(own), len(own))
            np.minimum.at(rarest, text, holders[gram])
            kept = holders[gram] <= np.maximum(most, rarest[text])
            gram, text = gram[kept], text[kept]
        self.sizes = np.bincount(text, minlength=len(own))
        """Distinct grams of each text that are indexed: the text's own."""
        self.shares = self.sizes / np.maximum(1, [len(grams) for grams in own])
        """The same as a share of all of its distinct grams."""
        self._postings = csr_array(
            (np.ones(len(gram), np.int32), (gram, text)), shape=(len(self._vocabulary), len(own))
        )
        self._of_text = self._postings.tocsc()
        self._seen = np.zeros(2**20, np.bool_)
        self._seen[self._vocabulary >> _SHIFT] = True

    def shared(self, units: Sequence[bytes]) -> tuple[Integers, Integers, Integers]:
        """Which unit and which indexed text share how many grams, where they share any.

        A gram counts as often as it stands in the unit.
        """
        ends = np.cumsum([len(unit) for unit in units], dtype=np.int64)
        found = hashes(b"".join(units), self.k)
        at = np.flatnonzero(self._seen[found >> _SHIFT])
        gram = np.searchsorted(self._vocabulary, found[at])
        gram[gram == len(self._vocabulary)] = 0
        unit = np.searchsorted(ends, at, side="right")
        real = (self._vocabulary[gram] == found[at]) & (at + self.k <= ends[unit])
        unit, gram = unit[real], gram[real]
        held = csr_array(
            (np.ones(len(gram), np.int32), gram, np.searchsorted(unit, np.arange(len(units) + 1))),
            shape=(len(units), len(self._vocabulary)),
        )
        counted = (held @ self._postings).tocoo()
        return counted.row.astype(np.int64), counted.col.astype(np.int64), counted.data

    def own(self, place: int) -> Hashes:
        """The distinct grams of a text that are indexed."""
        start, end = self._of_text.indptr[place : place + 2]
        return np.asarray(self._vocabulary[self._of_text.indices[start:end]])


@dataclass(frozen=True, kw_only=True)
class Held:
    """How much of a text a row holds close together, in whatever order."""

    grams: float
    """Share of the text's own distinct grams."""
    letters: float
    """Share of the bytes of its own grams that lie in one of those."""


def held(text: bytes, row: bytes, own: Hashes, k: int) -> Held:
    """How much of a text stands in that part of a row, twice as long as it, which has most of it.

    Args:
        text: the text.
        row: where it may stand.
        own: the text's grams that count.
        k: bytes in a gram.
    """
    own = np.sort(own)
    place, is_own = _found(hashes(text, k), own)
    at_row, is_held = _found(hashes(row, k), own)
    at = np.flatnonzero(is_held)
    if not len(at):
        return Held(grams=0.0, letters=0.0)
    # Each stretch as long as the text, with the next one.
    stretch = at // max(1, len(text))
    pairs = np.unique(np.concatenate([stretch, stretch - 1]) * len(own) + np.tile(at_row[at], 2))
    sizes = Counter((pairs // len(own)).tolist())
    best = max(sizes, key=sizes.__getitem__)
    there = pairs[pairs // len(own) == best] % len(own)
    of_own = _covered(np.flatnonzero(is_own), len(text), k)
    of_held = _covered(np.flatnonzero(is_own & np.isin(place, there)), len(text), k)
    return Held(grams=len(there) / len(own), letters=of_held / of_own)


def _found(grams: Hashes, own: Hashes) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """Which of its own ones each gram is, and whether it is one."""
    place = np.minimum(np.searchsorted(own, grams), len(own) - 1)
    return place, own[place] == grams


def _covered(starts: Integers, size: int, k: int) -> int:
    """How many of so many bytes lie in a gram that starts at one of these places."""
    changes = np.zeros(size + 1, np.int64)
    np.add.at(changes, starts, 1)
    np.add.at(changes, starts + k, -1)
    return int(np.count_nonzero(np.cumsum(changes)[:size]))


def hashes(text: bytes, k: int) -> Hashes:
    """The polynomial hash of each k-gram, modulo 2^64; none for a text of fewer bytes."""
    values = np.frombuffer(text, np.uint8)
    found = np.zeros(max(0, len(values) - k + 1), np.uint64)
    for offset in range(k if len(found) else 0):
        found *= _MULTIPLIER
        found += values[offset : offset + len(found)]
    return found


def nearest(text: bytes, row: bytes, k: int) -> tuple[int, int]:
    """How many edits make a text of the part of a row most like it, and where that part begins.

    The part is where most of the text's k-grams stand in line; edits are Levenshtein's.
    """
    at = row.find(text)
    if at >= 0:
        return 0, at
    offsets = range(0, len(text) - k + 1, max(k // 2, len(text) // _SEEDS))
    # Where the text would begin if a gram's place were right.
    begins = sorted(
        (place - offset, offset)
        for offset in offsets
        for place in _places(row, text[offset : offset + k])
    )
    slack = k + len(text) // 8
    sizes = [
        bisect_right(begins, (begin + slack, len(text))) - i for i, (begin, _) in enumerate(begins)
    ]
    if not sizes:
        return len(text), 0
    first = max(range(len(sizes)), key=sizes.__getitem__)
    group = begins[first : first + sizes[first]]
    # Words that are left out or put in move the later grams against the earlier ones.
    begin = max(0, min(group, key=lambda pair: pair[1])[0])
    end = max(group, key=lambda pair: pair[1])[0] + len(text)
    return Levenshtein.distance(text, row[begin:end]), begin


def _places(row: bytes, gram: bytes) -> Iterator[int]:
    if row.count(gram) > _MOST_PLACES:
        return
    at = row.find(gram)
    while at >= 0:
        yield at
        at = row.find(gram, at + 1)
