"""Tests of the sentences: each state's words with every number in them."""

from dataclasses import replace
from typing import Any

import pytest

from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import Estimate
from ftguard.verdict.gate import Gate, State
from ftguard.verdict.sentences import explain


def _estimate(value: float, low: float, high: float, n: int = 200) -> Estimate:
    return Estimate(
        value=value, low=low, high=high, level=0.95, n=n, stderr=(high - low) / 3.92, dof=1000
    )


def _measured(estimate: Estimate | None, name: str = "forgetting", **more: Any) -> Measurement:
    return Measurement(name=name, slice="all", estimate=estimate, **more)


def _sentence(measurement: Measurement, limit: float, state: State) -> str:
    gate = Gate(measurement=measurement.name, slice=measurement.slice, limit=limit)
    return explain(gate, measurement, state)


def test_a_suspicion_says_what_a_breach_takes() -> None:
    """A p of 0.035 is 1 in 29; where 0.001 is asked for, that is told too, as 1 in 1,000."""
    suspect = _measured(_estimate(0.125, -0.01, 0.26))
    gate = Gate(measurement="forgetting", limit=0.10)
    assert explain(gate, suspect, "suspect", 0.001).endswith(
        "but not beyond chance (1 in 29 by chance, a breach takes 1 in 1,000)."
    )
    assert explain(gate, suspect, "suspect", 0.5).endswith("(1 in 29 by chance).")


@pytest.mark.parametrize(
    ("measurement", "limit", "state", "sentence"),
    [
        (
            _measured(_estimate(0.125, 0.01, 0.24)),
            0.10,
            "breach",
            (
                "forgetting/all: a drop of 12.5 % (1.0 to 24.0 %, n=200) is beyond the limit of "
                "10 % and beyond chance (1 in 60 by chance)."
            ),
        ),
        (
            _measured(_estimate(0.125, -0.01, 0.26)),
            0.105,
            "suspect",
            (
                "forgetting/all: a drop of 12.5 % (-1.0 to 26.0 %, n=200) is beyond the limit of "
                "10.5 % but not beyond chance (1 in 29 by chance)."
            ),
        ),
        (
            _measured(_estimate(0.02, -0.03, 0.07)),
            0.10,
            "clear",
            (
                "forgetting/all: a drop of 2.0 % (-3.0 to 7.0 %, n=200) is within the limit of "
                "10 %, proven."
            ),
        ),
        (
            # The half-width 0.5 must shrink to the distance 0.25: 200 * (0.5 / 0.25)^2 = 800.
            _measured(_estimate(0.25, -0.25, 0.75)),
            0.5,
            "within",
            (
                "forgetting/all: a drop of 25.0 % (-25.0 to 75.0 %, n=200) is within the limit of "
                "50 %, not proven (about 800 such probes would prove it)."
            ),
        ),
        (
            _measured(_estimate(0.5, 0.25, 0.75)),
            0.5,
            "within",
            (
                "forgetting/all: a drop of 50.0 % (25.0 to 75.0 %, n=200) is within the limit of "
                "50 %, not proven."
            ),
        ),
        (
            _measured(_estimate(0.062, 0.01, 0.114), "calibration", unit="points"),
            0.05,
            "breach",
            (
                "calibration/all: a rise of +0.062 (+0.010 to +0.114, n=200) is beyond the limit "
                "of +0.050 and beyond chance (1 in 100 by chance)."
            ),
        ),
        (
            _measured(_estimate(0.02, -0.02, 0.06), "target", unit="points", higher_is_better=True),
            0.05,
            "suspect",
            (
                "target/all: a gain of +0.020 (-0.020 to +0.060, n=200) is beyond the limit of "
                "+0.050 but not beyond chance (1 in 14 by chance)."
            ),
        ),
    ],
)
def test_a_sentence_holds_its_numbers(
    measurement: Measurement, limit: float, state: State, sentence: str
) -> None:
    """The value, its interval, n, limit and p: 0.125 is 2.13 errors of 0.23 / 3.92 above 0."""
    assert _sentence(measurement, limit, state) == sentence


def test_a_drop_from_a_small_base_is_told_in_points() -> None:
    """0.019 to 0.999 is a drop of -51.58 times what the base had, give or take 1: in points 0.98
    give or take 0.019. 0.030 to 0.010 is beyond the limit, and the noise of 2.0 is 0.06 points.
    """
    gained = _measured(_estimate(-0.98 / 0.019, -0.999 / 0.019, -0.961 / 0.019))
    lost = _measured(_estimate(0.02 / 0.03, 0.01 / 0.03, 0.03 / 0.03), noise=2.0)

    assert _sentence(replace(gained, base=0.019, now=0.999), 0.10, "clear") == (
        "forgetting/all: from 0.019 to 0.999, a change of +0.980 (+0.961 to +0.999, n=200) is "
        "within the limit of 10 %, proven."
    )
    assert _sentence(replace(lost, base=0.03, now=0.01), 0.10, "suspect") == (
        "forgetting/all: from 0.030 to 0.010, a change of -0.020 (-0.030 to -0.010, n=200) is "
        "beyond the limit of 10 % but not beyond chance (the base differs from itself by +0.060 "
        "when asked twice)."
    )


@pytest.mark.parametrize(("half", "words"), [(0.5, " (about 5000 such"), (0.51, ".")])
def test_no_sentence_asks_for_more_probes_than_anybody_would(half: float, words: str) -> None:
    """The half-width 0.5 must shrink to the distance 0.1: 200 * 25 = 5000; from 0.51 it is 5202."""
    sentence = _sentence(_measured(_estimate(0.0, -half, half)), 0.1, "within")

    assert f"is within the limit of 10 %, not proven{words}" in sentence


def test_noise_is_named_in_place_of_chance() -> None:
    """A drop of 12 % where the base is off itself by 13 % is explained by that, not by p."""
    drop = _measured(_estimate(0.12, 0.10, 0.14), noise=0.13)

    assert _sentence(drop, 0.10, "suspect") == (
        "forgetting/all: a drop of 12.0 % (10.0 to 14.0 %, n=200) is beyond the limit of 10 % but "
        "not beyond chance (the base differs from itself by 13.0 % when asked twice)."
    )


def test_the_worst_slice_is_named() -> None:
    """Whoever reads the sentence of `tail/worst` learns which slice it is."""
    worst = replace(
        _measured(_estimate(0.20, 0.10, 0.30)), name="tail", slice="worst", note="the worst of 3: b"
    )
    gate = Gate(measurement="tail", slice="worst", limit=0.25)

    assert explain(gate, worst, "within").endswith("prove it); the worst of 3: b.")


def test_a_base_at_the_floor_is_explained_by_its_note() -> None:
    """The sentence says which probes would do."""
    note = "the base scores 0.010 on these 199 probes: choose probes that it can answer"
    floor = _measured(None, at_floor=True, num_scored=199, num_unscored=1, note=note)

    assert _sentence(floor, 0.10, "nothing to lose") == f"forgetting/all: {note}."


@pytest.mark.parametrize(
    ("num_unscored", "note", "reason"),
    [
        (
            3,
            "asking failed: OutOfMemoryError: 12 GiB",
            "3 probes were unscored; asking failed: OutOfMemoryError: 12 GiB",
        ),
        (20, "", "20 probes were unscored"),
        (0, "", "it was not measured"),
    ],
)
def test_what_is_missing_tells_why(num_unscored: int, note: str, reason: str) -> None:
    """How many probes were unscored and what is noted; with neither, that nothing measured it."""
    failed = _measured(None, note=note, num_unscored=num_unscored)

    assert _sentence(failed, 0.10, "missing") == (f"forgetting/all: not enough evidence, {reason}.")


def test_a_limit_right_beside_the_change_needs_more_probes_than_can_be_named() -> None:
    """The least limit there is, against no change at all: no number of probes, and no error."""
    sentence = _sentence(_measured(_estimate(0.0, -0.05, 0.05)), 5e-324, "within")

    assert sentence.endswith("not proven.")


def test_too_wide_by_another_slices_curve_names_it_its_probes_and_how_many_would_do() -> None:
    """0.7 wide against 2 * 0.15 is 7/3 too wide: of 9 probes 49 are needed."""
    found = Measurement(
        name="tail", slice="worst", estimate=_estimate(0.1, -0.1, 0.3, n=71), worst_slice="refunds"
    )
    gate = Gate(measurement="tail", slice="worst", limit=0.15)
    curve = _estimate(0.05, -0.3, 0.4, n=9)
    assert explain(gate, found, "too wide", curve=curve, of="billing") == (
        "tail/worst: a drop of 10.0 % (-10.0 to 30.0 %, n=71), by the run's curve of billing 5.0 % "
        "(-30.0 to 40.0 %, n=9), is too uncertain to hold against the limit of 15 % (about 49 such "
        "probes would decide it)."
    )
