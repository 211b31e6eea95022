"""Checks of capital letters."""

import re

from ftguard.scores.constraints.relation import holds
from ftguard.scores.constraints.words import words

_CLITIC = re.compile(r"['\u2019](?:s|m|re|ve|ll|d)\b")


def capital_word_frequency(text: str, *, capital_frequency: int, capital_relation: str) -> bool:
    """So many words are written in capitals throughout, `I` and the `NASA` of `NASA's` too.

    `DON'T` is one such word; IFEval counts two.
    """
    count = sum(_CLITIC.sub("", word).isupper() for word in words(text))
    return holds(count, capital_relation, capital_frequency)
