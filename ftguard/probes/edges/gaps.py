"""Leaves words out of a query, and mends an English sentence around the gap."""

import re
from collections.abc import Sequence

from ftguard.probes.edges.english import ARTICLES, DETERMINERS, PREPOSITIONS, is_function_word

_MARKS = re.compile(r"[.,;:!?]+$")


def bare(token: str) -> str:
    """A word without the punctuation and blanks around it."""
    return token.strip(" \t\n.,;:!?()\"'")


def without(tokens: Sequence[str], dropped: frozenset[int], *, english: bool) -> str:
    """The text of the tokens, each with the blanks behind it, without those at some places.

    Punctuation behind a dropped word stays. In English `my [income]` becomes `that`, `a [coin]`
    becomes `one`, and `in [italian]` goes, where the sentence would break off there.
    """
    kept: list[str] = []
    for at, token in enumerate(tokens):
        if at not in dropped:
            kept.append(token)
            continue
        mark = _MARKS.search(token.rstrip())
        following = tokens[at + 1 : at + 2] if mark is None else ()
        if english and kept and at + 1 not in dropped:
            _mend(kept, bare(following[0]) if following else "")
        if mark and kept:
            kept[-1] = kept[-1].rstrip(" .,;:!?") + mark[0] + " "
    return "".join(kept).strip()


def _mend(kept: list[str], following: str) -> None:
    """Make the last word that was kept fit the one behind the gap, empty for none."""
    last = kept[-1].rstrip().lower()
    breaks_off = not following or is_function_word(following)
    if last in ARTICLES:
        article = "an " if following[:1].lower() in tuple("aeiou") else "a "
        kept[-1] = "one " if breaks_off else article
    elif breaks_off and last in DETERMINERS:
        many = len(kept) > 1 and kept[-2].rstrip().lower() in ("are", "were")
        kept[-1] = "those " if many else "that "
    elif breaks_off and last in PREPOSITIONS:
        kept.pop()
