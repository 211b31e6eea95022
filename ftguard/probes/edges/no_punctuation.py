"""No punctuation: the marks between and after words are gone."""

import re
from random import Random

from ftguard.probes.edges.fixed import free, replaced
from ftguard.probes.edges.original import Original
from ftguard.probes.edges.words import words_of

# A colon between blanks may be a ratio, and a mark behind a number, a bracket or a letter a
# factorial.
_MARKS = re.compile(
    r"""
    (?P<glue>(?<=\S)[.,;:\u2026\u3001\u3002\uff0c\uff1a\uff1b](?=\w))
    | (?<=\S)[.,;:\u2026\u3001\u3002\uff0c\uff1a\uff1b](?![\w(\[])
    | (?<![\d)])(?<!\b\w)[!?\uff01\uff1f](?![\w(\[]) | [?\uff1f] | [\u00a1\u00bf]
    | (?P<short>[^\W\d_]+(?:['\u2019][^\W\d_]+)+)
    """,
    re.VERBOSE,
)


def no_punctuation(original: Original, _: Random) -> str | None:
    """The query without full stops, commas and the like, and without apostrophes."""
    if original.is_copied:
        return None
    marks = free(_MARKS, original.query, original.fixed | original.answers)
    return replaced(original.query, ((mark, _without(mark, original)) for mark in marks))


def _without(mark: re.Match[str], original: Original) -> str:
    if mark["short"]:
        kept = not original.named.isdisjoint(words_of(mark[0]))
        return mark[0] if kept else re.sub("['\u2019]", "", mark[0])
    return " " if mark["glue"] else ""
