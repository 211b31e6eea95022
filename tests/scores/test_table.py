"""Tests of `score` and `Score`: wrong is 0, what the scorer cannot do is a reason."""

import math

import pytest

from ftguard.ask.answer import Answer
from ftguard.probes import Probe
from ftguard.probes.probe import SCORERS as NAMES
from ftguard.scores import score
from ftguard.scores.record import Score
from ftguard.scores.table import SCORERS


def test_every_name_that_a_probe_may_give_has_a_scorer() -> None:
    """The names that probes are checked against are those of the table."""
    assert set(SCORERS) == set(NAMES)


def test_scores_stand_in_the_probes_order_with_wrong_at_zero() -> None:
    """A wrong answer and an empty one are values of 0; order is the probes', not the answers'."""
    probes = [Probe(id=name, prompt="q", reference="yes") for name in ("right", "wrong", "empty")]
    answers = [
        Answer(probe_id="empty", text=""),
        Answer(probe_id="wrong", text="no"),
        Answer(probe_id="right", text="Yes."),
    ]

    assert score(probes, answers) == (
        Score(probe_id="right", value=1.0),
        Score(probe_id="wrong", value=0.0),
        Score(probe_id="empty", value=0.0),
    )


def test_what_cannot_be_scored_has_a_reason() -> None:
    """No answer, options that were not read, and a reference without tokens are unscored."""
    probes = [
        Probe(id="silent", prompt="q", reference="yes"),
        Probe(id="choice", prompt="q", reference="a", choices=("a", "b")),
        Probe(id="text", prompt="", reference="yes", scorer="likelihood"),
    ]

    scores = score(probes, [Answer(probe_id="choice"), Answer(probe_id="text")])

    assert scores == (
        Score(probe_id="silent", unscored="it was not answered"),
        Score(probe_id="choice", unscored="0 option likelihoods for 2 options"),
        Score(probe_id="text", unscored="the reference holds no token to read"),
    )


def test_a_score_has_a_value_or_a_reason() -> None:
    """Both together and neither are refused."""
    with pytest.raises(ValueError, match="not both or neither"):
        Score(probe_id="a")
    with pytest.raises(ValueError, match="not both or neither"):
        Score(probe_id="a", value=0.0, unscored="why")


@pytest.mark.parametrize("value", [-0.01, 1.01, math.nan, math.inf])
def test_a_value_lies_between_0_and_1(value: float) -> None:
    """A score beyond its range, or NaN, is a mistake of the scorer."""
    with pytest.raises(ValueError, match=r"in \[0, 1\]"):
        Score(probe_id="a", value=value)


@pytest.mark.parametrize("scorer", ["normalized_match", "numeric", "open", "judge"])
def test_a_thought_that_was_cut_off_is_no_wrong_answer(scorer: str) -> None:
    """It is unscored with its reason, whatever the scorer; one that goes round in circles will
    never come to an answer, and is scored as the silence that it is.
    """
    probe = Probe(id="p", prompt="q", reference="4", scorer=scorer)
    thought = Answer(
        probe_id="p", token_ids=tuple(range(20)), num_reasoning_tokens=20, finish="length"
    )
    circle = Answer(probe_id="p", token_ids=(1, 2) * 10, num_reasoning_tokens=20, finish="length")

    assert score([probe], [thought])[0].unscored == "its thinking was cut off"
    assert score([probe], [circle])[0].unscored != "its thinking was cut off"
    if scorer in ("normalized_match", "numeric"):
        assert score([probe], [circle])[0].value == 0


def test_references_are_compared_without_their_thinking() -> None:
    """Training data that think hold thoughts in their references; answers come without them."""
    reference = "<think>\n2 + 2\n</think>\n\nfour"

    def holds_thought(probe: Probe, answer: Answer) -> float:
        return float("<think>" in probe.references[0] and not answer.text)

    matched = Probe(id="p", prompt="q", reference=reference)
    exact = Probe(id="q", prompt="q", reference=reference, scorer="exact_match")
    own = Probe(id="r", prompt="q", reference=reference, scorer=holds_thought)

    scores = score([matched, exact], [Answer(probe_id=i, text="four") for i in "pq"])

    assert [found.value for found in scores] == [1.0, 1.0]
    # A function of the user's own has the probe as it was given.
    assert score([own], [Answer(probe_id="r")])[0].value == 1.0


def test_a_reference_that_is_nothing_but_thought_cannot_be_compared() -> None:
    """A number that only the thought holds is no number of the answer; that is said, not raised."""
    probe = Probe(id="p", prompt="q", reference="<think>4</think>four", scorer="numeric")

    assert "needs a number" in str(score([probe], [Answer(probe_id="p", text="4")])[0].unscored)
