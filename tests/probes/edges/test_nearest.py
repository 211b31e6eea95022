"""Tests of whether what is left of a query is still clear."""

import pytest

from ftguard.probes.edges.nearest import Shortened, are_clear

COLOURS = ("red", "blue", "green", "pink", "brown", "black")
CARDS = [(f"order a new {colour} card", "order") for colour in COLOURS]
LOST = [(f"i lost my {colour} card", "lost") for colour in COLOURS]


def _left(query: str, *, lost: str, label: str = "order", before: str = "-") -> Shortened:
    return Shortened(query=query, before=before, lost=tuple(lost.split()), label=label)


@pytest.mark.parametrize(
    ("query", "lost", "label", "clear"),
    [
        ("order a new card", "white", "order", True),
        ("order a new card", "white", "lost", False),  # they carry another label
        ("card", "white", "order", False),  # they carry both
        ("a new card", "order", "order", False),  # they all say what was lost
        ("a new card", "ordered", "order", False),  # or nearly so
        ("hello there", "white", "order", False),  # nothing is like it
    ],
)
def test_five_neighbours_must_agree(query: str, lost: str, label: str, *, clear: bool) -> None:
    """All five carry the label, without the help of the words that were lost."""
    assert are_clear([_left(query, lost=lost, label=label)], CARDS + LOST) == (clear,)


def test_the_query_itself_is_no_witness() -> None:
    """Of six witnesses one is the query before and one what is left: four are too few."""
    item = _left("order a new pink card", lost="please", before="Order a new red card!")

    assert are_clear([item], CARDS) == (False,)
    assert are_clear([item], [*CARDS, ("order a new white card", "order")]) == (True,)


def test_nothing_to_judge() -> None:
    """No query, no answer, and scikit-learn is not needed."""
    assert are_clear([], CARDS) == ()
