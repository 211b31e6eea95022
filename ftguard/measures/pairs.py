"""Pairs: on how many held-out pairs the chosen answer comes before the rejected one."""

from collections.abc import Iterator, Sequence

import numpy as np

from ftguard.measures.measurement import Measurement
from ftguard.measures.paired import Paired, pair, why_none
from ftguard.probes.probe import Probe
from ftguard.scores.snapshot import Snapshot
from ftguard.stats.estimates import Array, mean_estimate
from ftguard.stats.few import independent
from ftguard.text.formatting import POINTS

COIN = 0.5
"""The implicit rewards of the base are 0 for every answer, so that it prefers none."""
ROLES = ("target", "general", "tail", "calibration")


def pairs(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterator[Measurement]:
    """Two accuracies on preference pairs of each role, as shares of them; ties count half.

    `pairs/ROLE` is the share of pairs on which the model finds the chosen answer likelier than
    the rejected one: log p(chosen) > log p(rejected), summed over tokens, without what ends the
    turn. It is the ranking accuracy of Chen et al. 2024 (2405.19534), of the base and of the
    checkpoint; a longer answer is less likely in all, so that pairs of unlike lengths are hard.

    `dpo_reward/ROLE` is what TRL logs as `rewards/accuracies`: the share on which the
    implicit reward of the chosen answer is higher, log p(chosen) - log p_ref(chosen) >
    log p(rejected) - log p_ref(rejected) (Rafailov et al. 2023, 2305.18290), with the run's base as
    the reference. The base prefers neither, which is 0.5.
    """
    for role in ROLES:
        held = [p for p in probes if p.role == role and p.kind == "preference"]
        if held:
            found = pair(held, base, now)
            yield _share("pairs", role, found, found.base, found.now)
            rewarded = _rewarded(held, base, now)
            yield _share("dpo_reward", role, found, np.full(found.now.size, COIN), rewarded)


def _rewarded(pairs: Sequence[Probe], base: Snapshot, now: Snapshot) -> Array:
    """1 where training moved the chosen answer up by more than the rejected one; scored pairs."""
    before, after = _margins(base), _margins(now)
    known = [p.id for p in pairs if p.id in before and p.id in after]
    moved = np.array([after[name] - before[name] for name in known], dtype=np.float64)
    rewarded: Array = (np.sign(moved) + 1) / 2
    return rewarded


def _margins(snapshot: Snapshot) -> dict[str, float]:
    """By how many nats the chosen answer is likelier, of each pair that is scored."""
    scored = {score.probe_id for score in snapshot.scores if score.value is not None}
    read = (answer for answer in snapshot.answers if answer.probe_id in scored)
    return {
        a.probe_id: a.option_logprobs[0] - a.option_logprobs[-1] for a in read if a.option_logprobs
    }


def _share(name: str, role: str, pairs: Paired, before: Array, after: Array) -> Measurement:
    few = pairs.too_few
    changes = after - before
    was = None if few else float(before.mean())
    now = None if few else float(after.mean())
    if pairs.part is not None and not few:
        # Of a part: the same pairs at every look, as far as the base tells of them.
        was = COIN if name == "dpo_reward" else pairs.part.mean
        now = None if was is None else min(1.0, max(0.0, was + float(changes.mean())))
    return Measurement(
        name=name,
        slice=role,
        estimate=None if few else mean_estimate(changes, discrete=True, clusters=pairs.clusters),
        base=was,
        now=now,
        chance=COIN,
        higher_is_better=True,
        unit=POINTS,
        num_scored=pairs.base.size,
        num_unscored=pairs.num_unscored,
        telling=independent(np.ones_like(changes), pairs.clusters),
        num_in_all=pairs.num_in_all,
        influence=() if few else pairs.influence(changes - changes.mean()),
        note=why_none(pairs) if few else "",
    )
