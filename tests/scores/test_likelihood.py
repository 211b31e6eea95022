"""Tests of the likelihood score: the geometric mean of the tokens' probabilities."""

import math

import pytest

from ftguard.ask.answer import Answer
from ftguard.probes import Probe
from ftguard.scores.likelihood import likelihood
from ftguard.scores.record import Unscorable

PROBE = Probe(id="a", prompt="", reference="text", scorer="likelihood")


@pytest.mark.parametrize(
    ("probabilities", "value"),
    [((0.5, 0.125), 0.25), ((0.3, 0.3, 0.3), 0.3), ((1.0,), 1.0)],
)
def test_it_is_the_geometric_mean(probabilities: tuple[float, ...], value: float) -> None:
    """sqrt(0.5 * 0.125) = 0.25: the length of the reference does not matter."""
    logprobs = tuple(math.log(p) for p in probabilities)

    assert likelihood(PROBE, Answer(probe_id="a", logprobs=logprobs)) == pytest.approx(value)


def test_the_impossible_scores_zero_and_rounding_never_more_than_one() -> None:
    """-1e4 nats (what asking reports for minus infinity) is 0; a logit above 0 is capped."""
    assert likelihood(PROBE, Answer(probe_id="a", logprobs=(-1e4, -1e4))) == 0
    assert likelihood(PROBE, Answer(probe_id="a", logprobs=(1e-7,))) == 1


def test_nothing_to_read_is_unscored() -> None:
    """A reference without a token is not the model's fault."""
    with pytest.raises(Unscorable, match="no token"):
        likelihood(PROBE, Answer(probe_id="a"))
