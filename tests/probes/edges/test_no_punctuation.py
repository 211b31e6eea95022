"""Tests of no punctuation: marks between words go, marks that mean something stay."""

from collections.abc import Callable
from random import Random

import pytest

from ftguard.probes.edges.no_punctuation import no_punctuation
from ftguard.probes.edges.original import Original

MakeOriginal = Callable[..., Original]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Hi! What's this, then?", "Hi Whats this then"),
        ("It is 3.5, not 3,000.", "It is 3.5 not 3,000"),
        ("What is 2 + 2?", "What is 2 + 2"),
        ("What is 5!", "What is 5!"),
        ("Is a || !(b) true?", "Is a || !(b) true"),
        ("The ratio is a : b.", "The ratio is a : b"),
        ("Order [3, 1, 2] and (a, b), please.", "Order [3, 1, 2] and (a, b) please"),
        ("red,green;blue", "red green blue"),
        ("See e.g. example.com, or v1.2.", "See e.g. example.com or v1.2"),
        ('He said "no, never." Why?', 'He said "no, never." Why'),
        ("¿Qué es esto?", "Qué es esto"),
        ("这是什么\uff1f", "这是什么"),
        ("a well-known state-of-the-art thing", "a well-known state-of-the-art thing"),
    ],
)
def test_marks_between_words_go(
    original: MakeOriginal, generator: Random, query: str, expected: str
) -> None:
    """Numbers, formulas, code, quotations, abbreviations and hyphens keep their marks."""
    assert no_punctuation(original(query), generator) == expected


def test_words_of_the_reference_keep_their_marks(original: MakeOriginal, generator: Random) -> None:
    """`Washington, D.C.` and the apostrophe of `Anna's` stay where the answer holds them."""
    probe = original(
        "Is it Anna's or Bo's flat in Washington, D.C., here?",
        reference=("Anna's", "Washington, D.C."),
    )

    assert no_punctuation(probe, generator) == "Is it Anna's or Bos flat in Washington, D.C. here"


def test_an_exact_copy_is_left_alone(original: MakeOriginal, generator: Random) -> None:
    """Exact match of the query's words would miss their marks."""
    probe = original("Repeat: so, it is.", scorer="exact_match", reference="so, it is.")

    assert no_punctuation(probe, generator) is None
