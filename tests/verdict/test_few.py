"""Few probes decide nothing: by themselves, by many looks, in the place of others, in a gain."""

import numpy as np
import pytest

from ftguard.measures.measurement import Measurement
from ftguard.measures.paired import Paired, measure_drop
from ftguard.stats.alpha_spending import Look
from ftguard.stats.estimates import Array, Clusters, Estimate
from ftguard.verdict.curves import Measured, read_gate
from ftguard.verdict.facts import Facts
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import Outcome, bearings, decide

LOOK = Look(number=1, planned=1)
FORGETTING = Gate(measurement="forgetting", limit=0.10)
TAIL = Gate(measurement="tail", slice="worst", limit=0.15)
OWN = Gate(measurement="own_answers", limit=0.5)


def dropped(
    base: Array,
    now: Array,
    *,
    name: str = "forgetting",
    slice_name: str = "all",
    discrete: bool = True,
    clusters: Clusters | None = None,
) -> Measurement:
    """The relative drop between two sides."""
    pairs = Paired(
        base=base,
        now=now,
        chance=np.zeros(base.size),
        num_unscored=0,
        discrete=discrete,
        clusters=clusters,
    )
    return measure_drop(name, slice_name, pairs)


def unchanged(n: int, *, right: int | None = None, likelihood: bool = False) -> Measurement:
    """Of n probes, so many of which the base has right; or as many likelihoods near 0.6."""
    if likelihood:
        base = 0.6 + 0.001 * np.arange(n) / n
        return dropped(base, base - 0.001, discrete=False)
    base = (np.arange(n) < (n if right is None else right)).astype(float)
    return dropped(base, base)


def outcome(gate: Gate, measurement: Measurement) -> Outcome:
    """What the gate says at a single look."""
    return decide([measurement], [gate], LOOK).outcomes[0]


@pytest.mark.parametrize("likelihood", [False, True])
@pytest.mark.parametrize("n", [2, 3, 5, 7, 20, 28])
def test_so_few_that_all_agree_do_not_pass(n: int, *, likelihood: bool) -> None:
    """29 are the fewest that exclude a loss of 10 % (0.9^29 = 4.7 %); also of likelihoods, whose
    interval is next to nothing.
    """
    verdict = decide([unchanged(n, likelihood=likelihood)], [FORGETTING], LOOK)

    assert [o.state for o in verdict.outcomes] == ["too wide"]
    assert verdict.passed is None


@pytest.mark.parametrize("likelihood", [False, True])
def test_from_29_on_they_do(*, likelihood: bool) -> None:
    """A proof where the interval is one."""
    assert decide([unchanged(29, likelihood=likelihood)], [FORGETTING], LOOK).passed


def test_it_is_the_limit_that_says_how_few() -> None:
    """19 do for 15 %, 59 for 5 %, 5 for half."""
    for limit, fewest in ((0.15, 19), (0.05, 59), (0.5, 5)):
        gate = Gate(measurement="forgetting", limit=limit)
        few, enough = (outcome(gate, unchanged(n, likelihood=True)) for n in (fewest - 1, fewest))
        assert (few.state, enough.state) == ("too wide", "clear")


def test_the_sentence_says_what_is_open_and_how_many_would_do() -> None:
    """1 - 0.05^(1/5) = 45.1 %; 29 probes for 10 %; with half of them right, 58."""
    five = outcome(FORGETTING, unchanged(5)).explanation
    half = outcome(FORGETTING, unchanged(40, right=20)).explanation

    assert "told by too few probes to hold against the limit of 10 %" in five
    assert "had none of them lost anything, up to 45.1 % could be lost unseen" in five
    assert "(about 29 such probes would do)" in five
    assert "up to 13.9 % could be lost unseen (about 58 such probes would do)" in half


def test_many_looks_at_the_same_few_are_no_new_evidence() -> None:
    """16 right answers that stay through ten looks: none changes, so that a curve sees no spread
    and takes each look for new evidence. Its interval is narrow enough for a limit of 15 %, the
    look's own is not, and 16 leave 17 % open. 40 pass.
    """
    gate = Gate(measurement="forgetting", limit=0.15)
    for n, passed in ((16, None), (40, True)):
        reading = read_gate(gate, [Measured.at(k / 10, [unchanged(n)]) for k in range(1, 11)])[9]
        assert reading.estimate.high - reading.estimate.low < 2 * 0.15
        verdict = decide([unchanged(n)], [gate], LOOK, {gate.key: reading})
        assert verdict.passed is passed
    alone = unchanged(16).estimate
    assert alone is not None
    assert alone.high - alone.low > 2 * 0.15


def test_the_own_answers_of_few_stand_in_for_nothing() -> None:
    """Half as likely each is no share of the probes: they stand for forgetting, and must be as
    many as its 10 % asks for.
    """
    wide = unchanged(40, right=10)
    for n, passed in ((28, None), (29, True)):
        base = np.full(n, 0.5)
        own = dropped(base, base - 0.01, name="own_answers", discrete=False)
        verdict = decide([wide, own], [FORGETTING, OWN], LOOK)
        assert verdict.passed is passed
        expected = ("aside", "holds") if passed else ("open", "open")
        assert bearings(verdict.outcomes) == expected


def test_told_clusters_count_once() -> None:
    """40 probes of 10 sources are 10."""
    base = np.ones(40)
    found = dropped(base, base, clusters=np.repeat(np.arange(10), 4))

    assert Facts.of(found).telling == pytest.approx(10)
    assert outcome(FORGETTING, found).state == "too wide"


def test_a_breach_and_a_suspicion_on_few_stay_what_they_are() -> None:
    """Ten right answers that are all gone are beyond chance; two of five gone are suspect."""
    base = np.ones(10)
    assert outcome(FORGETTING, dropped(base, np.zeros(10))).state == "breach"
    assert outcome(FORGETTING, dropped(np.ones(5), np.array([1, 1, 1, 0, 0.0]))).state == "suspect"


def test_a_gain_that_few_tell_is_not_held() -> None:
    """Its limit says nothing of shares: 29 are asked for as of a loss of 10 %."""
    gate = Gate(measurement="target", limit=0.05)
    for n, state in ((28, "too wide"), (29, "within")):
        change = Estimate(value=0.2, low=0.0, high=0.4, level=0.95, n=n, stderr=0.1, dof=n)
        gain = Measurement(
            name="target", slice="all", estimate=change, higher_is_better=True, unit="points"
        )
        found = outcome(gate, gain)
        assert found.state == state
    assert "told by too few probes" not in found.explanation


def test_a_measure_of_ones_own_and_a_distance_are_held_by_their_interval_alone() -> None:
    """What is no share of probes has no such bound."""
    change = Estimate(value=0.01, low=0.0, high=0.02, level=0.95, n=3, stderr=0.005, dof=2)
    for name, slice_name in (("mine", "all"), ("drift", "nats")):
        found = Measurement(name=name, slice=slice_name, estimate=change, unit="nats")
        gate = Gate(measurement=name, slice=slice_name, limit=0.1)
        assert outcome(gate, found).state == "clear"
