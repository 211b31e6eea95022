"""Tests of the tail: which slice is the worst, at which level, and what small slices do."""

import math
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
R40 = range(40)
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
    """Drops of 4/40, 20/40 and 8/40: the worst is `rare` with 50 %, of the three and the whole."""
    sizes = {"long": (40, 40, 36), "rare": (40, 40, 20), "typos": (40, 40, 32)}

    found = _measure(snap, sizes)

    assert list(found) == ["all", "long", "rare", "typos", "worst"]
    assert _known(found["worst"]).value == pytest.approx(0.5)
    assert found["worst"].note == "the worst of 4: rare"
    assert _known(found["all"]).value == pytest.approx(32 / 120)


def test_the_choice_widens_the_interval(snap: Snap) -> None:
    """The worst of two slices and the whole is told at 1 - 0.05 / 3, every slice alone at 95 %."""
    found = _measure(snap, {"rare": (40, 40, 20), "long": (40, 40, 38)})
    own, worst = _known(found["rare"]), _known(found["worst"])

    assert own.level == 0.95
    assert worst.level == pytest.approx(1 - 0.05 / 3)
    assert own.value == worst.value == 0.5
    # 40 probes and two added steps leave 41 degrees of freedom.
    assert (worst.high - worst.value) / (own.high - own.value) == pytest.approx(
        stats.t.ppf(1 - 0.025 / 3, 41) / stats.t.ppf(1 - 0.05 / 2, 41)
    )


def test_a_drop_beyond_chance_is_worse_than_a_larger_one_by_chance(snap: Snap) -> None:
    """3 of 10 right answers lost (30 %) stand behind 60 of 300 (20 %): their own p is 0.081, and
    three slices are looked at, which makes 0.24.
    """
    # Of 40 differences 3 are 1: squares 3 * (1 - 0.075) = 2.775, and 2 for the steps.
    alone = stats.t.sf(0.075 / math.sqrt(4.775 / 41 / 42), 41)
    found = _measure(snap, {"few": (40, 10, 7), "many": (300, 300, 240), "same": (300, 300, 300)})

    assert _known(found["few"]).value == pytest.approx(0.3)
    assert p_value(_known(found["few"])) == pytest.approx(alone)
    assert alone == pytest.approx(0.081, abs=5e-4)
    assert found["worst"].note == "the worst of 4: many"


def test_where_no_slice_stands_out_the_whole_is_the_worst(snap: Snap) -> None:
    """4 of 30 lost (13.3 %, p = 0.043, of three slices 0.13) may be chance: the worst is the whole
    tail, 4 of 90, and the note still says where most was lost.
    """
    found = _measure(snap, {"a": (40, 30, 26), "b": (40, 30, 30), "c": (40, 30, 30)})

    assert _known(found["worst"]).value == pytest.approx(4 / 90)
    assert found["worst"].note == (
        "the worst of 4: all; no slice stands out, the largest drop is 13.3 % of a"
    )


def test_a_worst_slice_is_proven_only_where_every_slice_is(snap: Snap) -> None:
    """The whole of 600 is proven below 15 %, not so its slice of 40: 4 lost of 40 may be 25 %."""
    found = _measure(snap, {"rare": (40, 40, 36), "b": (280, 280, 260), "c": (280, 280, 260)})
    gate = Gate(measurement="tail", slice="worst", limit=0.15)
    half = stats.t.ppf(1 - 0.025 / 4, 41) * math.sqrt((40 * 0.1 * 0.9 + 2) / 41 / 42)

    assert found["worst"].note.startswith("the worst of 4: all; no slice stands out")
    assert _known(found["all"]).high < 0.15
    assert _known(found["worst"]).high == pytest.approx(0.1 + half)
    (outcome,) = decide([found["worst"]], [gate], Look(number=1, planned=1)).outcomes
    assert outcome.state == "within"


def test_one_slice_is_the_whole_tail(snap: Snap) -> None:
    """A slice that holds all of the tail's probes is not counted once more."""
    found = _measure(snap, {"rare": (60, 60, 45)})

    assert (found["worst"].note, found["worst"].num_comparisons) == ("", 1)
    assert found["worst"].worst_slice == "rare"
    assert _known(found["worst"]) == _known(found["all"])


def test_a_slice_that_could_not_be_scored_is_missing(snap: Snap) -> None:
    """40 of 480 probes without a score are few of the whole, and all of `lost`: undecided."""
    sizes = {"lost": (40, 40, 40), "b": (220, 200, 200), "c": (220, 200, 200)}
    base = snap({probe.id: 1.0 for probe in _probes(sizes)})
    now = snap({p.id: None if "lost" in p.slices else 1.0 for p in _probes(sizes)})
    gate = Gate(measurement="tail", slice="worst", limit=0.15)

    worst = _by_slice(tail(_probes(sizes), base, now))["worst"]
    verdict = decide([worst], [gate], Look(number=1, planned=1))

    assert (worst.estimate, worst.num_unscored) == (None, 40)
    assert verdict.passed is None
    assert verdict.outcomes[0].state == "missing"


def test_an_unscored_slice_hides_no_slice_that_stands_out(snap: Snap) -> None:
    """One slice has no score, the other lost 20 of 40: that is what is decided on."""
    sizes = {"lost": (40, 40, 40), "rare": (40, 40, 20), "kept": (400, 400, 400)}
    base = snap({probe.id: 1.0 for probe in _probes(sizes)})
    scores: dict[str, float | None] = {f"rare{i}": float(i < 20) for i in range(40)}
    scores |= {f"kept{i}": 1.0 for i in range(400)} | {f"lost{i}": None for i in range(40)}

    worst = _by_slice(tail(_probes(sizes), base, snap(scores)))["worst"]

    assert worst.note == "the worst of 4: rare"
    assert _known(worst).value == pytest.approx(0.5)


def test_slices_under_40_count_within_the_whole_tail(snap: Snap) -> None:
    """39 lost of 39 are no candidate alone; with 4 of 40 they make the whole tail's 43 of 79."""
    found = _measure(snap, {"small": (39, 39, 0), "large": (40, 40, 36)})

    assert _known(found["small"]).value == 1.0
    assert found["worst"].note.startswith("the worst of 2: all;")
    assert _known(found["worst"]).value == pytest.approx(43 / 79)
    assert _known(found["worst"]).level == pytest.approx(0.975)


def test_without_a_large_slice_the_whole_tail_is_the_worst(snap: Snap) -> None:
    """Two slices of 30 make a tail of 60 that lost (6 + 12) of 60 = 30 %."""
    found = _measure(snap, {"a": (30, 30, 24), "b": (30, 30, 18)})

    assert _known(found["worst"]).value == pytest.approx(0.3)
    assert found["worst"].note == "the whole tail, no slice of which has 40 probes"
    assert _known(found["worst"]) == _known(found["all"])


def test_a_slice_at_the_floor_is_passed_over(snap: Snap) -> None:
    """Of three large slices the base knows nothing of `hard`; `easy` lost most of the others."""
    found = _measure(snap, {"easy": (40, 40, 30), "hard": (40, 0, 0), "kept": (40, 40, 40)})

    assert found["hard"].at_floor
    assert found["worst"].note == "the worst of 4: easy"


def test_a_whole_at_the_floor_leaves_the_slice_that_is_not(snap: Snap) -> None:
    """Guessing at 160 four-choice questions, 24 right of 40 expected, hides 18 of 40 known answers:
    the whole is (18 - 16) of 200 above chance, the slice of free answers stands in for it.
    """
    probes = [
        *(Probe(id=f"f{i}", prompt="q", reference="a", slices=("free",), role="tail") for i in R40),
        *(
            Probe(
                id=f"m{i}",
                prompt="q",
                reference="a",
                choices=("a", "b", "c", "d"),
                slices=("choice",),
                role="tail",
            )
            for i in range(160)
        ),
    ]
    before = {f"f{i}": float(i < 18) for i in R40} | {f"m{i}": float(i < 24) for i in range(160)}
    after = before | {f"f{i}": float(i < 9) for i in R40}

    found = _by_slice(tail(probes, snap(before), snap(after)))

    assert found["all"].at_floor
    assert found["worst"].note == "the worst of 3: free"
    assert _known(found["worst"]).value == pytest.approx(0.5)


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


def test_a_few_likelihoods_beside_many_answers_have_to_stand_out(snap: Snap) -> None:
    """Two likelihoods, of which one halved, say nothing beside 50 answers that lost one."""
    answered = [Probe(id=f"a{i}", prompt="q", reference="a", role="tail") for i in range(50)]
    read = [
        Probe(id=f"l{i}", prompt="q", reference="a", scorer="likelihood", role="tail")
        for i in range(2)
    ]
    right = {f"a{i}": 1.0 for i in range(50)}
    base = snap(right | {"l0": 0.4, "l1": 0.4})
    now = snap(right | {"a0": 0.0, "l0": 0.2, "l1": 0.4})

    found = _by_slice(tail([*answered, *read], base, now))

    assert _known(found["likelihood"]).value == pytest.approx(0.25)
    assert found["worst"].note == (
        "the worst of 2: all; no slice stands out, the largest drop is 25.0 % of likelihood"
    )
    assert _known(found["worst"]).value == pytest.approx(0.02)


def test_no_tail_probes_no_measurement(snap: Snap) -> None:
    """Nothing is said of a tail that nobody gave."""
    general = [Probe(id="g", prompt="q", reference="a", role="general")]

    assert list(tail(general, snap({"g": 1.0}), snap({"g": 1.0}))) == []


def test_the_worst_pays_for_the_choice(snap: Snap) -> None:
    """Its p-value counts once for the whole and for each of the three slices."""
    found = _measure(snap, {"rare": (40, 40, 30), "typos": (40, 40, 38), "long": (40, 40, 40)})
    gate = Gate(measurement="tail", slice="worst", limit=0.15)
    own = p_value(_known(found["rare"]))
    # A look allows 0.0475 / planned.
    too_many = Look(number=1, planned=round(0.0475 / (3.9 * own)))
    few_enough = Look(number=1, planned=round(0.0475 / (4.1 * own)))

    assert found["worst"].num_comparisons == 4
    for look, state in ((too_many, "suspect"), (few_enough, "breach")):
        (outcome,) = decide([found["worst"]], [gate], look).outcomes
        assert outcome.state == state
