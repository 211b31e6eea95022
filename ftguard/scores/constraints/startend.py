"""Checks of how an answer begins and ends."""

from ftguard.scores.constraints.words import fold

_AROUND = " \"'*_`"


def end_checker(text: str, *, end_phrase: str) -> bool:
    """The text ends with the phrase; case, blanks, and quotes or emphasis around are ignored."""
    said, phrase = fold(text), fold(end_phrase)
    bare = phrase.rstrip(_AROUND)
    return said.endswith(phrase) or (bare != "" and said.rstrip(_AROUND).endswith(bare))


def quotation(text: str) -> bool:
    """The text is wrapped in double quotation marks, straight or curly, and not empty.

    IFEval knows the straight ones alone.
    """
    wrapped = text[:1] in ('"', "\u201c") and text[-1:] in ('"', "\u201d")
    return wrapped and bool(text[1:-1].strip())
