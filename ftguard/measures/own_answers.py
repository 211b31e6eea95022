"""Own answers: how much less likely the checkpoint finds what the base itself answered."""

from collections.abc import Iterator, Sequence

import numpy as np

from ftguard.ask.answer import Answer
from ftguard.measures.measurement import Measurement
from ftguard.measures.paired import Paired, measure_drop
from ftguard.measures.part import Part, asked_ids
from ftguard.probes.probe import Probe
from ftguard.scores.snapshot import Snapshot

FEWEST = 2


def own_answers(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterator[Measurement]:
    """The relative drop of exp(mean log-probability) of the base's answers to general probes.

    Every snapshot holds it, right or wrong as the answers are, so it speaks also where the base is
    too weak for its answers to be scored. It is a likelihood per token in [0, 1], read as those of
    given texts are; the same in nats is `drift/nats`.
    """
    members = {probe.id for probe in probes if probe.role == "general"}
    before, after = (_likelihoods(side.base_answer_logprobs, members) for side in (base, now))
    was_asked = asked_ids(now) | after.keys()
    places = {probe_id: place for place, probe_id in enumerate(before)}
    shared = [probe_id for probe_id in before if probe_id in after]
    of_part = [places[probe_id] for probe_id in before if probe_id in was_asked]
    part = None
    if len(of_part) < len(before):
        known = np.array(list(before.values()))
        part = Part(num_in_all=known.size, base=known, chance=np.zeros_like(known))
    if len(shared) < FEWEST and part is None:
        return
    was = np.array([before[probe_id] for probe_id in shared])
    pairs = Paired(
        base=was,
        now=np.array([after[probe_id] for probe_id in shared]),
        chance=np.zeros_like(was),
        num_unscored=0,
        num_cut_off=0,
        discrete=False,
        clusters=None,
        units=np.array([places[probe_id] for probe_id in shared], dtype=np.intp),
        num_units=len(places),
        part=part,
        units_asked=None if part is None else np.isin(np.arange(len(places)), of_part),
    )
    yield measure_drop("own_answers", "all", pairs)


def _likelihoods(answers: Sequence[Answer], members: set[str]) -> dict[str, float]:
    return {
        answer.probe_id: float(np.exp(np.mean(answer.logprobs)))
        for answer in answers
        if answer.probe_id in members and answer.logprobs
    }
