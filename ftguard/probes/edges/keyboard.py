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
OTHER_WORDS = frozenset(
    "angel angle barely bare barley bear bread beard board broad boat boot both bother bout cards "
    "cars cash cast casual casually causal clam calm coats cost costs crash desert diary dairy does "
    "done dose evil fare fear fats fast form from fried friend goat good goof have hate here hers "
    "hits hist host hots hour house inns into live love loose lose loss lots list lost last mail "
    "make male mane many mean meal mile mill moat more most must name near noon note only over pain "
    "past pats pest poor pool post price prize quiet quite race rate read real reel rice room said "
    "sail salt send sent ship shop shot side silver sliver snow some soon star stare stat steak "
    "stake still stop tame than that them then there these thin thing think this those three threw "
    "through thorough time tome trail trial true turn untied united wait want warm well went were "
    "what when where which while whole will wine wing wish with word work world wore year your"
    .split()
)  # fmt: skip
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
