"""Makes slips of the keyboard: what a word looks like after one of them."""

from collections.abc import Callable, Collection, Mapping
from random import Random
from types import MappingProxyType

NEIGHBOURS: Mapping[str, str] = MappingProxyType(
    {
        "q": "wa", "w": "qeas", "e": "wrsd", "r": "etdf", "t": "ryfg", "y": "tugh", "u": "yihj",
        "i": "uojk", "o": "ipkl", "p": "ol", "a": "qwsz", "s": "weadzx", "d": "ersfxc",
        "f": "rtdgcv", "g": "tyfhvb", "h": "yugjbn", "j": "uihknm", "k": "iojlm", "l": "opk",
        "z": "asx", "x": "sdzc", "c": "dfxv", "v": "fgcb", "b": "ghvn", "n": "hjbm", "m": "jkn",
    }
)  # fmt: skip
"""The letters that touch a letter on a QWERTY keyboard."""
_OTHER_WORDS = """
    angel angle barely beard board bother bread broad calm casual causal clam cost dairy desert
    diary does fare fear form fried fro from good have here into live loose lose lost mail meal
    mean more must name near note only over pain past poor price prize quiet quite read real road
    said sail sent side silver sliver some stake star stare steak still than that them then there
    these they thing think this thorough those through thy time trail trial true united untied
    want went were what when where which while with word work world year your
"""
OTHER_WORDS = frozenset(_OTHER_WORDS.split())
"""Common words that a slip could make of other ones."""

Slip = Callable[[str, int, Random], str]
"""What a word becomes by a slip at one of its inner or last letters."""


def _neighbour(word: str, at: int, generator: Random) -> str:
    return word[:at] + generator.choice(NEIGHBOURS.get(word[at], word[at])) + word[at + 1 :]


def _swap(word: str, at: int, _: Random) -> str:
    return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]


def _double(word: str, at: int, _: Random) -> str:
    return word[:at] + word[at] + word[at:]


def _drop(word: str, at: int, _: Random) -> str:
    return word[:at] + word[at + 1 :]


SLIPS: tuple[Slip, ...] = (_neighbour, _swap, _double, _drop)


def misspell(word: str, generator: Random, words: Collection[str]) -> str | None:
    """The word after one slip that leaves its first letter and makes none of the given words."""
    slips = [(slip, at) for slip in SLIPS for at in range(1, len(word))]
    for slip, at in generator.sample(slips, len(slips)):
        slipped = slip(word, at, generator)
        if slipped != word and slipped not in words and slipped not in OTHER_WORDS:
            return slipped
    return None
