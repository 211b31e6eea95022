"""Tests of the table of edits: equal shares, turns, names, and what is left out."""

from collections import Counter

import pytest

from ftguard.probes import Probe
from ftguard.probes.constraint import Constraint
from ftguard.probes.edges.formatting import EDITS, formatting
from ftguard.probes.edges.usable import originals_of
from ftguard.probes.query import PromptTemplate

PROBES = [
    Probe(id=str(i), prompt=f"what's the balance of card {i}, please?", reference=f"label_{i}")
    for i in range(30)
]


def _kinds(probes: list[Probe], most: int) -> dict[str, int]:
    edges = formatting(originals_of(probes, PromptTemplate()), most, 0)
    return dict(Counter(edge.probes[0].id.partition("/")[0] for edge in edges))


@pytest.mark.parametrize(("most", "sizes"), [(0, []), (3, [1] * 3), (7, [1] * 7), (16, [3, 3, 2])])
def test_edits_share_equally(most: int, sizes: list[int]) -> None:
    """In the table's order, the first ones get what is left over."""
    found = _kinds(PROBES, most)

    assert list(found) == list(EDITS)[: len(found)]
    assert list(found.values())[: len(sizes)] == sizes
    assert sum(found.values()) == most


def test_what_one_edit_cannot_use_goes_to_the_others() -> None:
    """A hundred edges of 3 queries without punctuation are 3 of each edit but one."""
    probes = [
        Probe(id=str(i), prompt=f"show me the balance {word}", reference="label_of")
        for i, word in enumerate(("now", "here", "today"))
    ]

    assert _kinds(probes, 100) == dict.fromkeys(set(EDITS) - {"no-punctuation"}, 3)


def test_an_edge_says_what_it_is() -> None:
    """Its own two slices, its original as source; the scorer, reference and notes stay."""
    probe = Probe(
        id="a", prompt="what is due?", reference=("x y", "y"), slices=("mine",), tier=3,
        source=None, notes="one of two", holdout=True, role="target", max_new_tokens=9,
    )  # fmt: skip
    for edge in formatting(originals_of([probe], PromptTemplate()), 7, 0):
        (found,) = edge.probes
        kind = found.id.removesuffix("/a")
        assert found.slices == ("formatting", f"formatting-{kind}")
        assert (found.source, found.role, found.holdout, found.tier) == ("a", None, False, None)
        assert (found.scorer, found.reference) == (probe.scorer, probe.reference)
        assert (found.notes, found.max_new_tokens) == (probe.notes, 9)


def test_a_request_to_be_repeated_is_left_alone() -> None:
    """Word for word of what, would be the question."""
    repeat = Constraint(
        id="combination:repeat_prompt", arguments={"prompt_to_repeat": "Write a poem, please."}
    )
    probe = Probe(
        id="r", prompt="Write a poem, please. First repeat the request.", constraints=[repeat]
    )

    assert formatting(originals_of([probe], PromptTemplate()), 10, 0) == ()
