"""Checks of how long an answer is, and how it is divided."""

import regex

from ftguard.scores.constraints.parts import parts
from ftguard.scores.constraints.relation import holds
from ftguard.scores.constraints.sentences import count_sentences
from ftguard.scores.constraints.words import count_words, ends_unspaced, fold

_BLANK_LINE = regex.compile(r"\n[^\S\n]*\n")


def number_sentences(text: str, *, num_sentences: int, relation: str) -> bool:
    """The text has so many sentences; a number of a list or an abbreviation ends none.

    IFEval splits with nltk's trained model, for which the `1.` of a list is a sentence.
    """
    return holds(count_sentences(text), relation, num_sentences)


def number_words(text: str, *, num_words: int, relation: str) -> bool:
    """The text has so many words.

    `don't`, `well-known` and `3.5` are one word each; IFEval counts two. Of Chinese and Japanese
    each character counts.
    """
    return holds(count_words(text), relation, num_words)


def number_lines(text: str, *, num_lines: int, relation: str) -> bool:
    """The text has so many lines that are not blank."""
    return holds(sum(bool(line.strip()) for line in text.splitlines()), relation, num_lines)


def number_paragraphs(text: str, *, num_paragraphs: int) -> bool:
    """Exactly so many paragraphs, none of them blank, stand between dividers `***`."""
    found = parts(text, "***")
    return all(found) and len(found) == num_paragraphs


def nth_paragraph_first_word(
    text: str, *, num_paragraphs: int, nth_paragraph: int, first_word: str
) -> bool:
    """Exactly so many paragraphs stand between blank lines, and the nth begins with the word.

    Case, marks before the word and what follows an apostrophe are ignored. IFEval looks for the
    nth among the blank paragraphs too, and takes a colon for part of the word.
    """
    paragraphs = [fold(p) for p in _BLANK_LINE.split(text) if p.strip()]
    apart = "" if ends_unspaced(fold(first_word)) else r"(?!-?[^\W_])"
    begins = rf"[\W_]*{regex.escape(fold(first_word))}{apart}"
    return len(paragraphs) == num_paragraphs and bool(
        regex.match(begins, paragraphs[nth_paragraph - 1])
    )
