"""Calibration: whether confidence still tracks accuracy, on the target and on general questions."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ftguard.answers import Answer
from ftguard.estimates import LEVEL, Array, Estimate, mean_estimate
from ftguard.formatting import POINTS
from ftguard.measurement import Measurement
from ftguard.probes.probe import MULTIPLE_CHOICE, Probe
from ftguard.snapshot import Snapshot, values

BINS = 10
RESAMPLES = 2_000
SEED = 0
FEWEST = 2


@dataclass(frozen=True, kw_only=True)
class Confidences:
    """Confidence and correctness of the same items, each of shape [n] in [0, 1]."""

    confidence: Array
    correct: Array


def calibration(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterator[Measurement]:
    """The increase of the expected calibration error (ECE), on `target` and on `general`.

    `target` are the answered target probes. `general` are the calibration probes where some are
    given, else the multiple-choice questions among the general ones.
    """
    answered = [probe for probe in probes if probe.kind == "answer"]
    given = [probe for probe in answered if probe.role == "calibration"]
    choices = [p for p in answered if p.role == "general" and p.scorer == MULTIPLE_CHOICE]
    splits = {
        "target": [probe for probe in answered if probe.role == "target"],
        "general": given or choices,
    }
    for name, members in splits.items():
        if members:
            yield _measure(name, members, base, now)


def confidence(probe: Probe, answer: Answer) -> float:
    """How sure the model is of its answer, in [0, 1].

    Multiple choice: the largest softmax over the options' log-probabilities. A generated answer:
    the probability of the whole answer up to its end.
    """
    if probe.scorer == MULTIPLE_CHOICE:
        best = max(answer.option_logprobs)
        return 1 / math.fsum(math.exp(value - best) for value in answer.option_logprobs)
    return min(1.0, math.exp(math.fsum(answer.logprobs)))


def expected_calibration_error(confidence: Array, correct: Array) -> Array:
    """ECE over 10 bins of equal mass: the mean gap |accuracy - confidence|, weighted by size.

    Naeini et al. 2015 (AAAI), with bins of equal mass, whose estimate is the less biased
    (Roelofs et al. 2022, 2012.08668).

    Args:
        confidence: shape [..., n], in [0, 1].
        correct: shape [..., n], in [0, 1].

    Returns:
        Shape [...].
    """
    order = np.argsort(confidence, axis=-1, kind="stable")
    gap = np.take_along_axis(correct - confidence, order, axis=-1)
    n = gap.shape[-1]
    edges = np.linspace(0, n, min(BINS, n) + 1).astype(int)[:-1]
    sums: Array = np.add.reduceat(gap, edges, axis=-1)
    return np.asarray(np.abs(sums).sum(axis=-1) / n)


def _measure(name: str, probes: list[Probe], base: Snapshot, now: Snapshot) -> Measurement:
    scored = values(base.scores).keys() & values(now.scores).keys()
    both = [probe for probe in probes if probe.id in scored]
    unscored = len(probes) - len(both)
    if len(both) < FEWEST:
        note = f"only {len(both)} probes were scored on both sides"
        return Measurement(
            name="calibration",
            slice=name,
            estimate=None,
            unit=POINTS,
            num_unscored=unscored,
            note=note,
        )
    before, after = _confidences(both, base), _confidences(both, now)
    return Measurement(
        name="calibration",
        slice=name,
        estimate=_increase(before, after),
        base=float(expected_calibration_error(before.confidence, before.correct)),
        now=float(expected_calibration_error(after.confidence, after.correct)),
        unit=POINTS,
        num_unscored=unscored,
    )


def _confidences(probes: list[Probe], snapshot: Snapshot) -> Confidences:
    answers = {answer.probe_id: answer for answer in snapshot.answers}
    scored = values(snapshot.scores)
    return Confidences(
        confidence=np.array([confidence(probe, answers[probe.id]) for probe in probes]),
        correct=np.array([scored[probe.id] for probe in probes]),
    )


def _increase(before: Confidences, after: Confidences) -> Estimate:
    """The difference of both ECEs, with a paired bootstrap interval around it.

    Resampling adds its own upward bias to an ECE, so the resampled differences are centred. As
    "no item changed" on few items is no certainty, the interval is widened by that of `n` items
    without a change.
    """
    n = before.confidence.size
    draws = np.random.default_rng(SEED).integers(n, size=(RESAMPLES, n))
    resampled = _ece(after, draws) - _ece(before, draws)
    everything = np.arange(n)
    value = float(_ece(after, everything) - _ece(before, everything))
    spread = np.quantile(resampled - resampled.mean(), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    unchanged = mean_estimate(np.zeros(n), discrete=True).high
    return Estimate(
        value=value,
        low=value - math.hypot(float(spread[0]), unchanged),
        high=value + math.hypot(float(spread[1]), unchanged),
        level=LEVEL,
        n=n,
    )


def _ece(items: Confidences, index: np.typing.NDArray[np.int64]) -> Array:
    return expected_calibration_error(items.confidence[index], items.correct[index])
