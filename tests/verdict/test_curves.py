"""Tests of what the curve of a run says of each gate: which looks count, and a tail's worst."""

from dataclasses import replace

import numpy as np
import pytest

from ftguard.measures.measurement import Measurement
from ftguard.measures.paired import Paired, measure_drop
from ftguard.stats.estimates import Array, Estimate
from ftguard.verdict.curves import Measured, read_gain, read_gate
from ftguard.verdict.gate import Gate

FORGETTING = Gate(measurement="forgetting", limit=0.10)
TAIL = Gate(measurement="tail", slice="worst", limit=0.15)
LOOKS = 6


def _drop(name: str, slice: str, lost: int, n: int) -> Measurement:
    """Of n right answers some are lost; of 20 wrong ones a few turn right, and are made up for."""
    base, now = np.repeat([1.0, 0.0], [n, 20]), np.repeat([0.0, 1.0, 0.0], [lost + 4, n - lost, 16])
    pairs = Paired(
        base=base, now=now, chance=np.zeros(n + 20), num_unscored=0, discrete=True, clusters=None
    )
    return measure_drop(name, slice, pairs)


def _run(*looks: list[Measurement]) -> list[Measured]:
    return [Measured.at((i + 1) / LOOKS, measurements) for i, measurements in enumerate(looks)]


def _tail(worse: int, looks: int = LOOKS) -> list[Measured]:
    """Three slices of 60: two lose 2 answers, the third `worse`."""
    lost = {"a": 2, "b": 2, "c": worse}
    whole = _drop("tail", "all", sum(lost.values()), 180)
    slices = [_drop("tail", name, number, 60) for name, number in lost.items()]
    return _run(*[[whole, *slices]] * looks)


def test_one_look_is_no_curve() -> None:
    """A single point says nothing beyond itself; two make a curve of both."""
    looks = _run(*[[_drop("forgetting", "all", lost, 200)] for lost in (4, 8)])

    assert read_gate(FORGETTING, looks[:1]) == {}
    assert set(read_gate(FORGETTING, looks)) == {0, 1}


def test_looks_without_an_estimate_are_passed_over() -> None:
    """One that failed in the middle has no reading; those around it keep theirs."""
    looks = [[_drop("forgetting", "all", lost, 200)] for lost in (4, 8, 12)]
    looks[1] = [replace(looks[1][0], estimate=None)]

    assert set(read_gate(FORGETTING, _run(*looks))) == {0, 2}


def test_what_does_not_say_how_its_probes_pull_has_no_curve() -> None:
    """As a measure of a user's own, whose looks may be correlated in any way."""
    looks = [[replace(_drop("forgetting", "all", lost, 200), influence=())] for lost in (4, 8)]

    assert read_gate(FORGETTING, _run(*looks)) == {}


def test_looks_at_other_probes_are_no_points_of_one_curve() -> None:
    """Of looks at 200, 200, 80 and 80 answers only the last two count."""
    looks = [[_drop("forgetting", "all", 4, n)] for n in (200, 200, 80, 80)]

    assert set(read_gate(FORGETTING, _run(*looks))) == {2, 3}


def test_a_gain_is_read_as_it_is_and_a_gate_on_it_as_a_loss() -> None:
    """0.3 gained at every look after the first: about 0.3 as gain, about -0.3 as what is bad."""
    looks = []
    for gain in (0.28, 0.30, 0.30, 0.30, 0.30, 0.30):
        deviations: Array = np.repeat(
            [1 - gain, -gain], [round(100 * gain), 100 - round(100 * gain)]
        )
        estimate = Estimate(
            value=gain, low=gain - 0.1, high=gain + 0.1, level=0.95, n=100, stderr=0.05, dof=99
        )
        looks.append(
            [
                Measurement(
                    name="target",
                    slice="all",
                    estimate=estimate,
                    higher_is_better=True,
                    unit="points",
                    influence=tuple(deviations / 100),
                )
            ]
        )
    run = _run(*looks)
    bad = read_gate(Gate(measurement="target", limit=0.05), run)

    assert read_gain("all", run)[5] == pytest.approx(0.3, abs=0.05)
    assert bad[5].estimate.value == -read_gain("all", run)[5]


def test_slices_that_differ_by_chance_are_read_as_the_whole() -> None:
    """Of 60 answers 2, 2 and 5 lost (3, 3 and 8 %) at six looks: none is read far from 5 %."""
    reading = read_gate(TAIL, _tail(worse=5))[5]
    whole = read_gate(replace(TAIL, slice="all"), _tail(worse=5))[5]

    assert reading.estimate.value - whole.estimate.value < 0.02


def test_a_slice_that_stands_out_is_the_worst() -> None:
    """One that lost 30 of 60 beside two that lost 2 is named, and read near its own 50 %."""
    reading = read_gate(TAIL, _tail(worse=30))[5]

    assert reading.slice == "c"
    assert reading.estimate.value == pytest.approx(0.5, abs=0.1)
    assert reading.excess > 0.25


def test_a_tail_without_slices_is_its_whole() -> None:
    """And what is nearly the whole (one slice of all its probes) adds nothing."""
    alone = _run(*[[_drop("tail", "all", 6, 180)]] * 3)
    same = _run(*[[_drop("tail", "all", 6, 180), _drop("tail", "a", 6, 180)]] * 3)

    assert read_gate(TAIL, alone) == read_gate(TAIL, same)
    assert read_gate(TAIL, alone)[2].slice == "all"


def test_answers_and_likelihoods_are_read_apart() -> None:
    """The whole of likelihoods lost 25 %, that of answers 3 %: the worst is `likelihood`."""
    looks = [[_drop("tail", "all", 6, 180), _drop("tail", "likelihood", 45, 180)]] * 4

    assert read_gate(TAIL, _run(*looks))[3].slice == "likelihood"


def test_likelihoods_that_did_not_move_at_all_are_no_loss() -> None:
    """An unchanged model reads its texts to the last bit alike: no error, no loss, no warning."""
    same = np.linspace(0.2, 0.9, 20)
    pairs = Paired(
        base=same, now=same, chance=np.zeros(20), num_unscored=0, discrete=False, clusters=None
    )
    run = _run(*[[measure_drop("forgetting", "all", pairs)]] * 3)
    reading = read_gate(FORGETTING, run)[2]

    assert reading.estimate.value == pytest.approx(0.0, abs=1e-6)
    assert reading.p_within > 0.999


def test_a_change_of_many_times_the_base_has_no_curve() -> None:
    """From 0.06 to 1.00 is a drop of -1567 %, which speaks of the base alone."""
    base, now = np.repeat([1.0, 0.0], [6, 94]), np.ones(100)
    pairs = Paired(
        base=base, now=now, chance=np.zeros(100), num_unscored=0, discrete=True, clusters=None
    )
    run = _run(*[[measure_drop("forgetting", "all", pairs)]] * 3)

    assert read_gate(FORGETTING, run) == {}


def test_a_look_and_its_neighbours_speak_together() -> None:
    """Of 200 right answers 40, 26 and 40 lost: the luckiest has p of its own and of all three."""
    run = _run(*[[_drop("forgetting", "all", lost, 200)] for lost in (40, 26, 40)])
    alone = _run(*[[_drop("forgetting", "all", lost, 200)] for lost in (4, 26, 4)])

    assert read_gate(FORGETTING, run)[1].p_within < 0.01 < read_gate(FORGETTING, alone)[1].p_within


def test_a_slice_that_is_measured_once_is_no_hindrance() -> None:
    """One that could be scored at the second of three looks only: the others have readings."""
    whole, slice_a = _drop("tail", "all", 6, 180), _drop("tail", "a", 2, 60)
    once = _drop("tail", "b", 30, 60)
    run = _run([whole, slice_a], [whole, slice_a, once], [whole, slice_a])
    found = read_gate(TAIL, run)

    assert set(found) == {0, 1, 2}
    assert found[1].p_within < 0.01
    assert found[0].p_within > 0.5


def test_where_no_look_is_within_the_limit_no_curve_clears_one() -> None:
    """Of 60 answers 10 lost at every look (17 %), against 10 %.

    By itself that is little evidence, and a curve from 0 reads it as a lucky base; but where one
    look of the six is within the limit, the others are read as noise again.
    """
    always = _run(*[[_drop("forgetting", "all", 10, 60)]] * 6)
    once = _run(*[[_drop("forgetting", "all", lost, 60)] for lost in (4, 10, 10, 10, 10, 10)])

    assert {reading.p_within for reading in read_gate(FORGETTING, always).values()} == {0.0}
    assert read_gate(FORGETTING, once)[1].p_within > 0


def test_a_slice_beyond_the_limit_at_every_look_is_no_luck_of_one_among_several() -> None:
    """14 of 60 lost (23 %) at six looks: as doubtful as the mean of them is, not 1.5 times so."""
    beside, found = _tail(worse=14), read_gate(TAIL, _tail(worse=14))[3]
    at_first = [*_tail(worse=4, looks=1), *beside[1:]]

    assert found.slice == "c"
    assert found.p_within < read_gate(TAIL, at_first)[3].p_within
