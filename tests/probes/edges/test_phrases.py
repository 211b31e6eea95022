"""Tests of taking phrases out: which go, what stands for them, and where nothing can go."""

import re

import pytest

from ftguard.probes.edges.phrases import says_something, shorter


def left(query: str, *, english: bool = True) -> set[str]:
    """All that can be left of a query."""
    return {found.text for found in shorter(re.findall(r"\S+\s*", query), english=english)}


@pytest.mark.parametrize(
    ("query", "shortened"),
    [
        # A prepositional phrase at the end.
        ("what is the weather in bern", "what is the weather"),
        ("What is the weather in Bern?", "What is the weather?"),
        ("can you help me with my taxes please", "can you help me please"),
        ("set an alarm for the flight", "set an alarm"),
        # An adverbial clause.
        ("what should i do if my card was stolen", "what should i do"),
        ("i want to close my account because the app is slow", "i want to close my account"),
        # A noun phrase, for which a pronoun stands.
        ("how do i activate my new card", "how do i activate that"),
        ("how do I redeem my points?", "how do I redeem those?"),
        ("how do i request a refund", "how do i request one"),
        ("could you call my doctor", "could you call them"),
        ("do they serve tacos at the buffet", "do they serve tacos there"),
        ("how do i get to the museum", "how do i get there"),
        ("what happened to my luggage", "what happened to that"),
        ("where is my package", "where is that"),
        ("can you check on my order", "can you check on that"),
        ("show my location on the map", "show my location on that"),
        # Both.
        ("what is the limit on my card", "what is that"),
        # A sentence of several.
        ("My card is gone. What should I do?", "What should I do?"),
        ("My card is gone. What should I do?", "My card is gone."),
        ("Karte weg! Was nun?", "Was nun?"),
    ],
)
def test_a_phrase_goes_and_a_sentence_is_left(query: str, shortened: str) -> None:
    """With its last mark, and with what is polite at its end."""
    assert shortened in left(query)


@pytest.mark.parametrize(
    "query",
    [
        # The verb needs what would go.
        "is the bank in town open",
        "is my card active",
        "does the shop in town open",
        "has my order shipped",
        "when does my card arrive",
        "why is my card declined",
        "i think my top-up was declined",
        "i think my card expired",
        "turn on the light",
        "can you tell me if my flight is late",
        "i'm at the airport",
        # A clause that looks like a noun phrase, a time that looks like an object.
        "what kind of gas my car uses",
        "how much is it this month",
        "i was charged a fee",
        "i need a lot of money",
        # A pronoun would have to stand within the verb: `pay that back`.
        "can i pay back my loan",
        "how do i set up a new alarm",
        "please look up my order",
        "how do i put in a vacation request",
        "please turn on the light",
        # No sentence is over behind its second word.
        "go there",
        "cards, please",
    ],
)
def test_where_no_sentence_would_be_left_nothing_goes(query: str) -> None:
    """Rather none than a broken one."""
    assert left(query) == set()


def test_other_languages_lose_whole_sentences_alone() -> None:
    """Their phrases are not known."""
    assert left("wie ist das wetter in bern", english=False) == set()
    assert left("Es ist kalt. Wie lange noch?", english=False) == {
        "Es ist kalt.",
        "Wie lange noch?",
    }


def test_what_is_dropped_is_told_by_its_place() -> None:
    """Of `what is the limit on my card` the words 2 to 6 become `that`."""
    found = {
        item.text: item.dropped
        for item in shorter(["what ", "is ", "the ", "limit ", "on ", "my ", "card"], english=True)
    }

    assert found["what is the limit"] == {4, 5, 6}
    assert found["what is the limit on that"] == {5, 6}
    assert found["what is that"] == {2, 3, 4, 5, 6}


def test_a_sentence_should_say_something() -> None:
    """What has no word of its own left is no query."""
    assert says_something("how do i activate that")
    assert not says_something("can you tell me that")
    assert not says_something("what is that?")
