"""Reliability diagrams count the answers that calibration measures, by how sure the model is."""

import math
from collections.abc import Sequence

import pytest

from ftguard import Probe
from ftguard.ask.answer import Answer
from ftguard.measures.reliability import reliability
from ftguard.scores.record import Score
from ftguard.scores.snapshot import Fingerprint, Snapshot

NOWHERE = Fingerprint(weights="", dtype="", tokenizer="", template="", probes="", scorers="")


def snapshot(sure: Sequence[float], right: Sequence[float | None], role: str) -> Snapshot:
    """Answers of one token each, with these probabilities and scores."""
    ids = [f"{role}/{number}" for number in range(len(sure))]
    return Snapshot(
        run="r",
        step=0,
        fingerprint=NOWHERE,
        answers=tuple(
            Answer(probe_id=name, text="a", logprobs=(math.log(p),))
            for name, p in zip(ids, sure, strict=True)
        ),
        scores=tuple(
            Score(probe_id=name, value=value, unscored=None if value is not None else "no score")
            for name, value in zip(ids, right, strict=True)
        ),
    )


def questions(number: int, role: str) -> tuple[Probe, ...]:
    """Probes that are answered in words."""
    return tuple(
        Probe(id=f"{role}/{n}", prompt="q", reference="a", role=role)  # type: ignore[arg-type]
        for n in range(number)
    )


def test_bins_hold_counts_means_and_intervals() -> None:
    """Four answers at 0.95 of which two are right, one at 0.15 that is wrong: two bins by hand.

    Wilson's interval of 2 in 4 is 0.15 to 0.85, that of 0 in 1 is 0 to 0.79.
    """
    sure, right = [0.95, 0.95, 0.95, 0.95, 0.15], [1.0, 1.0, 0.0, 0.0, 0.0]
    one = snapshot(sure, right, "target")
    (found,) = reliability(questions(5, "target"), one, one)
    assert (found.split, found.n) == ("target", 5)
    low, high = found.after
    assert (low.low, low.high, low.n) == pytest.approx((0.1, 0.2, 1))
    assert (low.accuracy_low, low.accuracy_high) == pytest.approx((0, 0.7935), abs=1e-4)
    assert (high.n, high.confidence, high.accuracy) == pytest.approx((4, 0.95, 0.5))
    assert (high.accuracy_low, high.accuracy_high) == pytest.approx((0.15, 0.85), abs=1e-3)
    assert found.overconfidence_after == pytest.approx((4 * 0.95 + 0.15) / 5 - 2 / 5)
    assert found.before == found.after


def test_only_what_both_sides_scored_is_counted() -> None:
    """An answer without a score on one side stands in neither diagram; no split, no diagram."""
    base = snapshot([0.5, 0.5], [1.0, None], "calibration")
    now = snapshot([1.0, 0.5], [0.0, 1.0], "calibration")
    (found,) = reliability(questions(2, "calibration"), base, now)
    assert (found.split, found.n) == ("general", 1)
    assert [(b.n, b.low, b.accuracy) for b in found.before] == [(1, 0.5, 1.0)]
    assert [(b.n, b.high, b.accuracy) for b in found.after] == [(1, 1.0, 0.0)]
    assert list(reliability(questions(1, "tail"), base, now)) == []
