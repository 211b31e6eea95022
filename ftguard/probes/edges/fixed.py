"""Finds what no edit of a query may touch: code, addresses, numbers, quotations, given phrases."""

import re
from collections.abc import Iterable, Iterator

_FIXED = re.compile(
    r"""
    ```.*?(?:```|\Z) | `[^`\n]+`                          # fenced and inline code
    | (?m:^(?:[ \t]{2,}\S[^\n]*|[^\n]*[;{}][ \t]*)$)      # what looks like a line of code
    | (?m:^[ \t]*(?:def|class|import|from|for|while|if|elif|else|return)\b[^\n]*[:{]$)
    | ["\u201c-\u201f][^"\u201c-\u201f\n]+["\u201c-\u201f] | \u00ab[^\u00bb\n]+\u00bb
    | (?<!\w)'(?:[^'\n]|(?<=\w)'(?=\w))+'(?!\w)           # quotations
    | \$[^$\n]*[\\^_{=][^$\n]*\$                          # formulas
    | (?:https?://|www\.)[^\s<>"]+[^\s<>".,;:!?)]         # addresses
    # Words that hold a digit or a symbol, without the punctuation behind them.
    | (?<!\S)\S*[\d_\\{}\[\]<>=|^~@\#*+%$\u00ac\u00b1\u00d7\u00f7\u2190-\u22ff]\S*?
      (?=[.,;:!?)"']*(?:\s|\Z))
    | \b(?:[^\W\d_]\.){2,}                                # e.g., U.S.
    | \b\w+(?:[.:@]\w+)+                                  # names with a dot in them
    | \b\w+\([^()\s]*\)                                   # calls
    | \b\w*[a-z][A-Z]\w*                                  # mRNA, camelCase
    | (?<!\S)[~.]{0,2}/[\w.~/-]+ | \b\w+/\w+/[\w./-]* | \b\w/\w\b  # paths, fractions
    """,
    re.VERBOSE | re.DOTALL,
)


def fixed(text: str) -> frozenset[int]:
    """The positions of all characters that belong to something fixed."""
    return frozenset(at for found in _FIXED.finditer(text) for at in range(*found.span()))


def places(text: str, phrases: Iterable[str]) -> frozenset[int]:
    """The positions of all characters that belong to one of the phrases, whatever its case."""
    bare = {phrase.strip() for phrase in phrases} - {""}
    found = (
        match
        for phrase in bare
        for match in re.finditer(rf"(?<!\w){re.escape(phrase)}(?!\w)", text, re.IGNORECASE)
    )
    return frozenset(at for match in found for at in range(*match.span()))


def free(pattern: re.Pattern[str], text: str, taken: frozenset[int]) -> Iterator[re.Match[str]]:
    """What the pattern finds where nothing is taken."""
    for found in pattern.finditer(text):
        if taken.isdisjoint(range(*found.span())):
            yield found


def replaced(text: str, changes: Iterable[tuple[re.Match[str], str]]) -> str:
    """The text with each match, in their order, replaced."""
    parts, end = [], 0
    for found, new in changes:
        parts += [text[end : found.start()], new]
        end = found.end()
    return "".join(parts) + text[end:]
