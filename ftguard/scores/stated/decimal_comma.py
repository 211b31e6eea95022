"""Numbers as most of Europe and Latin America write them, 1.234,50, as English does: 1234.50."""

import re

_BLANK = "[\u00a0\u202f ']"
_EDGES = (r"(?<![\w.,])", r"(?![.,]?\d)")
_BOTH = r"[1-9]\d{0,2}(?:\.\d{3})+,\d+"
_DOTS = r"[1-9]\d{0,2}(?:\.\d{3}){2,}"
_TELLING = re.compile(
    rf"{_EDGES[0]}(?:{_BOTH}|{_DOTS}|\d{{1,3}}(?:{_BLANK}\d{{3}})+,\d+"
    rf"|\d+,(?:\d{{1,2}}|\d{{4,}})|(?:0|\d{{4,}}),\d+){_EDGES[1]}(?=\D*\Z)"
)
"""In no other notation: `1,234` may be either, and `1,2,3` are three numbers."""
_ALWAYS = re.compile(rf"{_EDGES[0]}(?:{_BOTH}|{_DOTS}){_EDGES[1]}")
_WITH_COMMA = re.compile(
    rf"{_EDGES[0]}(?:[1-9]\d{{0,2}}(?:\.\d{{3}})+(?:,\d+)?|[1-9]\d{{0,2}}(?:{_BLANK}\d{{3}})+,\d+"
    rf"|\d+,\d+){_EDGES[1]}"
)
_MARKS = str.maketrans({"\u066b": ".", "\u066c": None})
"""Arabic has marks of its own for the point and for thousands."""


def tells_comma(text: str) -> bool:
    """Whether a reference's last number has a decimal comma, or dots between thousands."""
    return _TELLING.search(text) is not None


def in_points(text: str, *, comma: bool) -> str:
    """The text with its numbers in English notation.

    Args:
        text: an answer, a question or a reference.
        comma: whether `1.234` and `1,234` are to be read so too. Else only what cannot be read
            in another way is, as `1.234,50` and `3.500.000`.
    """
    found = _WITH_COMMA if comma else _ALWAYS
    return found.sub(lambda number: _pointed(number[0]), text.translate(_MARKS))


def _pointed(number: str) -> str:
    whole, comma, fraction = re.sub(rf"\.|{_BLANK}", "", number).partition(",")
    return f"{whole}.{fraction}" if comma else whole
