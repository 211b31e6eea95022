"""Drift: how far the checkpoint has moved from the base's own general answers, right or wrong."""

from collections.abc import Iterator, Sequence

import numpy as np

from ftguard.answers import Answer
from ftguard.estimates import Array, mean_estimate
from ftguard.formatting import NATS, PERCENT
from ftguard.measurement import Measurement
from ftguard.probes.probe import Probe
from ftguard.snapshot import Snapshot

FEWEST = 2


def drift(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterator[Measurement]:
    """`nats`, the extra nats per token on the base's general answers, and `changed`, the share of
    answers that are no longer the same; both are distances, not verdicts on quality.
    """  # noqa: D205
    general = {probe.id for probe in probes if probe.role == "general"}
    before, after = _nats(base.echoes, general), _nats(now.echoes, general)
    shared = [probe_id for probe_id in before if probe_id in after]
    if len(shared) < FEWEST:
        return
    extra = np.array([after[probe_id] - before[probe_id] for probe_id in shared])
    yield _measurement("nats", extra, unit=NATS, discrete=False)
    said = {answer.probe_id: answer.token_ids for answer in now.answers}
    changed = [answer.token_ids != said.get(answer.probe_id) for answer in base.echoes]
    of_general = [answer.probe_id in general for answer in base.echoes]
    yield _measurement(
        "changed", np.array(changed, float)[np.array(of_general)], unit=PERCENT, discrete=True
    )


def _nats(echoes: Sequence[Answer], general: set[str]) -> dict[str, float]:
    return {
        echo.probe_id: -float(np.mean(echo.logprobs)) for echo in echoes if echo.probe_id in general
    }


def _measurement(name: str, differences: Array, *, unit: str, discrete: bool) -> Measurement:
    estimate = mean_estimate(differences, discrete=discrete)
    return Measurement(name="drift", slice=name, estimate=estimate, unit=unit)
