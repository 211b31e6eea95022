"""Finds the words that differ between two texts, in any script and in bounded time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import regex
from rapidfuzz.distance import Indel

from ftguard.text.words import UNSPACED

Kind = Literal["same", "old", "new"]

LONG = 100_000
"""Characters of both texts together from which on lines are compared, not words."""
MOST = 2e8
"""Comparisons of one line with one that are made at most: 25 MB, a tenth of a second."""
_TOKEN = regex.compile(
    rf"\r?\n|[^\S\n]+|(?:(?![{UNSPACED}])[\p{{L}}\p{{M}}\p{{N}}_])+(?:['\u2019\-.,:]"
    rf"(?:(?![{UNSPACED}])[\p{{L}}\p{{M}}\p{{N}}_])+)*|\X|.",
    regex.DOTALL | regex.V1,
)
"""A line break, blanks, a word (with what stands within it: `don't`, `3.14`), or one letter of a
script without blanks, one sign, one emoji."""
_LINE = regex.compile(r"[^\n]*\n|[^\n]+")
_LAST_BLANK = regex.compile(r"(?r)\s")
_BLANK = regex.compile(r"\s")
_WORD = regex.compile(r"[\p{L}\p{N}]")


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A stretch of the two texts laid into one another."""

    text: str
    kind: Kind
    """In both, in the old one alone, or in the new one alone."""


def changed_words(old: str, new: str) -> tuple[Piece, ...]:
    """Both texts as one: the pieces that are not new make the old one, those not old the new one.

    The fewest words are changed; what stands in the midst of a change and holds no word belongs to
    it. Neighbouring pieces differ in kind, and of a change the old piece comes first.

    Of long texts the lines are compared, and the words of those that differ; a line that is long
    itself is changed as a whole.
    """
    start, end = _same_ends(old, new)
    left, right = old[start : len(old) - end], new[start : len(new) - end]
    if len(left) + len(right) <= LONG:
        middle = _by_word(left, right)
    else:
        lines = _compared(_LINE.findall(left), _LINE.findall(right))
        middle = [piece for before, after in lines for piece in _by_word(before, after)]
    ends = (Piece(text=old[:start], kind="same"), Piece(text=old[len(old) - end :], kind="same"))
    return tuple(_joined([piece for piece in (ends[0], *middle, ends[1]) if piece.text]))


def is_rewritten(pieces: Sequence[Piece]) -> bool:
    """Whether no word is left of the old text, so that there is nothing to mark in it."""
    return not any(piece.kind == "same" and _WORD.search(piece.text) for piece in pieces)


def _same_ends(old: str, new: str) -> tuple[int, int]:
    """How many characters both begin with and end with, up to a blank, where they are long."""
    if len(old) + len(new) <= LONG:
        return 0, 0
    start = _num_shared(old, new)
    if start < max(len(old), len(new)):
        blank = _LAST_BLANK.search(old, endpos=start)
        start = blank.end() if blank else 0
    room = min(len(old), len(new)) - start
    end = _num_shared(old[::-1][:room], new[::-1][:room])
    blank = _BLANK.search(old, pos=len(old) - end)
    return start, len(old) - blank.start() if blank and end else 0


def _by_word(old: str, new: str) -> list[Piece]:
    if old == new or len(old) + len(new) > LONG:
        return _pieces([(old, new)])
    return _pieces(_compared(_TOKEN.findall(old), _TOKEN.findall(new)))


def _compared(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Stretches of both, side by side; they are equal where nothing changed."""
    start, end = _shared_ends(left, right)
    yield "".join(left[:start]), "".join(right[:start])
    middle, other = left[start : len(left) - end], right[start : len(right) - end]
    if len(middle) * len(other) > MOST:
        yield "".join(middle), "".join(other)
    else:
        # Equal words get equal numbers: the library compares numbers faster than texts.
        numbers: dict[str, int] = {}
        coded = [[numbers.setdefault(token, len(numbers)) for token in s] for s in (middle, other)]
        for _, group in groupby(Indel.opcodes(*coded), key=lambda code: code.tag == "equal"):
            codes = list(group)
            before = middle[codes[0].src_start : codes[-1].src_end]
            yield "".join(before), "".join(other[codes[0].dest_start : codes[-1].dest_end])
    yield "".join(left[len(left) - end :]), "".join(right[len(right) - end :])


def _shared_ends(left: Sequence[str], right: Sequence[str]) -> tuple[int, int]:
    start = _num_shared(left, right)
    rest = min(len(left), len(right)) - start
    return start, _num_shared(left[::-1][:rest], right[::-1][:rest])


def _num_shared(left: Sequence[str], right: Sequence[str]) -> int:
    """How many both begin with."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(left), len(right)))


def _pieces(stretches: Iterator[tuple[str, str]] | Sequence[tuple[str, str]]) -> list[Piece]:
    found: list[Piece] = []
    for old, new in stretches:
        if old == new:
            found.append(Piece(text=old, kind="same"))
        else:
            found += [Piece(text=old, kind="old"), Piece(text=new, kind="new")]
    return [piece for piece in found if piece.text]


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Changes that no word stands between as one, the old piece of each first."""
    old, new, between = "", "", ""
    for same, group in groupby(pieces, key=lambda piece: piece.kind == "same"):
        if not same:
            old, new, between = old + between, new + between, ""
            for piece in group:
                old += piece.text if piece.kind == "old" else ""
                new += piece.text if piece.kind == "new" else ""
            continue
        text = "".join(piece.text for piece in group)
        if (old or new) and not _WORD.search(text) and "\n" not in text:
            between = text
            continue
        yield from _change(old, new)
        old = new = ""
        yield Piece(text=text, kind="same")
    yield from _change(old, new)
    if between:
        yield Piece(text=between, kind="same")


def _change(old: str, new: str) -> Iterator[Piece]:
    if old:
        yield Piece(text=old, kind="old")
    if new:
        yield Piece(text=new, kind="new")
