"""Tests of own answers: what the base itself said, as likely as the checkpoint finds it."""

import math
from collections.abc import Callable

import pytest

from ftguard.ask.answer import Answer
from ftguard.measures.own_answers import own_answers
from ftguard.probes import Probe
from ftguard.scores.snapshot import Snapshot

Snap = Callable[..., Snapshot]
PROBES = [
    *(Probe(id=name, prompt="q", reference="a", role="general") for name in ("a", "b", "c")),
    Probe(id="t", prompt="q", reference="a", role="target"),
]


def _read(name: str, *per_token: float) -> Answer:
    return Answer(probe_id=name, logprobs=tuple(math.log(p) for p in per_token))


def test_the_drop_is_that_of_the_likelihood_per_token(snap: Snap) -> None:
    """0.8, 0.5 and 0.7 per token (the root of 0.98 * 0.5) become 0.4, 0.3 and 0.3: of 2.0 in all
    1.0 is left, a drop of one half; what was said to a target probe is no general answer.
    """
    before = [_read("a", 0.8), _read("b", 0.5, 0.5), _read("c", 0.98, 0.5), _read("t", 0.9)]
    after = [_read("a", 0.4), _read("b", 0.3, 0.3), _read("c", 0.3, 0.3), _read("t", 0.1)]

    (found,) = own_answers(
        PROBES,
        snap({}, base_answer_logprobs=before),
        snap({}, base_answer_logprobs=after),
    )

    assert (found.key, found.unit, found.discrete) == ("own_answers/all", "relative", False)
    assert found.base == pytest.approx(2 / 3)
    assert found.now == pytest.approx(1 / 3)
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(0.5)
    assert found.estimate.n == 3


def test_one_answer_has_no_interval(snap: Snap) -> None:
    """Two are needed; with one nothing is measured."""
    read = snap({}, base_answer_logprobs=[_read("a", 0.5)])

    assert list(own_answers(PROBES, read, read)) == []
