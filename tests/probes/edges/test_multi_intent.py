"""Tests of two queries in one: how they are joined, and that only both answers score."""

from collections.abc import Callable, Sequence

import pytest

from ftguard.probes import Message, Probe
from ftguard.probes.edges.multi_intent import multi_intent
from ftguard.probes.edges.usable import originals_of
from ftguard.probes.query import PromptTemplate

ScoreOf = Callable[[Probe, str], float | None]


def _pairs(
    probes: Sequence[Probe], template: PromptTemplate | None = None, seed: int = 0
) -> list[tuple[Probe, ...]]:
    originals = originals_of(probes, template or PromptTemplate())
    return [edge.probes for edge in multi_intent(originals, 10, seed)]


COIN = Probe(id="coin", prompt="please flip it for me", reference="flip_coin")
SPELL = Probe(id="spell", prompt="how do you write banana", reference="spelling")


def test_both_answers_are_wanted(score_of: ScoreOf) -> None:
    """Both in any order and case score 1; one, none, and the parroted prompt score 0."""
    ((probe,),) = _pairs([COIN, SPELL])

    assert str(probe.prompt).startswith(("please flip it for me", "how do you write banana"))
    assert probe.id in {"multi-intent/coin+spell", "multi-intent/spell+coin"}
    assert set(str(probe.reference).split("\n")) == {"flip_coin", "spelling"}
    assert probe.slices == ("multi-intent",)
    for answer in (str(probe.reference), "Spelling, then FLIP_COIN.", "1. spelling\n2. flip_coin"):
        assert score_of(probe, answer) == 1
    for answer in ("", "flip_coin", "spelling", str(probe.prompt), "flip coin and spelling"):
        assert score_of(probe, answer) == 0


def test_numbers_are_found_in_a_sentence(score_of: ScoreOf) -> None:
    """Of two sums, both final numbers in any of their forms; a longer number is another one."""
    first = Probe(id="a", prompt="What is 900 twice?", reference="#### 1800", scorer="numeric")
    second = Probe(id="b", prompt="What is half of 71?", reference="35.5", scorer="numeric")
    ((probe,),) = _pairs([first, second])

    assert score_of(probe, "The first is 1,800 and the second 35.50.") == 1
    assert score_of(probe, "1800\n35.5") == 1
    assert score_of(probe, "The first is 1,800.") == 0
    assert score_of(probe, "21800 and 35.5") == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("flip_coin", "flip_coin"),  # the same
        ("card", "card_lost"),  # one within the other
        ("flip it", "spelling"),  # one in its own query
        ("banana", "spelling"),  # one in the other query
        ("yes", "spelling"),  # one that any text may hold
    ],
)
def test_answers_that_cannot_be_told_apart_make_no_pair(first: str, second: str) -> None:
    """Neither answer may stand in the other, or in the prompt."""
    probes = [
        Probe(id="a", prompt="please flip it for me", reference=first),
        Probe(id="b", prompt="how do you write banana", reference=second),
    ]

    assert _pairs(probes) == []


def test_a_solution_that_holds_the_other_answer_makes_no_pair() -> None:
    """The full answer to one sum must not pass for both."""
    probes = [
        Probe(id="a", prompt="a sum", reference="First 25, then 40. #### 40", scorer="numeric"),
        Probe(id="b", prompt="another", reference="#### 25", scorer="numeric"),
    ]

    assert _pairs(probes) == []


def test_a_label_within_a_third_one_is_not_used() -> None:
    """With `bill_balance` about, an answer that holds `balance` may mean that."""
    balance = Probe(id="a", prompt="how much is left", reference="balance")
    bill = Probe(id="b", prompt="what is due", reference="bill_balance")

    ids = [pair[0].id for pair in _pairs([balance, bill, COIN, SPELL], seed=3)]

    assert all("a" not in name.split("/")[1].split("+") for name in ids)
    assert ids


def test_a_prompt_that_lists_the_labels_is_no_answer(score_of: ScoreOf) -> None:
    """Where the template names all classes, copying it scores 0 and naming two of them 1."""
    template = PromptTemplate(
        before="Choose of spelling, flip_coin, weather.\nQuery: ", after="\nIntent:"
    )
    probes = [
        Probe(id=p.id, prompt=f"{template.before}{p.prompt}{template.after}", reference=p.reference)
        for p in (COIN, SPELL)
    ]
    ((probe,),) = _pairs(probes, template)

    assert str(probe.prompt).count("Query: ") == 1
    assert score_of(probe, "spelling, flip_coin") == 1
    assert score_of(probe, str(probe.prompt)) == 0
    assert score_of(probe, "spelling") == 0


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("flip it for me", "write this", {
            "{} and also {}", "{}, and {}", "{}, also {}", "{} and besides that {}",
            "{}, and while we're at it, {}",
        }),
        ("Flip it for me?", "Write this?", {
            "{} Also: {}", "{} And another thing: {}", "{} Besides that: {}",
            "{} While we're at it: {}",
        }),
        ("Flip it\nfor me", "Write this", {
            "{}\n\nAlso: {}", "{}\n\nAnd another thing: {}", "{}\n\nBesides that: {}",
        }),
        ("wirf eine m\u00fcnze", "schreib das", {"{}\n\n{}"}),
    ],
)  # fmt: skip
def test_connectors_fit_the_queries(first: str, second: str, expected: set[str]) -> None:
    """Small letters run on, sentences stay sentences, long texts are paragraphs; none in German."""
    probes = [
        Probe(id="a", prompt=first, reference="coin_flip"),
        Probe(id="b", prompt=second, reference="spelling"),
    ]
    found = set()
    for seed in range(60):
        ((probe,),) = _pairs(probes, seed=seed)
        found.add(str(probe.prompt).replace(first, "{}").replace(second, "{}"))

    assert found == expected


def test_what_is_read_is_read_for_both() -> None:
    """Two likelihoods become one; two answers with companions take their companions along."""
    answers = [Probe(id=p.id, prompt=p.prompt, reference=p.reference) for p in (COIN, SPELL)]
    companions = [
        Probe(
            id=f"{p.id}#likelihood", prompt=p.prompt, reference=f" {p.reference}",
            scorer="likelihood", companion_of=p.id,
        )
        for p in (COIN, SPELL)
    ]  # fmt: skip
    ((asked, read),) = _pairs([*answers, *companions])
    alone = [Probe(id=p.id, prompt=f"{p.prompt}.", reference=f" It is {p.reference}.",
                   scorer="likelihood") for p in (COIN, SPELL)]  # fmt: skip
    ((both,),) = _pairs(alone)

    assert read.companion_of == asked.id
    assert read.prompt == asked.prompt
    assert read.scorer == "likelihood"
    assert read.reference in {" flip_coin\nspelling", " spelling\nflip_coin"}
    assert both.scorer == "likelihood"
    assert both.reference in {
        " It is flip_coin.\nIt is spelling.",
        " It is spelling.\nIt is flip_coin.",
    }


def test_chats_hold_both_in_their_last_message() -> None:
    """The same system message stays in front; chats with other beginnings are not joined."""
    system = Message(role="system", content="Be brief.")
    chats = [
        Probe(id=p.id, prompt=[system, Message(role="user", content=str(p.prompt))],
              reference=p.reference)
        for p in (COIN, SPELL)
    ]  # fmt: skip
    ((probe,),) = _pairs(chats)
    other = Probe(id="spell", prompt=[Message(role="user", content="how do you write banana")],
                  reference="spelling")  # fmt: skip

    assert not isinstance(probe.prompt, str)
    first, last = probe.prompt
    assert first == system
    assert "flip it" in last["content"]
    assert "banana" in last["content"]
    assert _pairs([chats[0], other]) == []


def test_some_kinds_are_never_joined() -> None:
    """Options, constraints and open queries have no short answer to look for."""
    probes = [
        Probe(id="a", prompt="q one", reference="iron ore", choices=("iron ore", "coal")),
        Probe(id="b", prompt="q two", scorer="open"),
        COIN,
    ]

    assert _pairs(probes) == []


def test_each_query_is_in_one_pair() -> None:
    """Twenty queries make ten pairs."""
    probes = [
        Probe(id=f"p{i}", prompt=f"say the word {letter * 3}", reference=f"label_{letter}")
        for i, letter in enumerate("abcdefghijklmnopqrst")
    ]  # fmt: skip
    ids = [name for pair in _pairs(probes) for name in pair[0].id.split("/")[1].split("+")]

    assert sorted(ids) == sorted(probe.id for probe in probes)


def test_the_token_budget_is_of_both_answers() -> None:
    """Given rooms add up; else 32 tokens each, or what a longer solution may take."""
    given = [
        Probe(id=p.id, prompt=p.prompt, reference=p.reference, max_new_tokens=20)
        for p in (COIN, SPELL)
    ]
    long = Probe(id="long", prompt="a sum", reference="so " * 60 + "#### 77", scorer="numeric")

    assert [pair[0].max_new_tokens for pair in _pairs(given)] == [40]
    assert [pair[0].max_new_tokens for pair in _pairs([COIN, SPELL])] == [64]
    # 187 characters are taken for 62 tokens; twice that and 32.
    assert [pair[0].max_new_tokens for pair in _pairs([COIN, long])] == [124 + 32]
