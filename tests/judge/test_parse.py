"""A judge's reply is read strictly, or not at all."""

import json

import pytest

from ftguard.judge import RUBRIC, Rubric
from ftguard.judge.endpoint import Reply
from ftguard.judge.parse import Preference, Ratings, read_preference, read_ratings
from ftguard.judge.request import Labels
from ftguard.scores.record import Unscorable

GRADES = {"helpful": 4, "accurate": 5, "coherent": 1}


def said(text: str) -> Reply:
    """A reply that ended by itself."""
    return Reply(text=text, finish="stop")


def rated(**changes: object) -> str:
    """A good reply with changes."""
    return json.dumps({"justification": "It is so.", **GRADES, **changes})


@pytest.mark.parametrize(
    "text",
    [
        rated(),
        f"  {rated()}\n",
        f"```json\n{rated()}\n```",
        f"Here is my rating: {rated()} I hope that it helps.",
        f"[{rated()}]",
        json.dumps({"coherent": 1, "accurate": 5, "helpful": 4, "justification": "It is so."}),
    ],
)
def test_one_object_with_exactly_the_keys_is_read(text: str) -> None:
    """Alone, in a fence, in prose, in a list of one, in any order of keys."""
    assert read_ratings(said(text), RUBRIC, ["an answer"]) == Ratings(
        by_dimension=GRADES, justification="It is so."
    )


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (said(""), "is empty"),
        (said(" \n"), "is empty"),
        (said("4, 5, 1"), "no JSON object"),
        (said("[4, 5, 1]"), "no JSON object"),
        (said(rated()[:-1]), "cannot be read"),
        (said(rated() + rated()), "more than one"),
        (said("{ }" + rated()), "lacks|more than one"),
        (said(rated() + " {as asked}"), "more than one"),
        (said(rated() + "}"), "more than one"),
        (said('{"rating": ' + rated() + "}"), "lacks accurate, coherent, helpful"),
        (said(rated(helpful=4.5)), "helpful 4.5, which is no whole number"),
        (said(rated(helpful=4.0)), "helpful 4.0, which is no whole number"),
        (said(rated(helpful="4")), "helpful '4', which is no whole number"),
        (said(rated(helpful=True)), "helpful True, which is no whole number"),
        (said(rated(helpful=None)), "helpful None, which is no whole number"),
        (said(rated(helpful=[4])), r"helpful \[4\], which is no whole number"),
        (said(rated(helpful=0)), "helpful 0, outside 1 to 5"),
        (said(rated(helpful=6)), "helpful 6, outside 1 to 5"),
        (said(rated(helpful=-4)), "helpful -4, outside 1 to 5"),
        (said(rated(helpful=10**60)), r"helpful 10+\.\.\., outside 1 to 5"),
        (said(rated(overall=4)), "has 'overall', which was not asked for"),
        (said('{"justification": "x", "helpful": 4, "accurate": 5}'), "lacks coherent"),
        (said(json.dumps(GRADES)), "lacks justification"),
        (said(rated(justification=" ")), "no justification"),
        (said(rated(justification=5)), "no justification"),
        (said('{"helpful": 1, ' + rated()[1:]), "a key stands twice"),
        (said(rated().replace("4", "NaN")), "cannot be read"),
        (said(rated().replace("4", "Infinity")), "cannot be read"),
        (said(rated().replace("4", "9" * 5000)), "cannot be read"),
        (said('{"a":' * 3000), "cannot be read"),
        (said("x" * 20_001 + rated()), "20,0.. characters long"),
        (Reply(text=rated(), finish="length"), "was cut off"),
        (Reply(text=rated(), finish="content_filter"), "judge was ended by content_filter"),
        (Reply(text=rated(), finish=None), "ended by None"),
        (Reply(text=rated(), finish="stop", refusal="I cannot."), "refused"),
    ],
    ids=lambda value: str(getattr(value, "text", value))[:30],
)
def test_anything_else_is_no_number(reply: Reply, reason: str) -> None:
    """The reason says what was wrong with it."""
    with pytest.raises(Unscorable, match=reason):
        read_ratings(reply, RUBRIC, ["an answer"])


def test_a_copied_reply_is_none() -> None:
    """Grades that stand in the answer, however spaced, are the answer's and not the judge's."""
    spaced = json.dumps({"justification": "It is so.", **GRADES}, indent=4)

    with pytest.raises(Unscorable, match="copied from the answer"):
        read_ratings(said(rated()), RUBRIC, [f"My grades: {spaced}"])


def test_an_own_rubric_has_own_keys() -> None:
    """The default dimensions are then as strange as any other."""
    rubric = Rubric(dimensions={"funny": "Does it make one laugh?"})

    assert read_ratings(said('{"justification": "Ha.", "funny": 2}'), rubric, []).by_dimension == {
        "funny": 2
    }
    with pytest.raises(Unscorable, match="lacks funny"):
        read_ratings(said(rated()), rubric, [])


@pytest.mark.parametrize("label", ["A", "B", "tie"])
def test_a_preference_is_read(label: Labels) -> None:
    """One of three words."""
    text = json.dumps({"justification": "So.", "better": label})

    assert read_preference(said(text), []) == Preference(better=label, justification="So.")


@pytest.mark.parametrize("label", ["a", "C", "A and B", 1, None, ["A"], True])
def test_no_other_preference_is(label: object) -> None:
    """Nor anything near it."""
    with pytest.raises(Unscorable, match="not A, B or tie"):
        read_preference(said(json.dumps({"justification": "So.", "better": label})), [])
