"""Tests of drift: the distance from the base's own answers, right or wrong."""

import math
from collections.abc import Callable

import pytest

from ftguard.ask.answer import Answer
from ftguard.measures.drift import drift
from ftguard.probes import Probe
from ftguard.scores.snapshot import Snapshot

Snap = Callable[..., Snapshot]
PROBES = [
    *(Probe(id=name, prompt="q", reference="a", role="general") for name in ("a", "b", "c", "d")),
    Probe(id="t", prompt="q", reference="a", role="target"),
]


def _said(name: str, *tokens: int, logprobs: tuple[float, ...] = ()) -> Answer:
    return Answer(probe_id=name, token_ids=tokens, logprobs=logprobs)


def test_nats_are_the_mean_rise_per_token_of_the_base_answers(snap: Snap) -> None:
    """Per token 0.5, 1, 2 nats become 0.8, 1.6, 2.3: extra 0.3, 0.6, 0.3, on average 0.4."""
    before = [
        _said("a", 5, 6, logprobs=(-0.4, -0.6)),
        _said("b", 7, logprobs=(-1.0,)),
        _said("c", 8, 9, 2, logprobs=(-1.0, -2.0, -3.0)),
        _said("t", 5, logprobs=(-1.0,)),
    ]
    after = [
        _said("a", 5, 6, logprobs=(-0.7, -0.9)),
        _said("b", 7, logprobs=(-1.6,)),
        _said("c", 8, 9, 2, logprobs=(-1.3, -2.3, -3.3)),
        _said("t", 5, logprobs=(-9.0,)),
    ]

    nats, _ = drift(
        PROBES,
        snap({}, base_answer_logprobs=before),
        snap({}, base_answer_logprobs=after, answers=after),
    )

    # Squares around 0.4: 0.01 + 0.04 + 0.01 = 0.06, n = 3, t(2) = 4.302653.
    half = 4.302653 * math.sqrt(0.06 / 2 / 3)
    assert (nats.key, nats.unit, nats.higher_is_better) == ("drift/nats", "nats", False)
    assert nats.estimate is not None
    assert nats.estimate.value == pytest.approx(0.4)
    assert nats.estimate.n == 3
    assert (nats.estimate.low, nats.estimate.high) == pytest.approx((0.4 - half, 0.4 + half))


def test_changed_is_the_share_of_answers_that_are_not_the_same(snap: Snap) -> None:
    """Of four general answers one has another word and one goes on: 50 %; targets do not count."""
    before = [_said(name, 5, 6, logprobs=(-0.5, -0.5)) for name in "abcdt"]
    after = [
        _said("a", 5, 6),
        _said("b", 5, 7),
        _said("c", 5, 6, 7),
        _said("d", 5, 6),
        _said("t", 9),
    ]

    nats, changed = drift(
        PROBES,
        snap({}, base_answer_logprobs=before),
        snap({}, base_answer_logprobs=before, answers=after),
    )

    assert (changed.key, changed.unit) == ("drift/changed", "relative")
    assert changed.estimate is not None
    assert (changed.estimate.value, changed.estimate.n) == (0.5, 4)
    assert nats.estimate is not None
    assert nats.estimate.value == 0


def test_without_generated_answers_there_is_no_drift(snap: Snap) -> None:
    """One answer is too few for a spread, and then nothing is measured."""
    one = [_said("a", 5, logprobs=(-0.5,))]

    base = snap({}, base_answer_logprobs=one)
    now = snap({}, base_answer_logprobs=one, answers=one)

    assert list(drift(PROBES, base, now)) == []
