"""Tests of lengths: sentences are tested with their splitter, the others here."""

import pytest

from ftguard.scores.constraints.lengths import (
    nth_paragraph_first_word,
    number_lines,
    number_paragraphs,
    number_sentences,
    number_words,
)


def test_sentences_are_held_against_the_number() -> None:
    """Two sentences are at least 2 and not less than 2."""
    assert number_sentences("One. Two!", num_sentences=2, relation="at least")
    assert not number_sentences("One. Two!", num_sentences=2, relation="less than")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("one two  three\nfour", 4),
        ("Don't stop: it's well-known.", 4),
        ("3.5 of 1,000 in the U.S.", 6),
        ("- a\n- b\n* c", 3),
        ("one\u2014two -- three...four", 4),
        ("पुराना पुल बंद है।", 4),
        ("*** --- ...", 0),
        # Four characters and a year; seven characters; Thai for `red colour`.
        ("我们2008年到。", 5),
        ("東京は日本です。", 7),
        ("สีแดง", 1),
        ("서울은 수도다.", 2),
    ],
)
def test_words_are_counted_as_a_reader_does(text: str, count: int) -> None:
    """Apostrophes, hyphens and decimal points join; dashes and bullets are no words; of Chinese
    and Japanese each character is one.
    """
    assert number_words(text, num_words=count, relation="exactly")
    assert not number_words(text, num_words=count + 1, relation="at least")


@pytest.mark.parametrize(("text", "count"), [("a", 1), ("a\n\n \nb\n", 2), ("a\r\nb\rc", 3)])
def test_blank_lines_do_not_count(text: str, count: int) -> None:
    """Lines of nothing but blanks are none."""
    assert number_lines(text, num_lines=count, relation="exactly")
    assert not number_lines(text, num_lines=count, relation="less than")


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("One.\n***\nTwo.", True),
        ("***\nOne.\n***\nTwo.\n***", True),
        ("One. *** Two.", True),
        ("One.\n\nTwo.", False),
        ("One.\n***\n***\nTwo.", False),
        ("One.\n***\nTwo.\n***\nThree.", False),
        ("***", False),
    ],
)
def test_paragraphs_stand_between_dividers(text: str, met: bool) -> None:
    """Exactly two; a divider at either end divides nothing, and a blank paragraph is a fault."""
    assert number_paragraphs(text, num_paragraphs=2) == met


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("First.\n\nSummary follows.", True),
        ("First.\n \n\n**Summary:** it follows.", True),
        ('First.\n\n"Summary\'s" end.', True),
        ("First.\n\nSUMMARY", True),
        ("First.\n\nSummaryless.", False),
        ("Summary.\n\nLast.", False),
        ("First.\n\nSummary-like.", False),
        ("First.\n\nSummary.\n\nThird.", False),
        ("First.\nSummary.", False),
        ("First.\n\n***", False),
    ],
)
def test_the_nth_paragraph_begins_with_the_word(text: str, met: bool) -> None:
    """The second of exactly two; marks around the word and what an apostrophe adds are ignored."""
    holds = nth_paragraph_first_word(text, num_paragraphs=2, nth_paragraph=2, first_word="summary")

    assert holds == met


def test_a_paragraph_of_chinese_begins_with_its_first_word() -> None:
    """No blank tells where a word ends, so that it may go on directly."""
    text = "今天下雨。\n\n明天晴。"

    assert nth_paragraph_first_word(text, num_paragraphs=2, nth_paragraph=2, first_word="明天")
    assert not nth_paragraph_first_word(text, num_paragraphs=2, nth_paragraph=2, first_word="今天")
