"""Checks of how an answer begins and ends."""

from ftguard.scores.constraints.words import fold

_OPENING = frozenset('"\u201c\uff02\u300c\u300e')
_CLOSING = frozenset('"\u201d\uff02\u300d\u300f')
"""Quotation marks; the last three of Chinese and Japanese."""
_AROUND = " \"'*_`"


def end_checker(text: str, *, end_phrase: str) -> bool:
    """The text ends with the phrase; case, blanks, and quotes or emphasis around are ignored."""
    said, phrase = fold(text), fold(end_phrase)
    bare = phrase.rstrip(_AROUND)
    return said.endswith(phrase) or (bare != "" and said.rstrip(_AROUND).endswith(bare))


def quotation(text: str) -> bool:
    """The text is wrapped in double quotation marks of any script, and not empty.

    IFEval knows the straight ones alone.
    """
    wrapped = text[:1] in _OPENING and text[-1:] in _CLOSING
    return wrapped and bool(text[1:-1].strip())
