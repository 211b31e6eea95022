"""Tests of the scorer: all constraints or nothing."""

import pytest

from ftguard.ask.answer import Answer
from ftguard.probes import Probe
from ftguard.probes.constraint import Constraint
from ftguard.scores import score
from ftguard.scores.constraints import constraints

SHORT = Constraint(
    id="length_constraints:number_words", arguments={"num_words": 3, "relation": "at most"}
)
PLAIN = Constraint(id="punctuation:no_comma")
NEW = Constraint(id="detectable_content:not_copied", arguments={"most_words": 2})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("one two three", 1.0),
        ("  one two three \n", 1.0),
        ("one two three four", 0.0),
        ("one, two", 0.0),
        ("", 0.0),
        (" \n\t", 0.0),
    ],
)
def test_every_constraint_must_be_met(text: str, value: float) -> None:
    """One that is not met makes it 0, and so does silence, which meets them all."""
    probe = Probe(id="a", prompt="q", constraints=[SHORT, PLAIN])

    assert constraints(probe, Answer(probe_id="a", text=text)) == value


def test_only_complete_lines_of_a_cut_off_answer_count() -> None:
    """What the model did not bring to its end is left out: all of it, where it is one line."""
    probe = Probe(id="a", prompt="q", constraints=[SHORT])

    assert constraints(probe, Answer(probe_id="a", text="a b c\nd e f", finish="length")) == 1
    assert constraints(probe, Answer(probe_id="a", text="a b c", finish="length")) == 0


def test_all_messages_of_a_chat_are_its_prompt() -> None:
    """Nothing may be taken from the system's message either."""
    probe = Probe(
        id="a",
        prompt=[
            {"role": "system", "content": "You are a kind bot."},
            {"role": "user", "content": "Who are you?"},
        ],
        constraints=[NEW],
    )

    assert constraints(probe, Answer(probe_id="a", text="A bot, and a kind one")) == 1
    assert constraints(probe, Answer(probe_id="a", text="A kind bot.")) == 0
    assert constraints(probe, Answer(probe_id="a", text="Who are you?")) == 0


def test_the_table_of_scorers_knows_it() -> None:
    """A probe with constraints is scored by them."""
    (scored,) = score(
        [Probe(id="a", prompt="q", constraints=[PLAIN])], [Answer(probe_id="a", text="x")]
    )

    assert scored.value == 1
