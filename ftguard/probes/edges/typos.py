"""Typos: a slip of the keyboard in about every fifth word, none that changes what is asked."""

import re
from itertools import islice
from random import Random

from ftguard.probes.edges.fixed import free, replaced
from ftguard.probes.edges.keyboard import misspell
from ftguard.probes.edges.original import Original

WORDS_PER_TYPO = 5
# Names are left alone, and so are short words and what an apostrophe or a hyphen is part of.
_WORD = re.compile(r"(?<![\w'\u2019-])[a-z]{4,}(?![\w'\u2019-])")


def typos(original: Original, generator: Random) -> str | None:
    """The query with slips, as many of them as there are words to slip in."""
    query = original.query
    words = [
        word
        for word in free(_WORD, query, original.fixed | original.answers)
        if word[0] not in original.named
    ]
    wanted = max(1, round(len(query.split()) / WORDS_PER_TYPO))
    slips = (
        (word, slipped)
        for word in generator.sample(words, len(words))
        if (slipped := misspell(word[0], generator, original.vocabulary)) is not None
    )
    made = sorted(islice(slips, wanted), key=lambda slip: slip[0].start())
    return replaced(query, made)
