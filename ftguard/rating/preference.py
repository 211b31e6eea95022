"""Preference: how often people find the checkpoint's answer better than the base's."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ftguard.measures.measurement import Measurement
from ftguard.rating.pairs import ROLES, AnswerPair
from ftguard.rating.store import Rating
from ftguard.stats.estimates import Estimate, mean_estimate
from ftguard.text.formatting import POINTS

EVEN = 0.5
"""The win rate of models between which nobody sees a difference."""
POINTS_OF = {"base": -1.0, "tie": 0.0, "tuned": 1.0}


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What stands behind a preference."""

    better: int
    """Pairs on which raters on the whole prefer the checkpoint's answer."""
    tie: int
    """Pairs on which they prefer neither."""
    worse: int
    identical: int
    """Pairs that nobody needs to see: both answers are the same, which counts as a tie."""
    skipped: int
    """Pairs on which nobody who saw them could tell."""


def preference(pairs: Sequence[AnswerPair], ratings: Sequence[Rating]) -> Iterator[Measurement]:
    """The win rate less 0.5 over all pairs, for each role and for each of its named slices.

    The win rate is the mean over pairs of 1 (the checkpoint's answer is better), 0.5 (a tie) or
    0; of several people on one pair the mean counts. Less 0.5 it is a gain in points, 0 is no
    difference, and a gate reads like any other: with
    `Gate(measurement="preference", limit=-0.05)` a win rate below 45 % is a breach, where it is
    also below 50 % beyond chance. `base` is 0.5 and `now` the win rate.

    Pairs with identical answers count as ties without being seen, in the proportion in which the
    others have been rated: a person who stops early has seen a fair part of the sample. The
    interval holds for further prompts and these raters. Pairs that were only skipped are unscored.

    Args:
        pairs: all that the two models answered in words.
        ratings: those that stand.
    """
    names = dict.fromkeys(name for pair in pairs for name in pair.slices)
    for name in ("all", *sorted(names, key=_reading_order)):
        members = [pair for pair in pairs if name in ("all", *pair.slices)]
        yield _measurement(name, members, ratings)


def tally(pairs: Sequence[AnswerPair], ratings: Sequence[Rating]) -> Counts:
    """How the pairs of a slice were rated."""
    points = _points(pairs, ratings)
    means = [float(np.mean(values)) for values in points.values()]
    seen = {rating.probe_id for rating in ratings}
    return Counts(
        better=sum(mean > 0 for mean in means),
        tie=sum(mean == 0 for mean in means),
        worse=sum(mean < 0 for mean in means),
        identical=len(_identical(pairs, points)),
        skipped=sum(pair.probe_id in seen - points.keys() for pair in pairs),
    )


def _measurement(name: str, pairs: Sequence[AnswerPair], ratings: Sequence[Rating]) -> Measurement:
    points = _points(pairs, ratings)
    ties = _identical(pairs, points)
    estimate = _estimate(pairs, points, ties) if points or ties else None
    return Measurement(
        name="preference",
        slice=name,
        estimate=estimate,
        base=EVEN if estimate else None,
        now=EVEN + estimate.value if estimate else None,
        higher_is_better=True,
        unit=POINTS,
        num_scored=len(points) + len(ties),
        num_unscored=tally(pairs, ratings).skipped,
        note="" if estimate else "nobody has rated these pairs",
    )


def _points(pairs: Sequence[AnswerPair], ratings: Sequence[Rating]) -> dict[str, list[float]]:
    """What each rater who decided gave each pair: 1, 0 or -1."""
    members = {pair.probe_id for pair in pairs}
    points: dict[str, list[float]] = defaultdict(list)
    for rating in ratings:
        if rating.probe_id in members and rating.choice in POINTS_OF:
            points[rating.probe_id].append(POINTS_OF[rating.choice])
    return dict(points)


def _identical(pairs: Sequence[AnswerPair], points: Mapping[str, Sequence[float]]) -> list[str]:
    """The pairs with identical answers that count as ties: as many of them as of the others.

    Roles are sampled apart, so each has its own proportion.
    """
    found: list[str] = []
    for role in ROLES:
        members = [pair for pair in pairs if pair.role == role]
        same = [pair.probe_id for pair in members if pair.identical]
        others = [pair.probe_id for pair in members if not pair.identical]
        rated = sum(probe_id in points for probe_id in others)
        share = rated / len(others) if others else 1.0
        unseen = [probe_id for probe_id in same if probe_id not in points]
        wanted = round(share * len(same)) - (len(same) - len(unseen))
        found.extend(unseen[: max(0, wanted)])
    return found


def _estimate(
    pairs: Sequence[AnswerPair], points: Mapping[str, Sequence[float]], ties: Sequence[str]
) -> Estimate:
    means = {name: float(np.mean(values)) for name, values in points.items()}
    means |= dict.fromkeys(ties, 0.0)
    rated = [pair for pair in pairs if pair.probe_id in means]
    sources = {source: n for n, source in enumerate(dict.fromkeys(p.source for p in rated))}
    net = mean_estimate(
        np.array([means[pair.probe_id] for pair in rated]),
        discrete=True,
        clusters=np.array([sources[pair.source] for pair in rated]),
    )
    # The share preferred less the share rejected is twice the win rate less 0.5.
    return replace(
        net, value=net.value / 2, low=net.low / 2, high=net.high / 2, stderr=net.stderr / 2
    )


def _reading_order(name: str) -> tuple[bool, int, str]:
    role = name.partition("/")[0]
    return "/" in name, ("target", "general", "tail", "calibration").index(role), name
