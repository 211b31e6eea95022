"""References whose marks count as much as their words: code, intervals, addresses, paths."""

import re
from functools import lru_cache

from ftguard.scores.stated.plain import plain

_OPERATORS = re.compile(
    r"\w['\")\]]?\s*(?:[<>=!]=?|=>|->|<-|:=|<>|\|\||&&)\s*['\"(\[-]?\w"  # id = 1, a -> b
    r"|\b[a-z\d]\s*[+*]\s*[a-z\d]\b|\b[a-z]\s*-\s*\d|\w\s--?[A-Za-z]"  # x + 1, ls -la
)
_ADDRESS = re.compile(
    r"\w@\w|\w://|\b[A-Za-z]:\\\w|\\\w+\\\w"  # C:\Users
    r"|^(?:~|\.{1,2})?/\.?\w|\w\.\w+/\w|\w/[\w/.-]*\w\.[a-z]{1,4}\b"  # /etc, src/a.py
)
_INTERVAL = re.compile(r"\s*([(\[])(?P<inside>[^()\[\],;]+[,;][^()\[\],;]+)([)\]])\s*")
_TIMES = re.compile(r"(?<=\d)\s*[x\u00d7\u00b7]\s*(?=\d)")
_PIECES = re.compile(r"\w+|\s+|[^\w\s]")
_SAME = {
    "\u2264": "<=",
    "\u2265": ">=",
    "\u2260": "!=",
    "<>": "!=",
}
_QUOTE = "['\"]?"
_BEFORE = r"(?<![\w@\\/~])(?<!\w[.-])(?<![.!=])"
_AFTER = r"(?![\w@\\/]|[.-]\w|\s*(?:[<=+*^|]|!=)|\s+>|>=)"


def lacks_marks(text: str, reference: str) -> bool:
    """Whether a reference's marks count and an answer does not have it with them.

    Args:
        text: the whole answer, as it was written.
        reference: an accepted answer. Its case, blanks and kind of quotes do not count.
    """
    said = _usual(plain(text))
    interval = _INTERVAL.fullmatch(_usual(plain(reference)))
    if interval is None:
        return not all(wanted.search(said) for wanted in _patterns(reference))
    # Whoever asks for a pair may be told one without brackets, but not with others.
    brackets = (interval[1], interval[3])
    inside = _spaced(interval["inside"].strip())
    found = re.findall(rf"(?i)([(\[]?)\s*(?<![\w.-]){inside}(?!\w|\.\d)\s*([)\]]?)", said)
    bare = [("", "")] if brackets in (("(", ")"), ("[", "]")) else []
    return not any(pair in [brackets, *bare] for pair in found)


@lru_cache(maxsize=4096)
def _patterns(reference: str) -> tuple[re.Pattern[str], ...]:
    """What finds the marked parts of a reference in a plain text."""
    shown = _usual(plain(reference)).strip().rstrip(".;").rstrip()
    if _OPERATORS.search(shown):
        parts = [shown]
    else:
        words = (word.strip(".,;:!?\"'()") for word in shown.split())
        parts = [word for word in words if _ADDRESS.search(word)]
    return tuple(re.compile(rf"(?i){_BEFORE}{_spaced(part)}{_AFTER}") for part in parts)


def _spaced(text: str) -> str:
    """The pattern of a text whose blanks count only between two words."""
    pieces = _PIECES.findall(text)
    found = ""
    for at, piece in enumerate(pieces):
        if piece.isspace():
            words = pieces[at - 1][-1:].isalnum() and pieces[at + 1][:1].isalnum()
            found += r"\s+" if words else r"\s*"
        elif piece in "'\"":
            found += _QUOTE
        else:
            found += re.escape(piece) if piece.isalnum() else rf"\s*{re.escape(piece)}\s*"
    return found


def _usual(text: str) -> str:
    for mark, usual in _SAME.items():
        text = text.replace(mark, usual)
    return _TIMES.sub(" * ", text)
