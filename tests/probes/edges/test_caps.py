"""Tests of all caps: what is shouted, and what keeps its case because the answer depends on it."""

from collections.abc import Callable
from random import Random

import pytest

from ftguard.probes.constraint import Constraint
from ftguard.probes.edges.caps import caps
from ftguard.probes.edges.original import Original

MakeOriginal = Callable[..., Original]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("what's my balance?", "WHAT'S MY BALANCE?"),
        ("i need a card, ok", "I NEED A CARD, OK"),
        ("solve for x if f(x) is 2x", "SOLVE FOR x IF f(x) IS 2x"),
        ("mail bob@example.com about e.g. mRNA", "MAIL bob@example.com ABOUT e.g. mRNA"),
        ('say "rock" at https://example.com/a?b.', 'SAY "rock" AT https://example.com/a?b.'),
        ("fill in [name], such as `id`", "FILL IN [name], SUCH AS `id`"),
        ("straße und größe", "STRASSE UND GRÖSSE"),
        ("what does it print?\nx = a\nprint(x)", "WHAT DOES IT PRINT?\nx = a\nprint(x)"),
    ],
)
def test_words_are_shouted_and_code_is_not(
    original: MakeOriginal, generator: Random, query: str, expected: str
) -> None:
    """Variables, code, addresses, quotations and words with digits keep their case."""
    assert caps(original(query), generator) == expected


def test_a_formula_of_letters_is_left_alone(original: MakeOriginal, generator: Random) -> None:
    """Where logic or arrows stand, `Ax` and `AX` may be two things."""
    assert caps(original("is A ⊃ b the same as ¬b ⊃ ¬A"), generator) is None


@pytest.mark.parametrize(
    ("scorer", "reference", "expected"),
    [
        ("exact_match", "Anna", None),
        ("exact_match", "greeting", "MY NAME IS ANNA"),
        ("normalized_match", "Anna", "MY NAME IS ANNA"),
    ],
)
def test_an_answer_that_copies_small_letters_is_respected(
    original: MakeOriginal, generator: Random, scorer: str, reference: str, expected: str | None
) -> None:
    """Exact match of a word of the query needs that word as it was; other scorers fold case."""
    probe = original("my name is Anna", scorer=scorer, reference=reference)

    assert caps(probe, generator) == expected


def test_what_a_constraint_names_keeps_its_case(original: MakeOriginal, generator: Random) -> None:
    """Keywords stay; the relation `at least` is no word of the query."""
    probe = original(
        "say moon at least twice",
        reference=None,
        constraints=[
            Constraint(
                id="keywords:frequency",
                arguments={"keyword": "moon", "frequency": 2, "relation": "at least"},
            )
        ],
    )

    assert caps(probe, generator) == "SAY moon AT LEAST TWICE"
