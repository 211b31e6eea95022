"""Refuses a reward function whose range is another one before a run's first step."""

from collections.abc import Sequence

from ftguard.errors import InputError
from ftguard.probes import Probe
from ftguard.probes.own_scorer import reward_of
from ftguard.scores.rewarded import OUTSIDE
from ftguard.scores.snapshot import Snapshot


def check_rewards(probes: Sequence[Probe], base: Snapshot) -> None:
    """What is wrong with the rewards of the base's answers would be so through the whole run.

    Raises:
        InputError: one is outside of its function's range, or a function gives none at all.
    """
    functions = {str(p.scorer) for p in probes if reward_of(p.scorer) is not None}
    # What a budget left out has no record.
    reasons = {score.probe_id: score.unscored for score in base.scores}
    probes = [probe for probe in probes if probe.id in reasons]
    for name in sorted(functions):
        mine = {p.id: reasons.get(p.id) for p in probes if str(p.scorer) == name}
        outside = [probe_id for probe_id, why in mine.items() if why and OUTSIDE in why]
        if outside:
            raise InputError(
                f"{len(outside)} of the base's {len(mine)} rewards cannot be used: of probe "
                f"`{outside[0]}` {mine[outside[0]]}. A reward without bounds is wrapped into a "
                "function that has them, such as 1 / (1 + its distance)."
            )
        if all(mine.values()):
            first = next(iter(mine))
            raise InputError(
                f"`{name.partition('@')[0]}` rewards none of the base's {len(mine)} answers: of "
                f"probe `{first}`, {mine[first]}. It gets the columns of the probe's row "
                "(`Probe.columns`), each as a list of one."
            )
