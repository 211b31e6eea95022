"""Tests of the marks that give an answer its form."""

import pytest

from ftguard.scores.constraints.formats import (
    constrained_response,
    matches,
    multiple_sections,
    number_bullet_lists,
    number_highlighted_sections,
    title,
)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("* one\n* two", 2),
        ("Here:\n  - one\n\t* two\n", 2),
        ("*one\n-two", 2),
        ("* *one* is good\n- **two**", 2),
        ("*one* is good\n**two** too", 0),
        ("---\n***\n* * *\n- \n--flag", 0),
        ("1. one\n\u2022 two\na - b * c", 0),
    ],
)
def test_bullets_begin_a_line(text: str, count: int) -> None:
    """Dividers, emphasis, other marks and signs within a line are none."""
    assert number_bullet_lists(text, num_bullets=count)
    assert not number_bullet_lists(text, num_bullets=count + 1)


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("My answer is no.", True),
        ("I thought about it. My answer is maybe.", True),
        ("My answer is no", False),
        ("my answer is no.", False),
        ("No.", False),
        ("My answer is yes. My answer is no.", False),
    ],
)
def test_one_of_the_three_options_is_given(text: str, met: bool) -> None:
    """Word for word, and only one of them."""
    assert constrained_response(text) == met


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("*one* and **two** and ***three***", 3),
        ("* a bullet with *one*\n* and **two words**", 2),
        ("**a**b**", 1),
        ("2 * 3 * 4 and ** and * *", 0),
        ("*across\nlines*", 0),
        ("****", 0),
    ],
)
def test_highlights_stand_between_asterisks(text: str, count: int) -> None:
    """As Markdown reads them: products and bullets are none, three asterisks are one."""
    assert number_highlighted_sections(text, num_highlights=count)
    assert not number_highlighted_sections(text, num_highlights=count + 1)


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("Section 1\none\nSection 2\ntwo", True),
        ("## Section 1: one\n\n**Section2** two\n\nSection 3", True),
        ("SECTION 1\none\nSECTION 2\ntwo", False),
        ("Section 1\none\nSection 1\ntwo", False),
        ("Section 1\nas Section 2 says", False),
        ("Section one\nSection two", False),
    ],
)
def test_sections_are_marked_and_numbered(text: str, met: bool) -> None:
    """At least two lines begin with the word, as it is written, and numbers that differ."""
    assert multiple_sections(text, section_spliter="Section", num_sections=2) == met


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("<<Poem of joy>>\nRoses", True),
        ("It is called << x >>.", True),
        ("<Poem of joy>", False),
        ("<< >>", False),
        ("<<Poem\nof joy>>", False),
        ("Poem of joy", False),
    ],
)
def test_a_title_is_in_double_angular_brackets(text: str, met: bool) -> None:
    """On one line, and not blank."""
    assert title(text) == met


@pytest.mark.parametrize(
    ("text", "met"), [("12:30", True), ("9:05", True), ("It is 9:05", False), ("9:05\n", False)]
)
def test_the_whole_text_matches(text: str, met: bool) -> None:
    """A part that matches is not enough."""
    assert matches(text, pattern=r"\d{1,2}:\d\d") == met


def test_an_endless_match_is_none() -> None:
    """An expression with countless ways to match is stopped."""
    assert not matches("a" * 5000 + "?", pattern=r"(\w+\s?)*[!.]+|(a|aa)+[b?!]{2}")
