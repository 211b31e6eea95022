"""Tests of ambiguous queries: what goes, when the reference is kept, and who scores it."""

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
    [(f"how do i change the weather station of {town}", "weather") for town in TOWNS]
    + [(f"how do i change the traffic sign of {town}", "traffic") for town in TOWNS]
    + [(f"where am i {town}", "place") for town in TOWNS]
    + [(f"currently {town}", "place") for town in TOWNS]
)


def _edges(probes: Sequence[Probe], known: Rows = KNOWN) -> list[tuple[Probe, ...]]:
    return [
        edge.probes for edge in ambiguous(originals_of(probes, PromptTemplate()), 100, 0, known)
    ]


def test_without_its_phrase_a_query_is_open(score_of: ScoreOf) -> None:
    """The station alone tells the weather from the traffic, so the judge gets the reference."""
    probe = Probe(id="w", prompt="How do I change the weather station?", reference="weather")
    ((edge,),) = _edges([probe])

    assert edge.id == "ambiguous/w"
    assert edge.prompt == "How do I change that?"
    assert (edge.scorer, edge.reference, edge.slices) == ("open", "weather", ("ambiguous",))
    assert edge.notes == (
        "the query lost the words weather, station; a good answer asks back or names the likely "
        "readings"
    )
    assert score_of(edge, "weather") is None


def test_where_others_say_it_without_the_phrase_the_reference_stays(score_of: ScoreOf) -> None:
    """`Where am I standing` is said of a place alone, so what follows it is not missed."""
    prompt = "Where am I standing? I am currently lost."
    probe = Probe(id="h", prompt=prompt, reference="place")
    companion = Probe(id="h#likelihood", prompt=prompt, reference=" place",
                      scorer="likelihood", companion_of="h")  # fmt: skip
    known = [*KNOWN, *[(f"where am i standing {town}", "place") for town in TOWNS]]
    known += [(f"{town} standing order", "order") for town in TOWNS]
    ((edge, read),) = _edges([probe, companion], known)

    assert edge.prompt == "Where am I standing?"
    assert (edge.scorer, edge.reference, edge.notes) == ("normalized_match", "place", None)
    assert score_of(edge, "Place") == 1
    assert score_of(edge, str(edge.prompt)) == 0
    assert score_of(edge, "") == 0
    assert (read.id, read.prompt, read.reference) == ("ambiguous/h#likelihood", edge.prompt,
                                                      " place")  # fmt: skip


def test_what_still_tells_its_label_is_left_out() -> None:
    """`A late checkout` says what is asked, whatever its hotel is called; nobody asks back."""
    known = [(f"can i get a late checkout at the {town} hotel", "late_checkout") for town in TOWNS]
    known += [(f"is there a pool at the {town} inn", "pool") for town in TOWNS]
    probe = Probe(
        id="c", prompt="can i get a late checkout at the hotel", reference="late_checkout"
    )

    assert _edges([probe], [*KNOWN, *known]) == []


def test_one_query_is_left_once() -> None:
    """Two queries that leave the same sentence make one edge."""
    probes = [
        Probe(id="1", prompt="How do I change the weather station?", reference="weather"),
        Probe(id="2", prompt="how do i change the traffic sign?", reference="traffic"),
    ]

    assert len(_edges(probes)) == 1


def test_what_no_edit_may_touch_stays() -> None:
    """A number in the phrase keeps it where it is."""
    probe = Probe(id="n", prompt="how do i change the weather station 12", reference="weather")

    assert _edges([probe]) == []


@pytest.mark.parametrize(
    "probe",
    [
        Probe(id="n", prompt="how do i change the weather station", reference="12",
              scorer="numeric"),
        Probe(id="o", prompt="how do i change the weather station", reference="oos"),
        Probe(id="b", prompt="i think my weather was", reference="weather"),
        Probe(id="f", prompt="what is it in the end", reference="weather"),
        Probe(id="c", prompt="is it weather or not", reference="weather",
              choices=("weather", "traffic")),
    ],
)  # fmt: skip
def test_what_has_no_ambiguous_form(probe: Probe) -> None:
    """Numbers, out-of-scope queries, no phrase with an informative word, options."""
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

    assert "how do i change that" in {edge[0].prompt for edge in found}
