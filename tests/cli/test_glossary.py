"""`ftguard glossary`: every word that the blocks use is explained, in 80 columns."""

from typing import get_args

import pytest
from typer.testing import CliRunner

from ftguard.cli.main import app
from ftguard.text.glossary import GLOSSARY
from ftguard.verdict.gate import State


def test_every_state_and_every_measurement_is_explained() -> None:
    """What stands at the end of a row and in front of it; each name once."""
    names = [term.name for term in GLOSSARY]
    assert set(get_args(State)) <= set(names)
    assert {"target", "forgetting", "tail", "calibration", "drift", "own answers"} <= set(names)
    assert len(set(names)) == len(names)
    assert not [term for term in GLOSSARY if term.meaning.endswith(".")]


def test_all_words_are_printed_in_80_columns() -> None:
    """Each name stands on a line of its own, and its meaning beneath."""
    result = CliRunner().invoke(app, ["glossary"])
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert [line for line in lines if not line.startswith(" ")] == [t.name for t in GLOSSARY]
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("word", ["nothing to lose", "nothing_to_lose", "NOTHING"])
def test_one_word_is_explained(word: str) -> None:
    """As it is written anywhere, or by a part of it."""
    result = CliRunner().invoke(app, ["glossary", word])
    assert result.stdout.splitlines()[0] == "nothing to lose"


def test_an_unknown_word_is_answered_with_what_is_near() -> None:
    """Wrong use, and the words that are like it."""
    result = CliRunner().invoke(app, ["glossary", "suspectt"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the glossary has no `suspectt`; did you mean `suspect`" in result.stderr
