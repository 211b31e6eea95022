"""Tests of ambiguous queries: what is dropped, when the reference is kept, and who scores it."""

from collections.abc import Callable, Sequence

import pytest

from ftguard.probes import Probe
from ftguard.probes.edges.ambiguous import ambiguous
from ftguard.probes.edges.usable import originals_of
from ftguard.probes.query import PromptTemplate

ScoreOf = Callable[[Probe, str], float | None]
Rows = Sequence[tuple[str, str]]

TOWNS = ("rome", "oslo", "bonn", "lima", "cairo", "delhi", "paris", "quito")
KNOWN = (
    [(f"what is the weather in {town}", "weather") for town in TOWNS]
    + [(f"what is the traffic in {town}", "traffic") for town in TOWNS]
    + [(f"where am i {town}", "place") for town in TOWNS]
    + [(f"currently {town}", "place") for town in TOWNS]
)


def _edges(probes: Sequence[Probe], known: Rows = KNOWN) -> list[tuple[Probe, ...]]:
    return [
        edge.probes for edge in ambiguous(originals_of(probes, PromptTemplate()), 100, 0, known)
    ]


def test_without_its_word_a_query_is_open(score_of: ScoreOf) -> None:
    """`weather` alone tells the weather from the traffic, so the judge gets the reference."""
    probe = Probe(id="w", prompt="what is the weather in bern", reference="weather")
    ((edge,),) = _edges([probe])

    assert edge.id == "ambiguous/w"
    assert edge.prompt == "what is that in bern"
    assert (edge.scorer, edge.reference, edge.slices) == ("open", "weather", ("ambiguous",))
    assert edge.notes == (
        "the query lost the word weather; a good answer asks back or names the likely readings"
    )
    assert score_of(edge, "weather") is None


def test_where_others_say_it_without_the_word_the_reference_stays(score_of: ScoreOf) -> None:
    """`where am i` is said of a place alone, so `currently` is not missed."""
    probe = Probe(id="h", prompt="where am i currently", reference="place")
    companion = Probe(id="h#likelihood", prompt=probe.prompt, reference=" place",
                      scorer="likelihood", companion_of="h")  # fmt: skip
    ((edge, read),) = _edges([probe, companion])

    assert edge.prompt == "where am i"
    assert (edge.scorer, edge.reference, edge.notes) == ("normalized_match", "place", None)
    assert score_of(edge, "Place") == 1
    assert score_of(edge, str(edge.prompt)) == 0
    assert score_of(edge, "") == 0
    assert (read.id, read.prompt, read.reference) == ("ambiguous/h#likelihood", edge.prompt,
                                                      " place")  # fmt: skip


def test_at_least_half_of_the_words_stay() -> None:
    """Of four words two may go, and of two words none."""
    rows = [(f"{word} alpha beta", "x") for word in ("so", "oh", "ah")] + [
        (f"well {word}", "y") for word in ("so", "oh", "ah", "eh")
    ]
    four = Probe(id="four", prompt="um alpha beta um", reference="x")
    two = Probe(id="two", prompt="alpha beta", reference="x")

    assert [edge[0].prompt for edge in _edges([four, two], rows)] == ["um um"]


@pytest.mark.parametrize(
    "probe",
    [
        Probe(id="n", prompt="what is the weather in 12 towns", reference="12", scorer="numeric"),
        Probe(id="o", prompt="what is the weather in bern", reference="oos"),
        Probe(id="f", prompt="what is it in the end", reference="weather"),
        Probe(id="c", prompt="is it weather or not", reference="weather",
              choices=("weather", "traffic")),
    ],
)  # fmt: skip
def test_what_has_no_ambiguous_form(probe: Probe) -> None:
    """Numbers, out-of-scope queries, queries without an informative word, options."""
    assert _edges([probe], [*KNOWN, *[(f"sing {i}", "oos") for i in range(9)]]) == []


def test_free_answers_are_no_classes() -> None:
    """Where each answer stands once, there is no class to tell, and none is made."""
    probes = [
        Probe(id=str(i), prompt=f"which town is number {town}", reference=f"answer {town}")
        for i, town in enumerate(TOWNS)
    ]

    assert _edges(probes, ()) == []
    assert _edges(probes, [("which town is it", f"answer {i}") for i in range(50)]) == []


def test_the_probes_alone_can_be_enough() -> None:
    """Without training data the probes' own labels tell, from four rows a class on average."""
    probes = [Probe(id=str(i), prompt=q, reference=a) for i, (q, a) in enumerate(KNOWN)]

    found = _edges(probes, ())

    assert "what is that in rome" in {edge[0].prompt for edge in found}
