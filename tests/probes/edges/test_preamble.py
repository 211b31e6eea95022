"""Tests of the preambles: long, and saying nothing."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from ftguard.probes.edges.original import Original
from ftguard.probes.edges.preamble import PREAMBLES, preamble

MakeOriginal = Callable[..., Original]
_NUMBERS = """
    zero one two three four five six seven eight nine ten eleven twelve twenty hundred thousand
    dozen half quarter once twice thrice first second third single double couple pair both
"""
NUMBERS = frozenset(_NUMBERS.split())


@pytest.mark.parametrize("text", PREAMBLES)
def test_a_preamble_is_long_and_says_nothing(text: str) -> None:
    """80 to 150 words in which nothing is asked and no number is named."""
    words = re.findall(r"[a-z]+", text.lower())

    assert 80 <= len(words) <= 150
    assert not re.search(r"[?\d]", text)
    assert not NUMBERS & set(words)


def test_no_preamble_names_an_intent(shared: Path) -> None:
    """None holds the name of one of CLINC150's 150 intents, but for `no` and `yes`."""
    splits = json.loads((shared / "data/clinc150/data_imbalanced.json").read_text())
    labels = {label.replace("_", " ") for _, label in splits["test"]}

    named = {
        label for label in labels for text in PREAMBLES if re.search(rf"\b{label}\b", text.lower())
    }

    assert len(labels) == 150
    assert named <= {"no", "yes"}


def test_the_query_stands_behind_one_of_several(
    original: MakeOriginal, generators: tuple[Random, ...]
) -> None:
    """All preambles are drawn from, and the query follows after an empty line."""
    probe = original("what is my balance")

    found = {preamble(probe, generator) for generator in generators}

    assert found == {f"{text}\n\nwhat is my balance" for text in PREAMBLES}


def test_other_languages_have_none(original: MakeOriginal, generator: Random) -> None:
    """English chatter before a German query would be another test."""
    assert preamble(original("wie hoch ist mein Guthaben"), generator) is None
