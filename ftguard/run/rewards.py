"""Refuses a reward function whose range is another one before a run's first step."""

from collections.abc import Sequence

from ftguard.errors import InputError
from ftguard.probes import Probe
from ftguard.probes.own_scorer import reward_of
from ftguard.scores.rewarded import OUTSIDE
from ftguard.scores.snapshot import Snapshot


def check_rewards(probes: Sequence[Probe], base: Snapshot) -> None:
    """Rewards of the base's answers outside of their range would go on through the whole run.

    Raises:
        InputError: one is; the message says how to say the range.
    """
    rewarded = {probe.id for probe in probes if reward_of(probe.scorer) is not None}
    reasons = {s.probe_id: s.unscored for s in base.scores if s.probe_id in rewarded}
    outside = [name for name, why in reasons.items() if why is not None and OUTSIDE in why]
    if outside:
        raise InputError(
            f"{len(outside)} of the base's {len(reasons)} rewards cannot be used: of probe "
            f"`{outside[0]}` {reasons[outside[0]]}. A function without bounds can be given one "
            "with them that calls it, such as 1 / (1 + its distance)."
        )
