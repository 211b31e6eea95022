"""Counts sentences by rules, without a trained model."""

import re

_MARKS = r".!?\u2026\u061f\u06d4\u0964"
_WIDE = "\u3002\uff01\uff1f\uff61\u17d4\u104b\u0f0d"
_CLOSING = "\"'\u2019\u201d"
_AROUND = "\"'([*_\u201c\u2018.,!?)"
# One start for each run of marks keeps this linear; quotes, brackets and emphasis may follow it.
_END = re.compile(
    rf"(?<![{_MARKS}])[{_MARKS}]+[{_CLOSING})\]*_]*(?=\s|$)|[{_WIDE}]+[\u300d\u300f\u201d]*"
)
_ITEM = re.compile(r"[\s*_#>(-]*(?:\d{1,3}|[A-Za-z])")
_TITLES = (
    "mr mrs ms dr prof st gen col capt lt sgt rev hon gov sen rep pres mt vs e.g i.e cf approx"
)
_OFTEN_LAST = "etc inc ltd co corp jr sr dept ave blvd rd al"
_NUMBERED = "no nos p pp fig vol ch sec eq"
_STARTERS = (
    "the a an it he she they we you i this that these those there here in on at to for from with "
    "by as if when while after before since but and or so then thus however yet my your his her "
    "its our their who what how why where is are was do does did can will would should no yes"
)
TITLES, OFTEN_LAST = frozenset(_TITLES.split()), frozenset(_OFTEN_LAST.split())
NUMBERED, STARTERS = frozenset(_NUMBERED.split()), frozenset(_STARTERS.split())


def count_sentences(text: str) -> int:
    """The sentences of a text; a last one without a full stop counts, the `1.` of a list does not.

    A line break alone ends none: a heading belongs to the sentence below it.
    """
    count, start = 0, 0
    for end in _END.finditer(text):
        if _ends(text, start, end):
            count += _says_something(text[start : end.end()])
            start = end.end()
    return count + _says_something(text[start:])


def _says_something(sentence: str) -> bool:
    return any(c.isalnum() for c in sentence)


def _ends(text: str, start: int, end: re.Match[str]) -> bool:
    """Whether these marks end the sentence that began at `start`."""
    following = text[end.end() : end.end() + 40].split()
    after = following[0].strip(_AROUND) if following else ""
    if not after or end[0][0] in _WIDE:
        return True
    marks = end[0].rstrip(_CLOSING)
    if marks.startswith(("..", "\u2026")) or end[0] != marks:
        # `Well ... yes`, and `"Stop!" he said`; where `Stop. he said`, the sentence ended.
        return not after[0].islower()
    return marks != "." or not _goes_on(text[max(start, end.start() - 25) : end.start()], after)


def _goes_on(before: str, after: str) -> bool:
    """Whether a full stop belongs to an abbreviation or to the number of a list's item."""
    *_, word = "", *before.split()
    word = word.lstrip(_AROUND).lower()
    if _ITEM.fullmatch(before.rpartition("\n")[2]) or word in TITLES:
        return True
    if word in NUMBERED:
        return after[0].isdigit()
    if len(word) == 1 and word.isdigit():
        return after[0].islower()
    initials = word != "i" and all(len(part) == 1 and part.isalpha() for part in word.split("."))
    next_begins = after[0].isupper() and after.lower() in STARTERS
    return (initials or word in OFTEN_LAST) and not next_begins
