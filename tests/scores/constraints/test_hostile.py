"""Tests of texts that were made to break a check: none raises, and none takes a second."""

from time import process_time

import pytest

from ftguard.ask.answer import Answer
from ftguard.probes import Probe
from ftguard.probes.constraint import CONSTRAINTS, Constraint
from ftguard.scores.constraints import constraints

LENGTH = 100_000
REPEATED = (
    *("[", "[a", '{"a":', "*a", "**a", "******\n", "<<a", '"', "- a\n", "\na", "a b ", "A. ", ". "),
    *("P.S. ", "Section 1\n", "but i can't, ", "\u0301\u0316", "\ufdfa", "\u4f60", "\ud800", "1,"),
)
TEXTS = (
    *((part * LENGTH)[:LENGTH] for part in REPEATED),
    "[" * 50_000 + "]" * 50_000,
    "[" + '1,"a",' * 16_000 + "1]",
    "a" * 99_999 + "!",
    "a " * 49_999 + "?",
    '["' + "a" * 99_990 + '!"]',
)
ARGUMENTS: dict[str, object] = {
    **dict.fromkeys(("relation", "let_relation", "capital_relation"), "at least"),
    **dict.fromkeys(("keyword", "letter", "first_word", "end_phrase"), "a"),
    "keywords": ["a", "bomb"],
    "forbidden_words": ["bomb", "a b"],
    "groups": [["bomb", "a b"], ["a"]],
    "language": "de",
    "nth_paragraph": 1,
    "postscript_marker": "P.S.",
    "section_spliter": "Section",
    "prompt_to_repeat": "a b",
    "pattern": r"(\w+\s?)*!!",
    "schema": {
        "type": "array",
        "uniqueItems": True,
        "items": {
            "anyOf": [{"type": "string", "pattern": "^(a+)+$"}, {"type": ["array", "number"]}]
        },
    },
}


@pytest.mark.parametrize("id", CONSTRAINTS)
def test_no_text_breaks_a_check(id: str) -> None:
    """The processor's time for the slowest of the texts, once what is loaded late is there."""
    arguments = {name: ARGUMENTS.get(name, 2) for name in CONSTRAINTS[id]}
    probe = Probe(
        id="a", prompt="a b c " * 100, constraints=[Constraint(id=id, arguments=arguments)]
    )
    constraints(probe, Answer(probe_id="a", text='["a"]'))

    slowest = max(_seconds(probe, text) for text in TEXTS)

    assert slowest < 1


def _seconds(probe: Probe, text: str) -> float:
    begun = process_time()
    value = constraints(probe, Answer(probe_id="a", text=text))
    assert value in (0, 1)
    return process_time() - begun
