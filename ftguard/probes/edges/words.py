"""Makes the words of a text, to be compared."""

import re

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


def words_of(text: str) -> list[str]:
    """The words of a text in lower case."""
    return [word.lower().replace("\u2019", "'") for word in _WORD.findall(text)]


def bare(token: str) -> str:
    """A word without the punctuation and blanks around it."""
    return token.strip(" \t\n.,;:!?()\"'")
