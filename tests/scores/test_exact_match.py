"""Tests of exact match: the whole answer or nothing."""

import pytest

from ftguard.ask.answer import Answer, Finish
from ftguard.probes import Probe
from ftguard.scores.exact_match import exact_match

PROBE = Probe(id="a", prompt="q", reference=("Paris", "City of Light\n"), scorer="exact_match")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Paris", 1.0),
        (" Paris\n", 1.0),
        ("City of Light", 1.0),
        ("paris", 0.0),
        ("Paris.", 0.0),
        ("Paris\nIt is in France.", 0.0),
        ("", 0.0),
        ("  \n", 0.0),
    ],
)
def test_only_blanks_around_a_reference_are_forgiven(text: str, value: float) -> None:
    """Any of the references counts; case, punctuation, more text and silence are wrong."""
    assert exact_match(PROBE, Answer(probe_id="a", text=text)) == value


@pytest.mark.parametrize("text", ["Paris", "Paris\n", "Paris\n\nQ: next"])
def test_a_cut_off_answer_is_wrong(text: str) -> None:
    """What the model did not bring to its end is no whole answer."""
    cut: Finish = "length"

    assert exact_match(PROBE, Answer(probe_id="a", text=text, finish=cut)) == 0
