"""Tests of preference accuracy: by itself, and by the rewards that DPO is trained on."""

from collections.abc import Callable

import pytest

from ftguard import Gate
from ftguard.ask.answer import Answer
from ftguard.measures.pairs import pairs
from ftguard.measures.target import target
from ftguard.probes import Probe, Role
from ftguard.scores.snapshot import Snapshot

Snap = Callable[..., Snapshot]
NAMES = ("a", "b", "c", "d")


def _pair(name: str, role: Role = "target") -> Probe:
    return Probe(
        id=name, prompt="q", reference="yes", distractors=("no",), scorer="preference", role=role
    )


def _side(snap: Snap, margins: dict[str, float]) -> Snapshot:
    """A model that finds the chosen text likelier by so many nats."""
    answers = [Answer(probe_id=n, option_logprobs=(m - 9.0, -9.0)) for n, m in margins.items()]
    scores = {n: 0.5 if not m else float(m > 0) for n, m in margins.items()}
    return snap(scores, answers=answers)


def test_both_accuracies_are_shares_of_the_pairs(snap: Snap) -> None:
    """The base ranks 1 of 4 pairs rightly and one as a tie, the checkpoint 2; on 3 of 4 training
    moved the chosen text up by more: +3, +1.5, +1 nats, and -1 on the last.
    """
    base = _side(snap, {"a": -2.0, "b": 0.0, "c": -4.0, "d": 2.0})
    now = _side(snap, {"a": 1.0, "b": 1.5, "c": -3.0, "d": 1.0})

    ranked, rewarded = pairs([_pair(name) for name in NAMES], base, now)

    assert (ranked.key, ranked.base, ranked.now) == ("pairs/target", 0.375, 0.75)
    assert (rewarded.key, rewarded.base, rewarded.now) == ("dpo_reward/target", 0.5, 0.75)
    assert ranked.estimate is not None
    assert rewarded.estimate is not None
    assert (ranked.estimate.value, ranked.estimate.n) == (0.375, 4)
    assert rewarded.estimate.value == 0.25
    assert ranked.higher_is_better
    assert ranked.unit == "points"


def test_a_base_prefers_nothing_by_its_own_rewards(snap: Snap) -> None:
    """Against itself every reward is 0, where TRL's strict comparison would say 0 %: no change."""
    base = _side(snap, dict.fromkeys(NAMES, 3.0))

    ranked, rewarded = pairs([_pair(name) for name in NAMES], base, base)

    assert (ranked.base, ranked.now) == (1.0, 1.0)
    assert (rewarded.base, rewarded.now) == (0.5, 0.5)
    assert rewarded.estimate is not None
    assert rewarded.estimate.value == 0.0


def test_pairs_of_each_role_stand_apart_and_are_no_gain(snap: Snap) -> None:
    """Target and general pairs are measured for themselves, and count for nothing else."""
    probes = [_pair("a"), _pair("b"), _pair("c", "general"), _pair("d", "general")]
    side = _side(snap, dict.fromkeys(NAMES, 1.0))

    keys = [measurement.key for measurement in pairs(probes, side, side)]

    assert keys == [
        "pairs/target",
        "dpo_reward/target",
        "pairs/general",
        "dpo_reward/general",
    ]
    assert list(target(probes, side, side)) == []
    assert list(pairs([], side, side)) == []


def test_a_pair_that_is_not_scored_is_counted(snap: Snap) -> None:
    """And in no share; a single pair has no interval."""
    base = _side(snap, {"a": 1.0, "b": 1.0})
    now = snap({"a": 1.0, "b": None}, answers=base.answers)

    ranked, rewarded = pairs([_pair("a"), _pair("b")], base, now)

    for found in (ranked, rewarded):
        assert found.estimate is None
        assert (found.num_scored, found.num_unscored) == (1, 1)
        assert found.note == "only 1 probes were scored on both sides"


def test_a_limit_is_the_least_gain() -> None:
    """In points, as of the target; what no gain can be is refused."""
    assert Gate(measurement="pairs", slice="target", limit=0.1).key == "pairs/target"
    with pytest.raises(ValueError, match="a least gain, in points"):
        Gate(measurement="dpo_reward", slice="target", limit=10)
