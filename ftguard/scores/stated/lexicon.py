"""Makes `Lexicon`, the accepted and the wrong answers of one question, folded."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ftguard.scores.stated.plain import plain
from ftguard.scores.stated.question import Asked, likes, other_options
from ftguard.scores.stated.tokens import folded
from ftguard.scores.stated.wordlists import EITHER_OR, SAME_ANSWERS

Phrase = tuple[str, ...]
"""Folded words."""


@dataclass(frozen=True)
class Lexicon:
    """What is looked for in an answer."""

    accepted: tuple[Phrase, ...]
    wrong: tuple[Phrase, ...]
    """The probe's distractors, and what follows from the question."""
    shown: tuple[str, ...] = ()
    """The accepted ones as they are written."""
    offered: frozenset[Phrase] = frozenset()
    """The wrong ones that the question itself offers."""

    @property
    def words(self) -> frozenset[str]:
        """Every word of them."""
        return frozenset(word for phrase in (*self.accepted, *self.wrong) for word in phrase)

    @property
    def heads(self) -> frozenset[str]:
        """The first word of each."""
        return frozenset(phrase[0] for phrase in (*self.accepted, *self.wrong))


@lru_cache(maxsize=8192)
def lexicon_of(references: tuple[str, ...], distractors: tuple[str, ...], asked: Asked) -> Lexicon:
    """The accepted and the wrong answers of a probe."""
    alike = [word for reference in references for word in _same_answers(reference)]
    accepted = tuple(phrase for r in (*references, *alike) if (phrase := folded(plain(r))))
    others = [word for reference in references for word in _other_answers(reference)]
    given = {folded(plain(distractor)) for distractor in (*distractors, *others)}
    offered = other_options(asked, accepted)
    wrong = (given | offered | likes(asked, accepted)) - set(accepted) - {()}
    return Lexicon(accepted, tuple(sorted(wrong)), references, frozenset(offered))


def _same_answers(reference: str) -> tuple[str, ...]:
    return tuple(word for first, *rest in SAME_ANSWERS if first == reference for word in rest)


def _other_answers(reference: str) -> tuple[str, ...]:
    rivals = [word for pair in EITHER_OR if reference in pair for word in pair if word != reference]
    return tuple(word for rival in rivals for word in (rival, *_same_answers(rival)))


def with_likes_of(lexicon: Lexicon, text: str) -> Lexicon:
    """Where the right answer is a code or a time, what else of its form a text holds is wrong."""
    shapes = {_shape(phrase[0]) for phrase in lexicon.accepted if len(phrase) == 1} - {None}
    codes = {_shape(shown) for shown in lexicon.shown} - {None}
    words = (word.strip(".,;:!?\"'()") for word in text.split())
    alike: set[Phrase] = {(word,) for word in folded(text) if shapes and _shape(word) in shapes}
    alike |= {folded(word) for word in words if codes and _shape(word) in codes}
    more = alike - set(lexicon.accepted) - set(lexicon.wrong)
    return replace(lexicon, wrong=(*lexicon.wrong, *sorted(more))) if more else lexicon


def longest_first(lexicon: Lexicon) -> Sequence[tuple[Phrase, bool]]:
    """Every phrase with whether it is accepted."""
    pairs = [(phrase, True) for phrase in lexicon.accepted]
    pairs += [(phrase, False) for phrase in lexicon.wrong]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


def _shape(word: str) -> str | None:
    if not any(c.isdigit() for c in word) or word.isdigit():
        return None
    marks = ("9" if c.isdigit() else "a" if c.isalpha() else c for c in word)
    return "".join(kind for kind, _ in itertools.groupby(marks))
