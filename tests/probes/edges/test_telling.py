"""Tests of `Telling`: when what is left of a query still says its label."""

import pytest

from ftguard.probes.edges.nearest import Shortened
from ftguard.probes.edges.telling import Telling

TOWNS = ("rome", "oslo", "bonn", "lima")
ROWS = (
    [(f"can i get a late checkout in {town}", "late_checkout") for town in TOWNS]
    + [(f"i missed the night bus in {town}", "transport") for town in TOWNS]
    + [(f"what is the interest rate of {town} bank", "rates") for town in TOWNS]
    + [(f"what is the rate of {town} taxis", "fares") for town in TOWNS]
    + [(f"please change my booking in {town}", "rebook") for town in TOWNS]
    + [(f"please change my towels in {town}", "towels") for town in TOWNS]
    + [(f"i lost my suitcase in {town}", "luggage") for town in TOWNS]
)


def _item(query: str, before: str, lost: tuple[str, ...], label: str) -> Shortened:
    return Shortened(query=query, before=before, lost=lost, label=label)


@pytest.mark.parametrize(
    "item",
    [
        # The label's own name is left.
        _item("can i get a late checkout", "can i get a late checkout at noon", ("noon",),
              "late_checkout"),
        # Two words in a row that are said of the label alone.
        _item("what is the interest rate", "what is the interest rate at your bank", ("bank",),
              "rates"),
        # One word that is said of the label alone, also without the lost word.
        _item("i lost my suitcase", "i lost my suitcase at the airport", ("airport",), "luggage"),
        # Nothing else is said with what is left, and nothing stands for what was lost.
        _item("i need some breakfast", "i need some breakfast on the roof", ("roof",), "food"),
    ],
)  # fmt: skip
def test_what_still_tells_is_not_ambiguous(item: Shortened) -> None:
    """Who reads it needs to ask nothing."""
    assert Telling(ROWS).still_tells(item)


@pytest.mark.parametrize(
    "item",
    [
        # Bookings and towels are changed.
        _item("please change that", "please change my booking", ("booking",), "rebook"),
        # A suitcase alone was lost, but every such query holds the lost word.
        _item("i lost that", "i lost my suitcase", ("suitcase",), "luggage"),
        # Others ask for a rate, too.
        _item("what is the rate", "what is the rate of bonn taxis", ("bonn", "taxis"), "fares"),
    ],
)
def test_what_others_say_too_is_ambiguous(item: Shortened) -> None:
    """Another label's queries hold what is left, or a pronoun stands for what told it."""
    assert not Telling(ROWS).still_tells(item)
