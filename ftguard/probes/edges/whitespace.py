"""Odd whitespace: doubled blanks, tabs, line breaks and non-breaking spaces between words."""

import re
from random import Random

from ftguard.probes.edges.fixed import free, replaced
from ftguard.probes.edges.original import Original

ODD = ("  ", "   ", "\t", "\n", "\u00a0")
BLANKS_PER_ODD = 4
LEAST = 2
# Never around numbers and signs: a sign at the beginning of a line would make it a list.
_BLANK = re.compile(r"(?<=[^\W\d_]|[.,;:!?]) (?=[^\W\d_])")


def whitespace(original: Original, generator: Random) -> str | None:
    """The query with about a quarter of its blanks replaced, and at least two of them."""
    query = original.query
    blanks = list(free(_BLANK, query, original.fixed | original.answers))
    wanted = min(len(blanks), max(LEAST, round(len(blanks) / BLANKS_PER_ODD)))
    chosen = sorted(generator.sample(blanks, wanted), key=re.Match.start)
    odd = generator.sample(ODD, len(ODD))
    return replaced(query, ((blank, odd[i % len(odd)]) for i, blank in enumerate(chosen)))
