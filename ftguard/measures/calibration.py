"""Calibration: whether confidence still tracks accuracy, on the target and on general questions."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from itertools import islice

import numpy as np

from ftguard.ask.answer import Answer
from ftguard.formatting import NATS, POINTS
from ftguard.measures.measurement import Measurement
from ftguard.measures.paired import too_few
from ftguard.probes.own_scorer import is_own
from ftguard.probes.probe import JUDGED, MULTIPLE_CHOICE, OPEN, Probe
from ftguard.scores.snapshot import Snapshot, cut_off, values
from ftguard.stats.calibration_error import (
    BrierParts,
    Confidences,
    brier_parts,
    brier_score,
    calibration_increase,
    cross_fitted_ece,
    equal_width_ece,
    negative_log_likelihood,
    overconfidence,
)
from ftguard.stats.estimates import LEVEL, Array, Estimate, mean_estimate

SEED = 0
FEWEST = 2


def calibration(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterator[Measurement]:
    """The rise of the calibration error on `target` and on `general`, and what stands beside it.

    `target` are the answered target probes. `general` are the calibration probes where some are
    given, else the multiple-choice questions among the general ones. Beside the gate's measurement
    there are `ece15` (the plain ECE of papers), `brier` and its parts, `nll` (nats), signed
    `overconfidence`, and where target answers are generated `calibration_per_token`, whose
    confidence is per token.
    """
    answered = [p for p in probes if p.kind == "answer" and _is_right_or_wrong(p)]
    given = [probe for probe in answered if probe.role == "calibration"]
    choices = [p for p in answered if p.role == "general" and p.scorer == MULTIPLE_CHOICE]
    splits = {
        "target": [probe for probe in answered if probe.role == "target"],
        "general": given or choices,
    }
    for name, members in splits.items():
        yield from _measure(name, members, base, now)
    generated = [probe for probe in splits["target"] if probe.scorer != MULTIPLE_CHOICE]
    for measurement in islice(_measure("target", generated, base, now, per_token), 1):
        yield replace(measurement, name="calibration_per_token")


def _is_right_or_wrong(probe: Probe) -> bool:
    """Whether confidence is of what is scored: a grade of one's own may be of anything."""
    return probe.scorer not in (OPEN, JUDGED) and not is_own(str(probe.scorer))


def confidence(probe: Probe, answer: Answer) -> float:
    """How sure the model is of its answer, in [0, 1].

    Multiple choice: the largest softmax over the options' log-probabilities. A generated answer:
    the probability of the whole answer up to its end, not of the thinking before it.
    """
    if probe.scorer == MULTIPLE_CHOICE:
        best = max(answer.option_logprobs)
        return 1 / math.fsum(math.exp(value - best) for value in answer.option_logprobs)
    return min(1.0, math.exp(math.fsum(_said(answer))))


def per_token(probe: Probe, answer: Answer) -> float:
    """How sure the model is of each token of a generated answer: the geometric mean, in [0, 1].

    Unlike the probability of the whole it does not shrink with length, and it says less about
    whether the answer is right.
    """
    del probe
    said = _said(answer)
    return min(1.0, math.exp(math.fsum(said) / max(1, len(said))))


def _said(answer: Answer) -> Sequence[float]:
    """The log-probabilities of the answer itself: how a thought is worded is no doubt about it."""
    return answer.logprobs[answer.num_reasoning_tokens :]


def measure_increase(name: str, before: Confidences, after: Confidences) -> Measurement:
    """The gate's measurement: how much the low-bias calibration error grew."""
    return Measurement(
        name="calibration",
        slice=name,
        estimate=calibration_increase(before, after, level=LEVEL, seed=SEED),
        base=float(cross_fitted_ece(before.confidence, before.correct)),
        now=float(cross_fitted_ece(after.confidence, after.correct)),
        unit=POINTS,
    )


Sureness = Callable[[Probe, Answer], float]


def _measure(
    name: str,
    probes: list[Probe],
    base: Snapshot,
    now: Snapshot,
    of: Sureness = confidence,
) -> Iterator[Measurement]:
    if not probes:
        return
    scored = values(base.scores).keys() & values(now.scores).keys()
    both = [probe for probe in probes if probe.id in scored]
    cut = sum(probe.id in cut_off(base.scores) for probe in probes)
    unscored = len(probes) - len(both) - cut
    if len(both) < FEWEST:
        yield Measurement(
            name="calibration",
            slice=name,
            estimate=None,
            unit=POINTS,
            num_scored=len(both),
            num_unscored=unscored,
            num_cut_off=cut,
            at_floor=cut > 0 and not both and not unscored,
            note=too_few(len(both), cut),
        )
        return
    before, after = _confidences(both, base, of), _confidences(both, now, of)
    yield replace(measure_increase(name, before, after), num_unscored=unscored, num_cut_off=cut)
    yield from _beside(name, before, after)


Metric = Callable[[Array, Array], Array]
"""Takes confidence and correctness of shape [..., n] and returns shape [...]."""

REPORTED: dict[str, tuple[Metric, str]] = {
    "ece15": (equal_width_ece, POINTS),
    "brier": (brier_score, POINTS),
    "nll": (negative_log_likelihood, NATS),
    "overconfidence": (overconfidence, POINTS),
}
"""What papers report, shown beside the gate's measurement and its unit."""


def _beside(name: str, before: Confidences, after: Confidences) -> Iterator[Measurement]:
    """What is reported and not gated: an interval where the metric is a mean over items."""
    for metric, (of, unit) in REPORTED.items():
        was, now = (float(of(side.confidence, side.correct)) for side in (before, after))
        yield Measurement(
            name=metric,
            slice=name,
            estimate=_mean_change(of, before, after),
            base=was,
            now=now,
            unit=unit,
        )
    was_parts, parts = (brier_parts(side.confidence, side.correct) for side in (before, after))
    for part in fields(BrierParts):
        yield Measurement(
            name=f"brier_{part.name}",
            slice=name,
            estimate=None,
            base=float(getattr(was_parts, part.name)),
            now=float(getattr(parts, part.name)),
            higher_is_better=part.name == "resolution",
            unit=POINTS,
        )


def _mean_change(of: Metric, before: Confidences, after: Confidences) -> Estimate | None:
    if of is equal_width_ece:
        return None
    # Each item on its own is a set of one, so that the metric of it is its contribution.
    each = [of(side.confidence[:, None], side.correct[:, None]) for side in (before, after)]
    return mean_estimate(each[1] - each[0], discrete=False)


def _confidences(probes: list[Probe], snapshot: Snapshot, of: Sureness) -> Confidences:
    answers = {answer.probe_id: answer for answer in snapshot.answers}
    scored = values(snapshot.scores)
    return Confidences(
        confidence=np.array([of(probe, answers[probe.id]) for probe in probes]),
        correct=np.array([scored[probe.id] for probe in probes]),
    )
