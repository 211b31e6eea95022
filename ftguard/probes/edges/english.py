"""Knows the words that hold an English sentence together."""

import re
from collections.abc import Sequence

ARTICLES = frozenset({"a", "an"})
DETERMINERS = frozenset({"the", "my", "your", "our", "his", "her", "its", "their"})
PREPOSITIONS = frozenset(
    "of in on at for from with about by to into onto over under through between as".split()  # noqa: SIM905
)
_OTHER = """
    this that these those some any and or but if so because than then i you he she it we they me him
    us them mine yours who whom whose which what when where why how am is are was were be been being
    do does did done doing have has had having can could will would shall should may might must not
    no nor never none nothing without there here just also too very please really now ok okay hey hi
    hello um uh yes yeah up out off down again ever still already yet more most much many less least
    only even all both each every other another cannot let lets wanna gonna gotta im ive ill id
    whats wheres hows dont doesnt cant wont isnt
"""
FUNCTION_WORDS = ARTICLES | DETERMINERS | PREPOSITIONS | frozenset(_OTHER.split())
TELLTALES = frozenset(
    "the my what how and you your to that with this can are which".split()  # noqa: SIM905
)
"""Function words that few other languages share."""
SHARE = 0.3
"""So many of a set's queries hold one of them where the set is English."""


def is_function_word(word: str) -> bool:
    """Whether a word, contracted or not, says nothing by itself: `the`, `i'm`, `don't`."""
    folded = word.lower().replace("\u2019", "'")
    return folded.partition("'")[0] in FUNCTION_WORDS or folded.endswith("n't")


def is_english(queries: Sequence[str]) -> bool:
    """Whether a set of queries is written in English."""
    found = sum(not TELLTALES.isdisjoint(re.findall("[a-z]+", q.lower())) for q in queries)
    return found >= SHARE * len(queries)
