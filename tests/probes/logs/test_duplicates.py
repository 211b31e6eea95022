"""Tests of `near_duplicates` and `plain`: what is the same query, on pairs counted by hand."""

import random

import pytest

from ftguard.probes.logs.duplicates import LONGEST, ends, near_duplicates, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  What's   UP?!\n", "what s up"),
        ("\u201cHello\u201d, \u2026world", "hello world"),
        ("\uff21\uff22\uff23 \u2075", "abc 5"),
        ("?!", "?!"),
        ("-5 + 3 = 50%", "-5 + 3 = 50%"),
        ("$1.50", "$1 50"),
    ],
)
def test_plain_drops_case_punctuation_and_blanks(text: str, expected: str) -> None:
    """What does not change a query is dropped; signs that change it stay."""
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("other", "repeated"),
    [
        # `abcdefghijklmn` has 10 pieces of five; the first 11 letters have 7 of them: 7 of 10.
        ("abcdefghijk", True),
        # The first 10 letters: 6 of 10.
        ("abcdefghij", False),
        # Another letter at the end: 9 shared of 11.
        ("abcdefghijklmx", True),
        # One in the middle: it is in 5 pieces, so 5 are shared of 15.
        ("abcdefxhijklmn", False),
    ],
)
def test_seven_tenths_of_the_pieces_make_a_repetition(other: str, *, repeated: bool) -> None:
    """The similarity is that of Jaccard: shared pieces over all."""
    assert near_duplicates(["abcdefghijklmn", other]) == ((1,) if repeated else ())


def test_the_first_of_a_chain_is_kept() -> None:
    """B repeats A and C repeats B alone: B goes, and C stays, since B does not stand any more."""
    a = "abcdefghijklmnopqrst"
    b = a + "uvwx"  # 16 pieces of 20: 0.8
    c = a + "uvwxyz12"  # of 24: 20 are b's (0.83), 16 are a's (0.67)

    assert near_duplicates([a, b, c]) == (1,)
    assert near_duplicates([b, a, c]) == (1, 2)


def test_texts_of_fewer_than_five_characters_repeat_only_themselves() -> None:
    """A short text is one piece."""
    assert near_duplicates(["yes", "no", "yes", "", "", "yes!"]) == (2, 4)


def test_nothing_is_a_repetition_of_nothing() -> None:
    """No texts and one text have none."""
    assert near_duplicates([]) == ()
    assert near_duplicates(["a text"]) == ()


def test_of_a_long_text_both_ends_are_compared() -> None:
    """Beyond 2,000 characters the middle does not count, and the end does."""
    start, end = "a" * 10 + "b" * 990, "c" * 990 + "d" * 10

    assert ends(start + "middle" * 100 + end) == start + end
    assert len(ends("x" * 5_000)) == LONGEST


def test_every_pair_is_found_that_comparing_all_finds() -> None:
    """On 400 texts of which some vary others, the result is that of comparing every pair."""
    generator = random.Random(0)
    words = ["card", "bill", "pay", "song", "play", "oil", "change", "flight", "visa", "lost"]
    texts = [" ".join(generator.choices(words, k=6)) for _ in range(200)]
    texts += [text + " " + generator.choice(words) for text in texts]

    kept: list[set[str]] = []
    expected = []
    for place, text in enumerate(texts):
        pieces = {text[at : at + 5] for at in range(len(text) - 4)}
        if any(len(pieces & other) >= 0.7 * len(pieces | other) for other in kept):
            expected.append(place)
        else:
            kept.append(pieces)

    assert 50 < len(expected) < 350
    assert near_duplicates(texts) == tuple(expected)
