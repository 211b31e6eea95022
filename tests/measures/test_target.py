"""Tests of the target's gain: in points, higher is better, answers and likelihoods apart."""

import math
from collections.abc import Callable

import pytest

from ftguard.measures.target import target
from ftguard.probes import Probe
from ftguard.scores.snapshot import Snapshot

Snap = Callable[..., Snapshot]


def _target(*ids: str, scorer: str = "auto") -> list[Probe]:
    return [
        Probe(id=name, prompt="q", reference="a", scorer=scorer, slices=("x",), role="target")
        for name in ids
    ]


def test_the_gain_is_the_difference_of_the_means(snap: Snap) -> None:
    """From 1 right answer of 4 to 3 of 4: 0.25 -> 0.75, a gain of 0.5 points on 4 probes."""
    probes = [
        *_target("a", "b", "c", "d"),
        Probe(id="g", prompt="q", reference="a", role="general"),
    ]
    base = snap({"a": 1.0, "b": 0.0, "c": 0.0, "d": 0.0, "g": 1.0})
    now = snap({"a": 1.0, "b": 1.0, "c": 1.0, "d": 0.0, "g": 0.0})

    (gain,) = target(probes, base, now)

    # Differences 0, 1, 1, 0 around 0.5: squares 4 * 0.25 + 2 steps = 3 over n = 6, t(5) = 2.5706.
    half = 2.570582 * math.sqrt(3 / 5 / 6)
    assert gain.key == "target/all"
    assert (gain.higher_is_better, gain.unit, gain.base, gain.now) == (True, "points", 0.25, 0.75)
    assert gain.estimate is not None
    assert (gain.estimate.value, gain.estimate.n) == (0.5, 4)
    assert (gain.estimate.low, gain.estimate.high) == pytest.approx((0.5 - half, 0.5 + half))


def test_a_base_that_knows_nothing_can_gain(snap: Snap) -> None:
    """From 0 of 4 to 4 of 4 is a gain of 1: the floor is for losses only."""
    probes = _target("a", "b", "c", "d")

    (gain,) = target(probes, snap(dict.fromkeys("abcd", 0.0)), snap(dict.fromkeys("abcd", 1.0)))

    assert gain.estimate is not None
    assert (gain.estimate.value, gain.at_floor) == (1.0, False)


def test_likelihoods_have_their_own_slice(snap: Snap) -> None:
    """0.2 and 0.4 become 0.3 and 0.7, a gain of 0.2 beside the answers' own."""
    probes = _target("a", "b") + _target("l", "m", scorer="likelihood")
    base = snap({"a": 0.0, "b": 0.0, "l": 0.2, "m": 0.4})
    now = snap({"a": 1.0, "b": 0.0, "l": 0.3, "m": 0.7})

    answers, likelihoods = target(probes, base, now)

    assert (answers.slice, likelihoods.slice) == ("all", "likelihood")
    assert (answers.base, answers.now) == (0.0, 0.5)
    assert likelihoods.estimate is not None
    assert likelihoods.estimate.value == pytest.approx(0.2)


def test_nothing_scored_is_a_reason(snap: Snap) -> None:
    """Where every answer is unscored there is no number to rank by."""
    (gain,) = target(_target("a"), snap({"a": 1.0}), snap({"a": None}))

    assert (gain.estimate, gain.base, gain.now, gain.num_unscored) == (None, None, None, 1)
    assert gain.note == "only 0 probes were scored on both sides"
