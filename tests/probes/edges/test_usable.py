"""Tests of originals: which probes are used, and which part of a prompt is the query."""

import pytest

from ftguard.probes import Message, Probe
from ftguard.probes.edges.usable import originals_of
from ftguard.probes.query import PromptTemplate

TEMPLATE = PromptTemplate(before="Q: ", after="\nA:")
USER = Message(role="user", content="hello there")


@pytest.mark.parametrize(
    "probe",
    [
        Probe(id="empty", prompt="", reference="a text", scorer="likelihood"),
        Probe(id="blank", prompt="Q:  \nA:", reference="x"),
        Probe(id="tool", prompt=[USER, Message(role="tool", content="42")], reference="x"),
        Probe(id="turns", prompt="Q: hi\nA: ho\nQ: and now\nA:", reference="x"),
        Probe(id="call", prompt="Q: Rain in Oslo?\nA:", scorer="tool_call",
              reference='{"name": "w", "arguments": {}}'),
        Probe(id="story", prompt="Once upon a time", reference=", a girl", scorer="likelihood"),
        Probe(id="words", prompt="Once upon a", reference=" time", scorer="likelihood"),
        Probe(id="within", prompt="Which? A. iron B. gold", reference="iron",
              choices=("iron", "gold")),
        Probe(id="bullets", prompt="Which?\n- iron\n- gold", reference="iron",
              choices=("iron", "gold")),
    ],
)  # fmt: skip
def test_what_has_no_query_of_its_own(probe: Probe) -> None:
    """No query, not the user's, earlier turns within it, a text that goes on, options within it."""
    assert originals_of([probe], TEMPLATE) == ()


@pytest.mark.parametrize(
    ("probe", "query", "edited"),
    [
        (Probe(id="a", prompt="Q:  hi \nA:", reference="x"), "hi", "Q:  NEW \nA:"),
        (Probe(id="b", prompt="no template", reference="x"), "no template", "NEW"),
        (Probe(id="c", prompt="Sum it.\nIn digits:", reference="x"), "Sum it.", "NEW\nIn digits:"),
        (Probe(id="d", prompt="Q: is it\nA. x\nB. y\nA:", reference="x", choices=("x", "y")),
         "is it", "Q: NEW\nA. x\nB. y\nA:"),
        (Probe(id="e", prompt="Q: What is 5 - 3?\nA. 3\nB. 2\nA:", reference="2",
               choices=("3", "2")), "What is 5 - 3?", "Q: NEW\nA. 3\nB. 2\nA:"),
        (Probe(id="f", prompt="Name it.", reference="lower case", scorer="likelihood"),
         "Name it.", "NEW"),
    ],
)  # fmt: skip
def test_the_query_alone_is_replaced(probe: Probe, query: str, edited: str) -> None:
    """Template, blanks, a last cue such as `Answer:` and listed options stay."""
    (original,) = originals_of([probe], TEMPLATE)

    assert original.query == query
    assert original.asking("NEW") == edited


def test_earlier_messages_stay() -> None:
    """Of a chat the last message is edited, within the template."""
    said = [USER, Message(role="assistant", content="hi")]
    chat = Probe(id="c", prompt=[*said, Message(role="user", content="Q: more\nA:")], reference="x")
    (original,) = originals_of([chat], TEMPLATE)

    assert original.asking("NEW") == (*said, Message(role="user", content="Q: NEW\nA:"))


def test_companions_go_with_their_probe() -> None:
    """A companion is no original of its own, unless its probe is missing."""
    probe = Probe(id="a", prompt="hi", reference="x")
    companion = Probe(id="r", prompt="hi", reference="X", scorer="likelihood", companion_of="a")

    (original,) = originals_of([companion, probe], PromptTemplate())
    (alone,) = originals_of([companion], PromptTemplate())

    assert (original.probe, original.companion) == (probe, companion)
    assert (alone.probe, alone.companion) == (companion, None)
