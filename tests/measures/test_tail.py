"""Tests of the tail: which slice is the worst, at which level, and what small slices do."""

from collections.abc import Callable, Iterable

import pytest
from scipy import stats

from ftguard.measures.measurement import Measurement
from ftguard.measures.tail import tail
from ftguard.probes import Probe
from ftguard.scores.snapshot import Snapshot
from ftguard.stats.alpha_spending import Look
from ftguard.stats.estimates import Estimate, p_value
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import decide

Snap = Callable[..., Snapshot]
Sizes = dict[str, tuple[int, int, int]]
"""By slice: how many probes, how many of them right before, and now."""


def _probes(sizes: Sizes) -> list[Probe]:
    return [
        Probe(id=f"{name}{i}", prompt="q", reference="a", slices=(name,), role="tail")
        for name, (n, _, _) in sizes.items()
        for i in range(n)
    ]


def _measure(snap: Snap, sizes: Sizes) -> dict[str, Measurement]:
    base, now = (
        snap(
            {
                f"{name}{i}": float(i < counts[side])
                for name, counts in sizes.items()
                for i in range(counts[0])
            }
        )
        for side in (1, 2)
    )
    return _by_slice(tail(_probes(sizes), base, now))


def _by_slice(measurements: Iterable[Measurement]) -> dict[str, Measurement]:
    return {measurement.slice: measurement for measurement in measurements}


def _known(measurement: Measurement) -> Estimate:
    assert measurement.estimate is not None
    return measurement.estimate


def test_the_worst_slice_is_the_largest_drop(snap: Snap) -> None:
    """Drops of 4/40, 20/40 and 8/40: the worst is `rare` with 50 %, of the three."""
    sizes = {"long": (40, 40, 36), "rare": (40, 40, 20), "typos": (40, 40, 32)}

    found = _measure(snap, sizes)

    assert list(found) == ["all", "long", "rare", "typos", "worst"]
    assert _known(found["worst"]).value == pytest.approx(0.5)
    assert found["worst"].note == "the worst of 3: rare"
    assert _known(found["all"]).value == pytest.approx(32 / 120)


def test_the_choice_widens_the_interval(snap: Snap) -> None:
    """The worst of two is told at 1 - 0.05 / 2 = 97.5 %, every slice on its own at 95 %."""
    found = _measure(snap, {"rare": (40, 40, 20), "long": (40, 40, 38)})
    own, worst = _known(found["rare"]), _known(found["worst"])

    assert own.level == 0.95
    assert worst.level == pytest.approx(0.975)
    assert own.value == worst.value == 0.5
    # 40 probes and two added steps leave 41 degrees of freedom.
    assert (worst.high - worst.value) / (own.high - own.value) == pytest.approx(
        stats.t.ppf(1 - 0.025 / 2, 41) / stats.t.ppf(1 - 0.05 / 2, 41)
    )


def test_a_drop_beyond_chance_is_worse_than_a_larger_one_by_chance(snap: Snap) -> None:
    """3 of 10 right answers lost (30 %, by chance) stand behind 60 of 300 (20 %, beyond it)."""
    found = _measure(snap, {"few": (40, 10, 7), "many": (300, 300, 240)})

    assert _known(found["few"]).value == pytest.approx(0.3)
    assert _known(found["few"]).low < 0 < _known(found["many"]).low
    assert found["worst"].note == "the worst of 2: many"


def test_slices_under_40_count_within_the_whole_tail(snap: Snap) -> None:
    """39 lost of 39 are no candidate alone; with 4 of 40 they make the whole tail's 43 of 79."""
    found = _measure(snap, {"small": (39, 39, 0), "large": (40, 40, 36)})

    assert _known(found["small"]).value == 1.0
    assert found["worst"].note == "the worst of 2: all"
    assert _known(found["worst"]).value == pytest.approx(43 / 79)
    assert _known(found["worst"]).level == pytest.approx(0.975)


def test_without_a_large_slice_the_whole_tail_is_the_worst(snap: Snap) -> None:
    """Two slices of 30 make a tail of 60 that lost (6 + 12) of 60 = 30 %."""
    found = _measure(snap, {"a": (30, 30, 24), "b": (30, 30, 18)})

    assert _known(found["worst"]).value == pytest.approx(0.3)
    assert found["worst"].note == "the worst of 1: all"
    assert _known(found["worst"]) == _known(found["all"])


def test_a_slice_at_the_floor_is_passed_over(snap: Snap) -> None:
    """Of two large slices the base knows nothing of `hard`, so `easy` is the worst of 2."""
    found = _measure(snap, {"easy": (40, 40, 30), "hard": (40, 0, 0)})

    assert found["hard"].at_floor
    assert found["worst"].note == "the worst of 2: easy"


def test_a_tail_at_the_floor_has_nothing_to_lose(snap: Snap) -> None:
    """Where no candidate can lose anything, `worst` says why."""
    worst = _measure(snap, {"hard": (40, 0, 0)})["worst"]

    assert (worst.estimate, worst.at_floor) == (None, True)
    assert "scores 0.000 on these 40 probes" in worst.note


def test_likelihoods_of_the_tail_stand_for_themselves(snap: Snap) -> None:
    """Without large slices the whole tail is two wholes: the worst of 2, the likelihoods."""
    answered = Probe(id="a", prompt="q", reference="a", role="tail")
    read = [
        Probe(id=f"l{i}", prompt="q", reference="a", scorer="likelihood", role="tail")
        for i in range(4)
    ]
    base = snap({"a": 1.0, "l0": 0.4, "l1": 0.5, "l2": 0.6, "l3": 0.7})
    now = snap({"a": 1.0, "l0": 0.2, "l1": 0.25, "l2": 0.3, "l3": 0.35})

    found = _by_slice(tail([answered, *read], base, now))

    assert found["worst"].note == "the worst of 2: likelihood"
    assert _known(found["worst"]).value == pytest.approx(0.5)


def test_no_tail_probes_no_measurement(snap: Snap) -> None:
    """Nothing is said of a tail that nobody gave."""
    general = [Probe(id="g", prompt="q", reference="a", role="general")]

    assert list(tail(general, snap({"g": 1.0}), snap({"g": 1.0}))) == []


def test_the_worst_pays_for_the_choice(snap: Snap) -> None:
    """Its p-value counts once for each of the three slices that it was chosen from."""
    found = _measure(snap, {"rare": (40, 40, 30), "typos": (40, 40, 38), "long": (40, 40, 40)})
    gate = Gate(measurement="tail", slice="worst", limit=0.15)
    own = p_value(_known(found["rare"]))
    # A look allows 0.0475 / planned.
    too_many = Look(number=1, planned=round(0.0475 / (2.9 * own)))
    few_enough = Look(number=1, planned=round(0.0475 / (3.1 * own)))

    assert found["worst"].num_comparisons == 3
    for look, state in ((too_many, "suspect"), (few_enough, "breach")):
        (outcome,) = decide([found["worst"]], [gate], look).outcomes
        assert outcome.state == state
