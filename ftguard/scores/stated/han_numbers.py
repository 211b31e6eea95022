"""Numbers that are spelt in Chinese characters, in digits."""

import re

_DIGITS = {c: value for value, c in enumerate("零一二三四五六七八九")} | {
    "\u3007": 0,
    "两": 2,
    "兩": 2,
}
_TENS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_RUN = re.compile(rf"[{''.join((*_DIGITS, *_TENS, *_LARGE))}]+")
_AMBIGUOUS = frozenset("一两兩十百千万萬亿億零\u3007")
"""Alone they stand in many words that are no numbers, as in `together`."""
_WORDS = ("万一", "千万", "一一", "千千万万")
"""`In case`, `by all means` and the like."""
_COUNTED = re.compile(
    r"\s*(?:[个個只隻条條本张張人元块塊天年月日岁歲次种種件位名倍秒米克斤公里度时時つ匹冊円枚回歳"
    r"]|\W|\Z)"
)
"""What is counted, or the end."""


def han_in_digits(text: str) -> str:
    """The text with its numbers in Chinese characters in digits."""
    return _RUN.sub(lambda run: _written(text, run), text)


def _written(text: str, run: re.Match[str]) -> str:
    found = run.group()
    alone = found in _AMBIGUOUS or found in _WORDS
    if alone and not _COUNTED.match(text, run.end()):
        return found
    return str(_value(found))


def _value(run: str) -> int:
    if len(run) > 1 and all(c in _DIGITS for c in run):
        return int("".join(str(_DIGITS[c]) for c in run))  # a year: digit by digit
    total, section, digit = 0, 0, 0
    for character in run:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _TENS:
            section, digit = section + (digit or 1) * _TENS[character], 0
        else:
            unit, below = _LARGE[character], section + digit
            # `300 million and 50 million`, but `ten thousand times a hundred million`.
            total = total + (below or 1) * unit if total >= unit else (total + below or 1) * unit
            section, digit = 0, 0
    return total + section + digit
