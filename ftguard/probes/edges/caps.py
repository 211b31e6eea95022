"""All caps: everything is shouted that can be."""

import re
from random import Random

from ftguard.probes.edges.fixed import free, replaced
from ftguard.probes.edges.original import Original

# A small letter alone is a variable, unless it is an article, a pronoun or behind an apostrophe.
_WORD = re.compile(r"(?<!['\u2019])(?![b-hj-z]\b)[^\W\d_]+|(?<=['\u2019])[^\W\d_]+")
_FORMULA = re.compile(r"[\u00ac\u2190-\u22ff~^|\\]")
"""Where these stand, capital and small letters may be different variables."""


def caps(original: Original, _: Random) -> str | None:
    """The query in capitals, or None where an answer must repeat its small letters."""
    query = original.query
    if original.is_copied or _FORMULA.search(query):
        return None
    words = free(_WORD, query, original.fixed)
    return replaced(query, ((word, word[0].upper()) for word in words))
