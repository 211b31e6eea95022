"""Tests of multiple choice: the likeliest option counts, ties are shared."""

import pytest

from ftguard.ask.answer import Answer
from ftguard.probes import Probe
from ftguard.scores.multiple_choice import multiple_choice
from ftguard.scores.record import Unscorable

PROBE = Probe(id="a", prompt="q", reference="red", choices=("red", "green", "blue", "white"))


@pytest.mark.parametrize(
    ("logprobs", "value"),
    [
        ((-0.1, -3.0, -3.0, -3.0), 1.0),
        ((-3.0, -0.1, -3.0, -3.0), 0.0),
        ((-1.0, -1.0, -3.0, -3.0), 1 / 2),
        ((-1.0, -1.0, -1.0, -3.0), 1 / 3),
        ((-3.0, -1.0, -1.0, -1.0), 0.0),
        ((-1e4, -1e4, -1e4, -1e4), 1 / 4),
        ((-9.0, -1e4, -1e4, -1e4), 1.0),
        ((-1e4, -9.0, -1e4, -1e4), 0.0),
    ],
)
def test_a_tie_is_worth_its_share(logprobs: tuple[float, ...], value: float) -> None:
    """Of k tied options each is worth 1/k, so that a model that knows nothing scores chance."""
    assert multiple_choice(PROBE, Answer(probe_id="a", option_logprobs=logprobs)) == value


def test_options_that_were_not_all_read_are_unscored() -> None:
    """Three likelihoods for four options cannot be judged."""
    with pytest.raises(Unscorable, match="3 option likelihoods for 4 options"):
        multiple_choice(PROBE, Answer(probe_id="a", option_logprobs=(-1.0, -2.0, -3.0)))
