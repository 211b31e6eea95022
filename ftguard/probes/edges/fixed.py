"""Finds what no edit of a query may touch: code, addresses, numbers, quotations, given phrases."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

_CODE = re.compile(
    r"""
    ^(?:
    [ \t]{2,}\S.* | .*\S[ ]{3,}\S.*                       # indented, in columns
    | .*[;{}][ \t]* | .*(?:[-=]>|:=|[=!]=|&&).*           # signs that prose has no use for
    | \w[\w.\[\]]*(?:,[ ]\w+)*[ ]?[-+*/]?=.*              # assignments
    | [\w.]+\(.*\)                                        # calls
    | import[ ][\w.,][\w., ]* | from[ ][\w.]+[ ]import[ ].*
    | .{0,9}\b(?:def|class|for|while|if|elif|else|try|except)\b.*:
    )$
    """,
    re.VERBOSE | re.MULTILINE,
)
"""Lines that look like code."""
_FIXED = re.compile(
    r"""
    ```.*?(?:```|\Z) | `[^`\n]+`                          # fenced and inline code
    | ["\u201c-\u201f][^"\u201c-\u201f\n]+["\u201c-\u201f] | \u00ab[^\u00bb\n]+\u00bb
    | (?<!\w)'(?:[^'\n]|(?<=\w)'(?=\w))+'(?!\w)           # quotations
    | \[[^\[\]\n]*\] | \{[^{}\n]*\} | \([-.\w]{1,3}(?:,\s*[-.\w]{1,3})+\)  # lists
    | \$[^$\n]*[\\^_{=][^$\n]*\$                          # formulas
    | (?:https?://|www\.)[^\s<>"]+[^\s<>".,;:!?)]         # addresses
    # Words that hold a digit or a symbol, without the punctuation behind them.
    | (?<!\S)\S*[\d_\\{}\[\]<>=|^~@\#*+%$\u00ac\u00b1\u00d7\u00f7\u2190-\u22ff]\S*?
      (?=[.,;:!?)"']*(?:\s|\Z))
    | \b(?:[^\W\d_]\.){2,}                                # e.g., U.S.
    | \b\w+(?:[.:@]\w+)+                                  # names with a dot in them
    | \b\w+\([^()\n]*\)                                   # calls
    | \b\w*[a-z][A-Z]\w*                                  # mRNA, camelCase
    | (?<!\S)[~.]{0,2}/[\w.~/-]+ | \b\w+/\w+/[\w./-]* | \b\w/\w\b  # paths, fractions
    """,
    re.VERBOSE | re.DOTALL,
)


def fixed(text: str) -> frozenset[int]:
    """The positions of all characters that belong to something fixed."""
    # A single line is prose, whatever it looks like.
    code = _CODE.finditer(text) if "\n" in text else iter(())
    return frozenset(
        at for found in chain(code, _FIXED.finditer(text)) for at in range(*found.span())
    )


def places(text: str, phrases: Iterable[str]) -> frozenset[int]:
    """The positions of all characters that belong to one of the phrases, whatever its case."""
    bare = {p.strip() for p in phrases if p.strip() and p.strip().lower() in text.lower()}
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
