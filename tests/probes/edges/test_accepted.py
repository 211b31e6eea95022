"""Tests of accepted phrases: what recognises an answer, and what would recognise too much."""

import pytest

from ftguard.probes import Probe
from ftguard.probes.edges.accepted import accepted, contained_in_others, holds


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("He has 9 * 200.\n#### 1800", ("1800", "1,800")),
        ("3.50", ("3.5", "3.50")),
        ("1,234.5", ("1234.5", "1,234.5", "1234.50")),
        ("about -42", ("-42",)),
        (("12", "12.0", "13"), ("12", "13")),
        ("it is 7", ()),
        ("0.0", ()),
    ],
)
def test_numbers_in_their_usual_forms(reference: str, expected: tuple[str, ...]) -> None:
    """The final number, with and without separators; a single digit could be any list's."""
    assert accepted(Probe(id="n", prompt="q", reference=reference, scorer="numeric")) == expected


def test_a_tolerance_cannot_be_looked_for() -> None:
    """A number that may be a little off has no fixed form."""
    probe = Probe(id="n", prompt="q", reference="12.5", scorer="numeric", tolerance=0.5)

    assert accepted(probe) == ()


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        (" flip_coin\n", ("flip_coin",)),
        (("The Nile", "Nile"), ("The Nile", "Nile")),
        ("It is cold.", ("It is cold.", "It is cold")),
        ("No", ()),
        ("true", ()),
        ("oos", ()),
        ("a b", ()),
        ("a text of nine words that nobody says so", ()),
    ],
)
def test_texts_as_they_are_and_bare(reference: str, expected: tuple[str, ...]) -> None:
    """Without article and full stop too; words that any text may hold are no sign of an answer."""
    assert accepted(Probe(id="t", prompt="q", reference=reference)) == expected


def test_containing_folds_case_width_and_quotes() -> None:
    """As the scorer does, and within words too, so that it errs on the strict side."""
    assert holds("It\u2019s  \uff26lip_Coin!", ["it's flip"])
    assert holds("scorecard", ["card"])
    assert not holds("card", ["scorecard", "cart"])


def test_references_within_others() -> None:
    """`balance` stands in `bill_balance`; the same reference twice does not count."""
    labels = ("balance", "bill_balance", "weather", "weather", "Weather")
    probes = [Probe(id=str(i), prompt="q", reference=label) for i, label in enumerate(labels)]

    assert contained_in_others(probes) == {"balance"}
