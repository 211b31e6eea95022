"""Finds near-duplicates: texts that share most of their five-character pieces."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LEAST = 0.7
"""The Jaccard similarity of two texts' pieces from which on one repeats the other."""
PIECE = 5
"""Characters."""
LONGEST = 2_000
"""Characters that are compared."""
_BANDS, _ROWS = 32, 4
"""Texts of similarity s meet in a band of their signatures with 1 - (1 - s^4)^32: 0.9998 at 0.7,
0.05 at 0.2."""
_CLOSE = 0.58
"""Share of equal hashes from which on two texts are compared in full: three standard errors (of
128 hashes) below `LEAST`."""

# Signs of arithmetic, percent, money and addresses stay: 5 - 3 and 5 + 3 ask different things.
_PUNCTUATION = dict.fromkeys(
    map(ord, ".,;:!?\"'()[]{}`\u2018\u2019\u201c\u201d\u2026\xbf\xa1"), " "
)

Hashes = NDArray[np.uint64]


def plain(text: str) -> str:
    """A text without what does not count: case, punctuation, and the number of blanks.

    A text of nothing else, such as `?!`, stays as it is.
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(text.translate(_PUNCTUATION).split()) or " ".join(text.split())


def ends(text: str) -> str:
    """The beginning and the end of a long text, `LONGEST` characters together; else all of it."""
    return text if len(text) <= LONGEST else text[: LONGEST // 2] + text[-LONGEST // 2 :]


def near_duplicates(texts: Sequence[str]) -> tuple[int, ...]:
    """The places of the texts that repeat an earlier one which is kept.

    MinHash signatures (Broder 1997) in bands say which texts to compare, and the pieces
    themselves decide, so that nothing is taken for a repetition that is none.

    Args:
        texts: made `plain`, where case and punctuation should not count.
    """
    factors, offsets = np.random.default_rng(0).integers(
        2**64, size=(2, _BANDS * _ROWS, 1), dtype=np.uint64
    )
    signatures = np.empty((len(texts), _BANDS * _ROWS), dtype=np.uint32)
    buckets: dict[int, list[int]] = defaultdict(list)
    kept: dict[int, Hashes] = {}
    repeated = []
    for place, text in enumerate(texts):
        pieces = _pieces(text)
        # Multiply-shift hashing: the upper half of a product modulo 2^64, by an odd factor.
        hashed = pieces * (factors | np.uint64(1)) + offsets
        signatures[place] = hashed.min(axis=1) >> np.uint64(32)
        keys = _keys(signatures[place])
        met = sorted({other for key in keys for other in buckets.get(key, ())})
        alike = (signatures[met] == signatures[place]).mean(axis=1) >= _CLOSE
        if any(_similarity(pieces, kept[met[at]]) >= LEAST for at in np.flatnonzero(alike)):
            repeated.append(place)
        else:
            kept[place] = pieces
            for key in keys:
                buckets[key].append(place)
    return tuple(repeated)


def _pieces(text: str) -> Hashes:
    """The hash of each different piece; a shorter text is one piece."""
    padded = ends(text).ljust(PIECE).encode("utf-32-le", "replace")
    codes = np.frombuffer(padded, dtype=np.uint32)
    hashed = np.zeros(len(codes) - PIECE + 1, dtype=np.uint64)
    for start in range(PIECE):
        hashed = hashed * np.uint64(0x9E3779B97F4A7C15) + codes[start : start + len(hashed)]
    return np.unique(hashed)


def _keys(signature: NDArray[np.uint32]) -> list[int]:
    """One number for each band of a signature."""
    bands = signature.reshape(_BANDS, _ROWS)
    keys = np.arange(_BANDS, dtype=np.uint64)
    for row in range(_ROWS):
        keys = (keys ^ bands[:, row]) * np.uint64(0x9E3779B97F4A7C15)
        keys ^= keys >> np.uint64(29)
    return [int(key) for key in keys]


def _similarity(one: Hashes, other: Hashes) -> float:
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared)
