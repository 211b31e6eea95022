"""Knows verbs of two words: a pronoun stands within them (`pay it back`), never behind."""

from collections.abc import Sequence


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PARTICLES = _set("up down off out back away apart aside forward together around")
"""Behind a verb they belong to it, where no `of` or the like follows."""
_SOMETIMES = {
    "in": _set(
        """
        put putting fill filling hand handing turn turning send sending bring bringing call calling
        cash cashing trade trading plug plugging type typing key punch pencil phone let take taking
        """
    ),
    "on": _set("put putting turn turning switch switching try trying pass keep leave have"),
    "over": _set(
        "hand handing take taking roll rolling carry carrying move moving turn bring send"
    ),
    "through": _set("put putting push see carry"),
}
"""Particles of these verbs alone; else prepositions, as in `check on my order`."""


def is_particle(words: Sequence[str], at: int) -> bool:
    """Whether the word there is part of the verb in front of it: `pay back`, `put in`."""
    word = words[at]
    return at > 0 and (word in _PARTICLES or words[at - 1] in _SOMETIMES.get(word, ()))
