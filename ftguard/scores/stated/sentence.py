"""Makes `Sentence`, one sentence in words, and knows which of its clauses tell of other things."""

import re
from dataclasses import dataclass

from ftguard.scores.stated.question import Asked
from ftguard.scores.stated.tokens import Token, tokens
from ftguard.scores.stated.wordlists import COPULAS, SUBORDINATORS

_CLAUSES = re.compile(
    r"(?i)[,;()\uff0c\u3001\uff1b]|\s(?:but|sino|sondern|melainkan|بل|so|and|then|therefore|thus|hence)\s|\s-\s"
)
_COMPLEMENT = 4
"""So many words: `which is already Wednesday`, not `which is south of Paris and Rouen`."""
_FOCUSING = frozenset(("right", "just", "directly", "immediately", "even", "only"))
"""May stand before `after` and the like: `right after Lena`."""


@dataclass(frozen=True)
class Sentence:
    """One sentence, or a part of one."""

    text: str
    words: tuple[Token, ...]
    clauses: tuple[int, ...]
    """For each word the number of its clause."""

    def clause(self, *numbers: int) -> list[Token]:
        """The words of some clauses."""
        return [w for w, c in zip(self.words, self.clauses, strict=True) if c in numbers]

    def before(self, at: int) -> str:
        """The text before a word."""
        return self.text[: self.words[at].start]

    def after(self, at: int) -> str:
        """The text after a word."""
        return self.text[self.words[at].end :]

    def between(self, left: int, right: int) -> str:
        """The text between two words."""
        return self.text[self.words[left].end : self.words[right].start]


def sentence_of(text: str, asked: Asked) -> Sentence:
    """A plain text of one sentence, its clauses told apart."""
    words = tokens(text)
    marks = [match.start() for match in _CLAUSES.finditer(text)]
    clauses: list[int] = []
    clause, passed = 0, 0
    for i, word in enumerate(words):
        ahead = sum(mark < word.start for mark in marks)
        follower = words[i + 1].text if i + 1 < len(words) else ""
        # `where he lives` is no clause of its own where the question says it too.
        echoed = {word.text, follower} <= asked.words
        opens = word.text in SUBORDINATORS - {"with"} and i > 0 and not echoed
        if opens and words[i - 1].text in _FOCUSING and ahead == passed:
            opens = clauses[-1] != clause
        clause += int(ahead > passed or opens)
        passed = ahead
        clauses.append(clause)
    return Sentence(text, tuple(words), tuple(clauses))


def is_subordinate(sentence: Sentence, clause: int) -> bool:
    """Whether a clause tells of something beside what the sentence says."""
    opening = [word.text for word in sentence.clause(clause)[:2]]
    if opening[0] == "which" and opening[1:] and opening[1] in COPULAS:
        return len(sentence.clause(clause)) > _COMPLEMENT
    first = opening[1:] if opening[0] in _FOCUSING and opening[1:] else opening[:1]
    return first[0] in SUBORDINATORS or clause < _main_begins(sentence)


def _main_begins(sentence: Sentence) -> int:
    """The clause from which on a sentence that begins with `with` or `since` tells its own."""
    words = sentence.words
    opening = [word.text for word in words[:2]]
    if not words or (opening[0] not in SUBORDINATORS and opening != ["given", "that"]):
        return 0
    commas = [m.start() for m in re.finditer(",", sentence.text) if m.start() > words[0].end]
    pairs = zip(words, sentence.clauses, strict=True)
    return next((c for w, c in pairs if commas and w.start > commas[-1]), 0)
