"""Checks of which words an answer holds."""

from collections.abc import Sequence

from ftguard.scores.constraints.relation import holds
from ftguard.scores.constraints.words import fold, occurs


def existence(text: str, *, keywords: Sequence[str]) -> bool:
    """Each keyword is contained, also within a longer word; case is ignored."""
    said = fold(text)
    return all(fold(keyword) in said for keyword in keywords)


def frequency(text: str, *, keyword: str, frequency: int, relation: str) -> bool:
    """The keyword is contained so many times, also within longer words; case is ignored."""
    return holds(fold(text).count(fold(keyword)), relation, frequency)


def forbidden_words(text: str, *, forbidden_words: Sequence[str]) -> bool:
    """None of them occurs as a whole word; case is ignored."""
    said = fold(text)
    return not any(occurs(fold(word), said) for word in forbidden_words)


def letter_frequency(text: str, *, letter: str, let_frequency: int, let_relation: str) -> bool:
    """The letter (or other character) occurs so many times; case is ignored."""
    return holds(text.lower().count(letter.lower()), let_relation, let_frequency)


def any_of(text: str, *, groups: Sequence[Sequence[str]]) -> bool:
    """Of each group at least one phrase occurs as whole words; case and width are ignored."""
    said = fold(text)
    return all(any(occurs(fold(phrase), said) for phrase in group) for group in groups)
