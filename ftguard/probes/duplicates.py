"""Finds near-duplicates among texts: exact Jaccard similarity of their five-character pieces."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

LEAST = 0.7
"""The least Jaccard similarity at which a text repeats another."""
PIECE = 5
"""Characters."""
LONGEST = 2_000
"""Characters that are compared: of a longer text its beginning and its end, half each."""
_ROWS_AT_ONCE = 500
_PAIRS_AT_ONCE = 50_000

Ints = NDArray[np.int64]


def near_duplicates(texts: Sequence[str], *, least: float = LEAST) -> frozenset[int]:
    """The places of the texts that repeat an earlier one that is kept.

    Two texts of which one keeps `least` of the other must share a piece among the rarest pieces
    of each, so that only those are joined (prefix filtering: Chaudhuri, Ganti and Kaushik 2006;
    Bayardo, Ma and Srikant 2007), and every pair that is found is then compared in full: unlike
    MinHash, nothing is missed and nothing is removed by chance.

    Args:
        texts: normalised, where case and punctuation should not count.
        least: the similarity from which on a text is a repetition, in (0, 1].
    """
    if not texts:
        return frozenset()
    pieces = _sets(texts)
    removed: set[int] = set()
    for first, second in _pairs(pieces, _rarest(pieces, least), least):
        # Pairs come by their earlier text, so that it is known by now whether that one is kept.
        if first not in removed:
            removed.add(second)
    return frozenset(removed)


def _sets(texts: Sequence[str]) -> csr_array:
    """A row for each text with a 1 for each piece, the rarest pieces first."""
    hashed = [_pieces(text) for text in texts]
    sizes = [len(row) for row in hashed]
    _, column, counts = np.unique(np.concatenate(hashed), return_inverse=True, return_counts=True)
    by_rarity = np.empty(len(counts), dtype=np.int64)
    by_rarity[np.argsort(counts, kind="stable")] = np.arange(len(counts))
    ends = np.concatenate([[0], np.cumsum(sizes)])
    ones = np.ones(len(column), dtype=np.int32)
    sets = csr_array((ones, by_rarity[column], ends), shape=(len(texts), len(counts)))
    sets.sort_indices()
    return sets


def _pieces(text: str) -> NDArray[np.uint64]:
    """The hash of each different piece; a shorter text is one piece."""
    if len(text) > LONGEST:
        text = text[: LONGEST // 2] + text[-LONGEST // 2 :]
    codes = np.frombuffer(text.ljust(PIECE).encode("utf-32-le"), dtype=np.uint32)
    hashed = np.zeros(len(codes) - PIECE + 1, dtype=np.uint64)
    for start in range(PIECE):
        # An odd multiplier mixes well modulo 2^64; a code point takes 21 bits.
        hashed = hashed * np.uint64(0x9E3779B97F4A7C15) + codes[start : start + len(hashed)]
    return np.unique(hashed)


def _rarest(sets: csr_array, least: float) -> csr_array:
    """Of each row so many of its rarest pieces that rows this similar share one of them."""
    sizes = np.diff(sets.indptr)
    wanted = sizes - np.ceil(least * sizes - 1e-9).astype(np.int64) + 1
    place = np.arange(sets.nnz) - np.repeat(sets.indptr[:-1], sizes)
    seen = np.bincount(sets.indices, minlength=sets.shape[1])
    kept = (place < np.repeat(wanted, sizes)) & (seen[sets.indices] > 1)
    row = np.repeat(np.arange(len(sizes)), sizes)
    ones = np.ones(int(kept.sum()), dtype=np.int32)
    return csr_array((ones, (row[kept], sets.indices[kept])), shape=sets.shape)


def _pairs(sets: csr_array, rarest: csr_array, least: float) -> Iterator[tuple[int, int]]:
    """Every pair that is similar enough, the earlier text first, in order."""
    sizes = np.diff(sets.indptr)
    turned = rarest.T.tocsr()
    for start in range(0, sets.shape[0], _ROWS_AT_ONCE):
        joined = (rarest[start : start + _ROWS_AT_ONCE] @ turned).tocoo()
        first, second = joined.row + start, joined.col
        small, large = (
            np.minimum(sizes[first], sizes[second]),
            np.maximum(sizes[first], sizes[second]),
        )
        possible = (first < second) & (small >= least * large - 1e-9)
        first, second = first[possible], second[possible]
        order = np.lexsort((second, first))
        first, second = first[order], second[order]
        for at in range(0, len(first), _PAIRS_AT_ONCE):
            one, two = first[at : at + _PAIRS_AT_ONCE], second[at : at + _PAIRS_AT_ONCE]
            shared = sets[one].multiply(sets[two]).sum(axis=1)
            similar = shared >= least * (sizes[one] + sizes[two] - shared) - 1e-9
            yield from zip(one[similar].tolist(), two[similar].tolist(), strict=True)
