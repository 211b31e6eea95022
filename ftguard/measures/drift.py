"""Drift: how far the checkpoint has moved from the base's own answers, right or wrong."""

from collections.abc import Iterator, Sequence

import numpy as np

from ftguard.ask.answer import Answer
from ftguard.measures.measurement import Measurement
from ftguard.measures.part import asked_ids
from ftguard.probes.probe import JUDGED, OPEN, Probe
from ftguard.scores.snapshot import Snapshot
from ftguard.stats.estimates import Array, mean_estimate
from ftguard.text.formatting import NATS, PERCENT

FEWEST = 2


def drift(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterator[Measurement]:
    """`nats`, the extra nats per token on the base's general answers, and `changed`, the share of
    answers that are no longer the same; both are distances, not verdicts on quality.

    For open probes of another role, judged or not, the same as `ROLE/nats` and
    `ROLE/changed`.
    """  # noqa: D205
    yield from _drift("", {p.id for p in probes if p.role == "general"}, base, now)
    for role in ("target", "tail", "calibration"):
        logged = {p.id for p in probes if p.role == role and p.scorer in (OPEN, JUDGED)}
        yield from _drift(f"{role}/", logged, base, now)


def _drift(prefix: str, members: set[str], base: Snapshot, now: Snapshot) -> Iterator[Measurement]:
    before, after = (
        _nats(base.base_answer_logprobs, members),
        _nats(now.base_answer_logprobs, members),
    )
    shared = [probe_id for probe_id in before if probe_id in after]
    if len(shared) < FEWEST:
        return
    extra = np.array([after[probe_id] - before[probe_id] for probe_id in shared])
    yield _measurement(f"{prefix}nats", extra, unit=NATS, discrete=False)
    was_asked = asked_ids(now) | after.keys()
    said = {answer.probe_id: answer.token_ids for answer in now.answers}
    changed = [
        a.token_ids != said.get(a.probe_id)
        for a in base.base_answer_logprobs
        if a.probe_id in members & was_asked
    ]
    yield _measurement(f"{prefix}changed", np.array(changed, float), unit=PERCENT, discrete=True)


def _nats(answers: Sequence[Answer], members: set[str]) -> dict[str, float]:
    return {a.probe_id: -float(np.mean(a.logprobs)) for a in answers if a.probe_id in members}


def _measurement(name: str, differences: Array, *, unit: str, discrete: bool) -> Measurement:
    estimate = mean_estimate(differences, discrete=discrete)
    return Measurement(name="drift", slice=name, estimate=estimate, unit=unit)
