"""Tests of keywords: contained, counted, forbidden, spelled, or any of several."""

import pytest

from ftguard.scores.constraints.keywords import (
    any_of,
    existence,
    forbidden_words,
    frequency,
    letter_frequency,
)


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("A cat in New York", True),
        ("CATS of new\n  york", True),
        ("concatenate New York", True),
        ("a cat in York", False),
        ("New York", False),
    ],
)
def test_keywords_may_stand_within_longer_words(text: str, met: bool) -> None:
    """As in IFEval, `cats` holds `cat`; case and line breaks are ignored."""
    assert existence(text, keywords=["cat", "New York"]) == met


def test_a_keyword_is_plain_text() -> None:
    """A dot is a dot, not any character; a curly apostrophe is an apostrophe."""
    assert existence("version 1.0 doesn\u2019t", keywords=["1.0", "doesn't"])
    assert not existence("version 110", keywords=["1.0"])


@pytest.mark.parametrize(
    ("relation", "number", "met"),
    [
        ("less than", 3, False),
        ("less than", 4, True),
        ("at least", 3, True),
        ("at least", 4, False),
        ("at most", 3, True),
        ("at most", 2, False),
        ("exactly", 3, True),
        ("exactly", 2, False),
    ],
)
def test_occurrences_are_counted(relation: str, number: int, met: bool) -> None:
    """`Sun`, `sunny` and `SUN` are three, in whatever case and word."""
    text = "Sun, a sunny day, SUN!"

    assert frequency(text, keyword="sun", frequency=number, relation=relation) == met


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("I like concatenation.", True),
        ("I like Cats.", True),
        ("I like my Cat.", False),
        ("cat-like", False),
        ("Nobody is a top dog.", False),
    ],
)
def test_forbidden_words_are_whole_words(text: str, met: bool) -> None:
    """Neither of them may occur; within longer words they may."""
    assert forbidden_words(text, forbidden_words=["cat", "Top Dog"]) == met


@pytest.mark.parametrize(
    ("letter", "number", "met"), [("a", 3, True), ("A", 3, True), ("!", 1, True), ("b", 1, False)]
)
def test_letters_are_counted_without_case(letter: str, number: int, met: bool) -> None:
    """`A papa!` holds three a, in either case, one exclamation mark and no b."""
    holds = letter_frequency("A papa!", letter=letter, let_frequency=number, let_relation="exactly")

    assert holds == met


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("The car is in Berlin.", True),
        ("A VEHICLE stands in Berlin", True),
        ("\uff23\uff41\uff52 in Berlin", True),
        ("A motor car in Berlin", True),
        ("The cars are in Berlin.", False),
        ("The car is in Berliner Street.", False),
        ("The car is in Paris.", False),
        ("", False),
    ],
)
def test_of_each_group_one_phrase_suffices(text: str, met: bool) -> None:
    """As whole words, whatever their case and width."""
    assert any_of(text, groups=[["car", "vehicle"], ["Berlin"]]) == met


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("我喜欢猫。", "猫"),
        ("在Berlin的人", "Berlin"),
        ("東京タワーです", "東京"),
        ("서울은 크다", "서울"),
        ("ฉันชอบแมวมาก", "แมว"),
        ("यह किताब है।", "किताब"),
        ("I use C++ daily", "C++"),
        ("He said \u201cdon\u2019t\u201d.", "don't"),
    ],
)
def test_scripts_without_spaces_need_no_edges(text: str, phrase: str) -> None:
    """There, and in Korean, being contained is enough."""
    assert any_of(text, groups=[[phrase]])


def test_vowel_signs_belong_to_the_word() -> None:
    """A Hindi word that goes on with a vowel sign is another word."""
    assert not any_of("किताबें", groups=[["किताब"]])
