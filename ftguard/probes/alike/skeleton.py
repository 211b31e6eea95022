"""Makes `Skeleton`, a text without what varies from one use of a template to the next."""

import itertools
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import regex

from ftguard.probes.alike.spelt import is_spelt
from ftguard.probes.edges.english import FUNCTION_WORDS

NUMBER = "#"
NAME = "@"
COUNTED = "~"
"""What was counted by a number before, where it is named again: the apples of `three apples`."""
_MASKS = frozenset((NUMBER, NAME, COUNTED))
_QUOTED_WORDS = 8
"""A longer quotation is a text that is asked about, not a name for something."""
_SHOUTED = 0.5
"""Where a larger share of words has capitals, as in titles, they tell no names."""
_PER_WORD = 6
"""Of so many words one may be another: a bus that goes where a train went."""
_MOST = 3
"""No more words than that are others, however long the text."""
_FEWEST = 2
"""Words that two texts must share to be a template; beside a number one does, or a sign. Names
alone are none."""

_QUOTED = regex.compile(
    r"\u201c([^\u201c\u201d\n]+)\u201d|\u201e([^\u201c\u201e\n]+)\u201c|\u00ab([^\u00ab\u00bb\n]+)\u00bb"
    r"|\u300c([^\u300d\n]+)\u300d|\"([^\"\n]+)\"|`([^`\n]+)`"
    r"|(?<![\w'\u2019])['\u2018]([^'\u2018\u2019\n]+)['\u2019](?!\w)"
)
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
"""Scripts that put no blanks between words."""
_SPACED = rf"(?:(?![{_UNSPACED}])[\p{{L}}_])"
_TOKEN = regex.compile(
    r"(?P<mask>\uE000)"
    r"|(?P<address>https?://\S+|[\w.+-]+@[\w-]+\.[\w.-]+)"
    r"|(?P<number>\p{N}{1,4}(?P<by>[-/.])\p{N}{1,2}(?P=by)\p{N}{1,4}"
    r"|\p{Sc}?\p{N}+(?:[.,:'\u2019\u00a0\u202f]\p{N}+)*\s?[%\u2030\u00b0\p{Sc}]?"
    rf"(?!{_SPACED})"
    r"|[\u3007\u96f6\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341\u767e\u5343\u4e07"
    r"\u5104\u4e24]+"
    rf"|(?={_SPACED}*\p{{N}})(?:{_SPACED}|\p{{N}})+(?:-(?:{_SPACED}|\p{{N}})+)*)"
    rf"|(?P<letter>[{_UNSPACED}])"
    r"|(?P<word>\p{L}[\p{L}\p{M}]*(?:['\u2019]\p{L}+)?)"
    r"|(?P<sign>(?<!\p{L})-|-(?!\p{L})|[+*/\u00d7\u00f7=^<>%\u2212])"
    r"|(?P<end>[.!?:\n\u2026\u3002\uff01\uff1f]+)"
)
_CONTRACTED = regex.compile(r"(?i)(?:n['\u2019]t|['\u2019](?:s|ll|d|re|ve|m))$")
_AND = frozenset("and or et ou und oder y o e ed en i \u0438".split())  # noqa: SIM905
_PRONOUNS = {
    **dict.fromkeys(("he", "she", "they"), "he"),
    **dict.fromkeys(("him", "her", "his", "hers", "them", "their", "theirs"), "his"),
    **dict.fromkeys(("himself", "herself", "themselves"), "himself"),
    "an": "a",
}
_NOT_COUNTED = FUNCTION_WORDS | frozenset(
    "plus minus times multiplied divided times mod per equals equal is".split()  # noqa: SIM905
)
_OPENERS = FUNCTION_WORDS | frozenset(
    "answer translate write rewrite give name list find calculate compute solve explain describe "  # noqa: SIM905
    "summarise summarize classify complete convert choose select pick say tell make create "
    "extract correct sort put count spell define identify return print consider suppose imagine "
    "question context text sentence passage options input output instruction note read use "
    "add subtract multiply divide reply respond decide determine state compare fill replace "
    "remove according before after during while yesterday today tomorrow one once later then "
    "next first last finally each per".split()
)
"""Words that begin sentences without being names, in whatever few texts there are."""


@dataclass(frozen=True, kw_only=True)
class Skeleton:
    """The sentences of a text, what varies in them masked."""

    sentences: tuple[tuple[str, ...], ...]

    @property
    def shape(self) -> tuple[tuple[str, ...], ...]:
        """Where masks and words stand, whatever the words are."""
        return tuple(
            tuple(token if token in _MASKS else "w" for token in sentence)
            for sentence in self.sentences
        )

    @property
    def is_template(self) -> bool:
        """Whether there is enough besides what is masked to tell a template."""
        tokens = [token for sentence in self.sentences for token in sentence]
        kept = [token for token in tokens if token not in _MASKS]
        return len(kept) + (NUMBER in tokens) >= _FEWEST or any(not t[0].isalnum() for t in kept)

    def is_like(self, other: "Skeleton") -> bool:
        """Whether another of the same shape differs in few of the words of a long sentence.

        Sentences that are equal are left out of account, so that a long instruction around short
        queries does not make these alike.
        """
        pairs = zip(self.sentences, other.sentences, strict=True)
        differing = [(one, two) for one, two in pairs if one != two]
        kept = sum(token not in _MASKS for one, _ in differing for token in one)
        swapped = {
            pair
            for one, two in differing
            for pair in zip(one, two, strict=True)
            if len(set(pair)) > 1
        }
        return len(swapped) <= min(_MOST, kept // _PER_WORD)


def vocabulary(texts: Iterable[str]) -> frozenset[str]:
    """The words that stand in small letters anywhere: a capital makes no name of them."""
    return frozenset(
        word
        for text in texts
        for word in regex.findall(r"\p{L}[\p{L}\p{M}]*", text)
        if word.islower()
    )


def skeleton(texts: Sequence[str], known: AbstractSet[str]) -> Skeleton:
    """Mask what varies in the texts of one probe.

    Numbers, in digits of any script or spelt out; what they count, there and wherever it is named
    again; codes, dates and addresses; names, which are words with a capital inside of a sentence,
    or at its beginning where they stand nowhere in small letters; short quotations. Pronouns of one
    person stand for those of another, and a list of numbers or names for a longer one.

    Args:
        texts: a prompt's messages, or an option.
        known: words that are no names, see `vocabulary`.
    """
    sentences = [
        s for text in texts for s in _sentences(unicodedata.normalize("NFKC", text), known)
    ]
    counted = {word for sentence in sentences for word in _counted(sentence)}
    return Skeleton(sentences=tuple(tuple(_merged(s, counted)) for s in sentences if s))


def _sentences(text: str, known: AbstractSet[str]) -> list[list[str]]:
    text = _QUOTED.sub(_quotation, text)
    found: list[list[str]] = [[]]
    cased = not _is_shouted(text)
    for match in _TOKEN.finditer(text):
        kind, token = str(match.lastgroup), match.group()
        if kind == "end":
            found.append([])
        elif kind in ("mask", "address"):
            found[-1].append(NAME)
        elif kind == "number":
            found[-1].append(NUMBER)
        elif kind == "word":
            found[-1].append(_word(token, known, first=not found[-1], cased=cased))
        else:
            found[-1].append(token)
    return found


def _quotation(match: "regex.Match[str]") -> str:
    return " \ue000 " if len(match.group().split()) <= _QUOTED_WORDS else match.group()


def _is_shouted(text: str) -> bool:
    words: list[str] = [
        word
        for sentence in regex.split(r"[.!?:\n]+", text)
        for word in regex.findall(r"\p{L}[\p{L}\p{M}]+", sentence)[1:]
    ]
    return sum(word[0].isupper() for word in words) > _SHOUTED * len(words)


def _word(token: str, known: AbstractSet[str], *, first: bool, cased: bool) -> str:
    bare = _CONTRACTED.sub("", token)
    small = bare.casefold()
    if is_spelt(small) or (bare == "May" and not first):
        return NUMBER
    is_known = small in _OPENERS or bare.lower() in known
    if cased and bare[0].isupper() and bare != "I" and not (first and is_known):
        return NAME
    return _PRONOUNS.get(small, small)


def _counted(sentence: Sequence[str]) -> Iterator[str]:
    for before, word in itertools.pairwise(sentence):
        if before == NUMBER and _is_countable(word):
            yield _stem(word)


def _is_countable(token: str) -> bool:
    return len(token) > 1 and token.isalpha() and token not in _NOT_COUNTED


def _stem(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") else word  # noqa: PLR2004


def _merged(sentence: Sequence[str], counted: AbstractSet[str]) -> list[str]:
    found: list[str] = []
    for place, token in enumerate(sentence):
        again = token not in _MASKS and _stem(token) in counted
        if again and place and sentence[place - 1] == NUMBER:
            continue
        found.append(COUNTED if again else token)
        # A list stands for any list: `#, # and #` is `#`.
        if found[-1] in _MASKS and found[-1] in found[-3:-1]:
            if found[-2] == found[-1]:
                found.pop()
            elif found[-2] in _AND:
                del found[-2:]
    return found
