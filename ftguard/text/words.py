"""Counts words in any script, also where none has blanks between its words."""

import math
import unicodedata

import regex

HAN_AND_KANA = (
    r"\u3005-\u3007\u3021-\u3029\u3041-\u309f\u30a1-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Chinese and Japanese characters, for a class of a regular expression."""
SOUTH_EAST_ASIAN = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\ua9e0-\ua9ff\uaa60-\uaa7f"
"""Thai, Lao, Burmese and Khmer characters."""
TIBETAN = r"\u0f00-\u0fff"
UNSPACED = HAN_AND_KANA + SOUTH_EAST_ASIAN + TIBETAN
"""All scripts whose words no blank parts."""

_LETTERS = (
    # A word of the Chinese and of most Japanese has about two characters, one of katakana, which
    # spells foreign words, four; one of the others has as many letters, marks left out.
    (regex.compile(r"[\u30a1-\u30ff\u31f0-\u31ff]"), 4),
    (regex.compile(rf"[{HAN_AND_KANA}]"), 2),
    (regex.compile(r"[\u0e00-\u0eff]"), 4),
    (regex.compile(r"[\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\ua9e0-\ua9ff\uaa60-\uaa7f]"), 3),
)
"""Kinds of letters, and how many of them make a word; the first that holds a letter counts."""
_RUN = regex.compile(rf"[{UNSPACED}]+|[^\s{UNSPACED}]+")
_SYLLABLES = regex.compile(r"[\u0f0b-\u0f14\s]+")
"""Tibetan parts its syllables, not its words; so does Vietnamese, by blanks."""


def joins(text: str) -> bool:
    """Whether what follows a text stands right behind it: its script, or its mark, has no blank."""
    last = text[-1:]
    wide = last != "" and unicodedata.east_asian_width(last) in ("W", "F")
    return wide or regex.search(rf"[{UNSPACED}]\Z", text) is not None


def num_words(text: str) -> int:
    """About how many words a text has.

    Words are what blanks part, where it holds a letter or a digit. Where a script has no blanks,
    words are reckoned from its letters, two characters of Chinese to a word; of Tibetan, syllables
    are counted.
    """
    return sum(map(_num_in_run, _RUN.findall(unicodedata.normalize("NFKC", text))))


def share_of_word(letter: str) -> float:
    """Which part of a word a letter is, in a script without blanks; 0 in any other."""
    return next((1 / size for kind, size in _LETTERS if kind.match(letter)), 0.0)


def _num_in_run(run: str) -> int:
    letters = [c for c in run if c.isalnum()]
    if not letters:
        return 0
    if "\u0f00" <= letters[0] <= "\u0fff":
        return sum(any(c.isalnum() for c in part) for part in _SYLLABLES.split(run))
    return max(1, math.ceil(round(sum(map(share_of_word, letters)), 6)))
