"""Typos: a slip of the keyboard in about every fifth word, none that changes what is asked."""

import re
from random import Random

from ftguard.probes.edges.fixed import free, replaced
from ftguard.probes.edges.keyboard import misspell
from ftguard.probes.edges.original import Original

WORDS_PER_TYPO = 5
# Names are left alone, and so are short words and what an apostrophe or a hyphen is part of.
_WORD = re.compile(r"(?<![\w'\u2019-])[a-z]{4,}(?![\w'\u2019-])")


def typos(original: Original, generator: Random) -> str | None:
    """The query with slips, or None where there is no word to slip in."""
    query = original.query
    words = [
        word
        for word in free(_WORD, query, original.fixed | original.answers)
        if word[0] not in original.named
    ]
    wanted = max(1, round(len(query.split()) / WORDS_PER_TYPO))
    slips = []
    for word in generator.sample(words, len(words)):
        slipped = misspell(word[0], generator, original.vocabulary)
        if slipped is not None and len(slips) < wanted:
            slips.append((word, slipped))
    return replaced(query, sorted(slips, key=lambda slip: slip[0].start()))
