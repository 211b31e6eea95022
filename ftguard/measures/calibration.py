"""Calibration: whether confidence still tracks accuracy, on the target and on general questions."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from ftguard.ask.answer import Answer
from ftguard.measures.calibration_split import Sides, measure_calibration
from ftguard.measures.measurement import NOT_ASKED, Measurement
from ftguard.measures.paired import too_few
from ftguard.measures.part import asked
from ftguard.probes.own_scorer import is_own
from ftguard.probes.probe import GREEDY, JUDGED, MULTIPLE_CHOICE, OPEN, Probe
from ftguard.scores.multiple_choice import likeliest
from ftguard.scores.snapshot import Snapshot, cut_off, values
from ftguard.stats.calibration_error import Confidences
from ftguard.text.formatting import POINTS

FEWEST = 2


def calibration(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterator[Measurement]:
    """The rise of the calibration error on `target` and on `general`, and what stands beside it.

    `target` are the answered target probes. `general` are the calibration probes where some are
    given, else the multiple-choice questions among the general ones. Beside the gate's measurement
    there are the checkpoint's own `calibration_error`, `ece15` (the plain ECE of papers), `brier`
    and its parts, `answer_brier`, `nll` (nats), `accuracy`, `confidence` and their signed
    difference, `overconfidence`; and where target answers are generated `calibration_per_token`,
    whose confidence is per token.
    """
    splits = calibration_splits(probes)
    for name, members in splits.items():
        yield from _measure(name, members, base, now)
    generated = [probe for probe in splits["target"] if probe.is_written]
    for measurement in islice(_measure("target", generated, base, now, per_token), 1):
        yield replace(measurement, name="calibration_per_token")


def calibration_splits(probes: Sequence[Probe]) -> dict[str, list[Probe]]:
    """The probes of `target` and of `general` whose confidence is held against being right."""
    answered = [p for p in probes if p.kind == "answer" and _is_right_or_wrong(p)]
    given = [probe for probe in answered if probe.role == "calibration"]
    choices = [p for p in answered if p.role == "general" and p.scorer == MULTIPLE_CHOICE]
    return {
        "target": [probe for probe in answered if probe.role == "target"],
        "general": given or choices,
    }


def _is_right_or_wrong(probe: Probe) -> bool:
    """Whether confidence is of what is scored: a grade of one's own may be of anything."""
    # Of a text that is only read, confidence would be in that text and not in an answer.
    return probe.scorer not in (OPEN, JUDGED, GREEDY) and not is_own(str(probe.scorer))


def confidence(probe: Probe, answer: Answer) -> float:
    """How sure the model is of its answer, in [0, 1].

    Multiple choice: the softmax over the options' log-probabilities of the option that it chooses,
    the largest one unless options are weighed by their length. A generated answer: the probability
    of the whole answer up to its end, not of the thinking before it.
    """
    if probe.scorer == MULTIPLE_CHOICE:
        options = answer.option_logprobs
        best, own = max(options), options[likeliest(probe, options)]
        return math.exp(own - best) / math.fsum(math.exp(value - best) for value in options)
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
    given, probes = probes, asked(probes, base, now)
    before = values(base.scores)
    scored = before.keys() & values(now.scores).keys()
    both = [probe for probe in probes if probe.id in scored]
    cut = sum(probe.id in cut_off(base.scores) for probe in probes)
    unscored = len(probes) - len(both) - cut
    num_in_all = len(given) if len(probes) < len(given) else 0
    # What the base knows, all that it was asked tells.
    known = [probe for probe in given if probe.id in before] if num_in_all else both
    right = np.array([before[probe.id] for probe in known])
    chance = np.array([probe.chance for probe in known])
    if len(both) < FEWEST:
        yield Measurement(
            name="calibration",
            slice=name,
            estimate=None,
            unit=POINTS,
            num_scored=len(both),
            num_unscored=unscored,
            num_cut_off=cut,
            num_in_all=num_in_all,
            at_floor=cut > 0 and not both and not unscored,
            note=too_few(len(both), cut) if probes else NOT_ASKED,
        )
        return
    sides = Sides(
        before=confidences(both, base, of), after=confidences(both, now, of), chance=chance
    )
    if num_in_all:
        sides = replace(sides, right=right)
    first, *beside = measure_calibration(name, sides)
    yield replace(first, num_unscored=unscored, num_cut_off=cut, num_in_all=num_in_all)
    yield from beside


def confidences(
    probes: Sequence[Probe], snapshot: Snapshot, of: Sureness = confidence
) -> Confidences:
    """How sure a model is of its answers to probes that it has scores of, and which are right."""
    answers = {answer.probe_id: answer for answer in snapshot.answers}
    scored = values(snapshot.scores)
    return Confidences(
        confidence=np.array([of(probe, answers[probe.id]) for probe in probes]),
        correct=np.array([scored[probe.id] for probe in probes]),
    )
