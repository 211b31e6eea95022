"""Tests of deciding: each state by hand in both directions, and the verdict over all gates."""

from dataclasses import replace
from typing import Any

import pytest

from ftguard.errors import InputError
from ftguard.measures.measurement import Measurement
from ftguard.stats.alpha_spending import Look
from ftguard.stats.estimates import Estimate
from ftguard.verdict.curves import Reading
from ftguard.verdict.defaults import DEFAULT_GATES, applicable
from ftguard.verdict.gate import Gate, State
from ftguard.verdict.gates import Verdict, decide

LOOK = Look(number=1, planned=2)
"""It allows p = 0.05 * 0.95 / 2 = 0.02375, where an interval of 95 % just leaves out 0."""


def _estimate(value: float, low: float, high: float, n: int = 200) -> Estimate:
    return Estimate(
        value=value, low=low, high=high, level=0.95, n=n, stderr=(high - low) / 3.92, dof=1000
    )


def _measured(estimate: Estimate | None, name: str = "forgetting", **more: Any) -> Measurement:
    return Measurement(name=name, slice="all", estimate=estimate, **more)


def _state(measurement: Measurement, limit: float) -> State:
    gate = Gate(measurement=measurement.name, slice=measurement.slice, limit=limit)
    (outcome,) = decide([measurement], [gate], LOOK).outcomes
    return outcome.state


@pytest.mark.parametrize(
    ("value", "low", "high", "state"),
    [
        (0.02, -0.03, 0.08, "clear"),
        (-0.20, -0.30, -0.10, "clear"),
        (0.04, -0.02, 0.10, "clear"),
        (0.05, -0.01, 0.11, "within"),
        (0.10, 0.02, 0.18, "within"),
        (0.12, 0.01, 0.23, "breach"),
        (0.50, 0.40, 0.60, "breach"),
        (0.12, -0.01, 0.25, "suspect"),
        (0.12, 0.00, 0.24, "suspect"),
    ],
)
def test_a_loss_against_a_limit_of_10_percent(
    value: float, low: float, high: float, state: State
) -> None:
    """The interval's bad end proves, the estimate decides, the good end tells chance."""
    assert _state(_measured(_estimate(value, low, high)), 0.10) == state


@pytest.mark.parametrize(
    ("limit", "value", "low", "high", "state"),
    [
        (0.0, 0.10, 0.02, 0.18, "clear"),
        (0.0, 0.03, -0.02, 0.08, "within"),
        (0.0, -0.03, -0.08, 0.02, "suspect"),
        (0.0, -0.05, -0.08, -0.02, "breach"),
        (0.05, 0.10, 0.06, 0.14, "clear"),
        (0.05, 0.06, 0.01, 0.11, "within"),
        (0.05, 0.02, -0.02, 0.06, "suspect"),
        (0.05, 0.02, 0.01, 0.03, "breach"),
        (-0.02, -0.01, -0.015, 0.00, "clear"),
        (-0.02, -0.01, -0.03, 0.01, "within"),
        (-0.02, -0.05, -0.11, 0.01, "suspect"),
        (-0.02, -0.05, -0.08, -0.02, "breach"),
    ],
)
def test_a_gain_against_the_least_that_is_acceptable(
    limit: float, value: float, low: float, high: float, state: State
) -> None:
    """For gains everything is mirrored; a required gain is missed once the interval is below it."""
    gain = _measured(_estimate(value, low, high), "target", higher_is_better=True, unit="points")

    assert _state(gain, limit) == state


@pytest.mark.parametrize("higher_is_better", [False, True])
def test_few_unscored_probes_do_not_hinder_a_decision(higher_is_better: bool) -> None:
    """20 of 200 are 10 % and still enough evidence, 21 of 201 are not."""
    good = _estimate(0.0, -0.01, 0.01, n=180)

    assert (
        _state(_measured(good, higher_is_better=higher_is_better, num_unscored=20), 0.10)
        != "missing"
    )
    assert (
        _state(_measured(good, higher_is_better=higher_is_better, num_unscored=21), 0.10)
        == "missing"
    )


def test_a_breach_on_too_little_evidence_is_missing() -> None:
    """Beyond any doubt on 10 probes, while 90 could not be scored."""
    assert _state(_measured(_estimate(0.9, 0.8, 1.0, n=10), num_unscored=90), 0.10) == "missing"


def test_a_base_at_the_floor_has_nothing_to_lose() -> None:
    """A few unscored probes do not change that."""
    floor = _measured(None, at_floor=True, num_scored=199, num_unscored=1)

    assert _state(floor, 0.10) == "nothing to lose"


def test_a_floor_seen_on_too_few_probes_is_missing() -> None:
    """With half of the probes unscored nobody knows whether the base is at the floor."""
    floor = _measured(None, at_floor=True, num_scored=20, num_unscored=20)

    assert _state(floor, 0.10) == "missing"


def test_what_failed_is_missing() -> None:
    """Neither a measurement without an estimate nor one that is not there is any evidence."""
    assert _state(_measured(None, note="asking failed", num_unscored=3), 0.10) == "missing"
    (absent,) = decide([], [Gate(measurement="forgetting", limit=0.1)], LOOK).outcomes
    assert absent.state == "missing"
    assert absent.explanation.endswith("it was not measured at this checkpoint.")


def test_a_finding_is_explained_with_the_p_that_its_look_allows() -> None:
    """How rare each is by chance is told in words; the record holds p, and the level of this look
    where that found it.
    """
    found = [_measured(_estimate(0.125, low, 0.25 - low)) for low in (0.01, -0.01)]
    gate = Gate(measurement="forgetting", limit=0.10)
    breach, suspect = (decide([drop], [gate], LOOK).outcomes[0] for drop in found)

    assert breach.explanation.endswith("and beyond chance (1 in 60 by chance).")
    assert suspect.explanation.endswith("but not beyond chance (1 in 29 by chance).")
    assert (breach.p, breach.allowed) == (pytest.approx(0.0167, abs=1e-4), LOOK.level)
    assert (suspect.p, suspect.allowed) == (pytest.approx(0.0349, abs=1e-4), None)


def _verdict(*states: State) -> Verdict:
    """A verdict over one gate for each state."""
    found: dict[State, Measurement] = {
        "clear": _measured(_estimate(0.0, -0.05, 0.05)),
        "within": _measured(_estimate(0.05, -0.05, 0.15)),
        "breach": _measured(_estimate(0.20, 0.10, 0.30)),
        "suspect": _measured(_estimate(0.20, -0.10, 0.50)),
        "nothing to lose": _measured(None, at_floor=True, num_scored=9),
        "missing": _measured(None),
    }
    names = [f"m{index}" for index in range(len(states))]
    measurements = [
        Measurement(
            name=name,
            slice="all",
            estimate=found[state].estimate,
            at_floor=found[state].at_floor,
            num_scored=found[state].num_scored,
        )
        for name, state in zip(names, states, strict=True)
    ]
    verdict = decide(measurements, [Gate(measurement=name, limit=0.10) for name in names], LOOK)
    assert tuple(outcome.state for outcome in verdict.outcomes) == states
    return verdict


@pytest.mark.parametrize(
    ("states", "passed", "proven"),
    [
        (("clear",), True, True),
        (("clear", "clear"), True, True),
        (("clear", "within"), True, False),
        (("clear", "nothing to lose"), True, False),
        (("nothing to lose",), None, False),
        (("nothing to lose", "nothing to lose"), None, False),
        (("within", "nothing to lose"), True, False),
        (("clear", "suspect"), None, False),
        (("clear", "missing"), None, False),
        (("breach",), False, False),
        (("clear", "breach"), False, False),
        (("missing", "breach", "suspect"), False, False),
    ],
)
def test_one_breach_fails_and_doubt_is_undecided(
    states: tuple[State, ...], *, passed: bool | None, proven: bool
) -> None:
    """False with any breach, None with any suspect or missing or where nothing could be lost at
    all, else True; proven: all clear.
    """
    verdict = _verdict(*states)

    assert (verdict.passed, verdict.proven) == (passed, proven)


def test_the_default_gates_are_those_of_the_source() -> None:
    """General 10 % (advice from 8 %), tail 15 %, calibration 0.05 on both splits."""
    assert {gate.key: (gate.limit, gate.advise_at) for gate in DEFAULT_GATES} == {
        "forgetting/all": (0.10, 0.08),
        "tail/worst": (0.15, None),
        "calibration/target": (0.05, None),
        "calibration/general": (0.05, None),
    }


def _pair(room: float, n: int, *, floor: bool = False) -> list[Measurement]:
    """Forgetting on `n` probes of which the base answers a share, and its own answers."""
    whole = None if floor else _estimate(0, -1, 1, n)
    return [
        _measured(whole, base=room, num_scored=n, at_floor=floor),
        _measured(_estimate(0, -0.1, 0.1, n), "own_answers", base=0.5, discrete=False),
    ]


@pytest.mark.parametrize(
    ("measured", "keys"),
    [
        (_pair(0.7, 200), ["forgetting/all"]),
        (_pair(0.15, 150), ["forgetting/all", "own_answers/all"]),
        (_pair(0.01, 200, floor=True), ["own_answers/all"]),
        (_pair(0.01, 200, floor=True)[:1], ["forgetting/all"]),
    ],
)
def test_own_answers_stand_in_where_forgetting_could_not_be_seen(
    measured: list[Measurement], keys: list[str]
) -> None:
    """Of a base at 0.7 on 200 probes a drop of 30 % is found: 2.24 * 0.045 + 0.84 * 0.045 = 0.14 of
    0.7. At 0.15 on 150 it takes 0.75: its own answers join in; at the floor they take the place.
    """
    assert [gate.key for gate in applicable(None, measured)] == keys


def test_forgetting_with_nothing_to_measure_is_no_pass() -> None:
    """It is undecided, whatever the other gates say; with its own answers held it may pass."""
    floor, own = _pair(0.01, 200, floor=True)
    tail = _measured(_estimate(0, -0.05, 0.05), "tail")
    gates = [Gate(measurement=m.name, limit=0.15) for m in (floor, own, tail)]

    assert decide([floor, tail], [gates[0], gates[2]], LOOK).passed is None
    assert decide([own, tail], gates[1:], LOOK).passed is True


def test_default_gates_apply_where_something_measures() -> None:
    """Only forgetting is measured, so only its gate is there."""
    measured = [_measured(_estimate(0, -1, 1)), _measured(_estimate(0, -1, 1), "target")]

    assert applicable(None, measured) == (DEFAULT_GATES[0],)
    assert applicable(None, []) == ()
    assert applicable((), measured) == ()


def test_a_gate_on_nothing_is_refused() -> None:
    """The message names the gate and what is measured."""
    gate = Gate(measurement="tail", slice="worst", limit=0.1)

    with pytest.raises(InputError, match=r"`tail/worst`.*\['forgetting/all', 'target/all'\]"):
        applicable([gate], [_measured(None, "target"), _measured(None)])


def test_given_gates_are_taken_as_they_are() -> None:
    """Their order and limits are the user's."""
    gates = [Gate(measurement="target", limit=0.0), Gate(measurement="forgetting", limit=0.02)]

    assert applicable(gates, [_measured(None), _measured(None, "target")]) == tuple(gates)


def test_chance_is_told_apart_at_the_level_of_the_look() -> None:
    """P = 0.0023 is a breach at the only look (0.0475), not at the tenth of 50 (0.00095)."""
    drop = _measured(_estimate(0.20, 0.0617, 0.3383))
    gate = Gate(measurement="forgetting", limit=0.10)

    for planned, state in ((1, "breach"), (50, "suspect")):
        verdict = decide([drop], [gate], Look(number=10 if planned > 1 else 1, planned=planned))
        assert verdict.outcomes[0].state == state


def test_several_gates_share_the_level_step_by_step() -> None:
    """Holm: p = 0.0100 would need 0.02375 / 2; with a surer breach beside it 0.02375 is enough.

    2.33 errors are p = 0.0100, 2.0 are p = 0.0229: the second is told only after the first.
    """
    names = ("a", "b")
    first, second = _estimate(0.233, 0.037, 0.429), _estimate(0.20, 0.004, 0.396)

    def states(*estimates: Estimate) -> list[State]:
        found = [_measured(e, name) for e, name in zip(estimates, names, strict=True)]
        verdict = decide(found, [Gate(measurement=name, limit=0.1) for name in names], LOOK)
        return [outcome.state for outcome in verdict.outcomes]

    assert states(first, second) == ["breach", "breach"]
    assert states(second, second) == ["suspect", "suspect"]


def test_no_verdict_claims_less_than_the_noise_floor() -> None:
    """A drop of 12 % beyond chance is suspect where the base is off itself by 13 %, and unproven
    where it is off by more than the limit, however narrow the interval.
    """
    drop = _estimate(0.12, 0.10, 0.14)

    assert _state(_measured(drop, noise=0.11), 0.10) == "breach"
    assert _state(_measured(drop, noise=0.13), 0.10) == "suspect"
    assert _state(_measured(_estimate(0.0, -0.01, 0.01), noise=0.13), 0.10) == "within"


def test_a_breach_is_judged_by_its_own_change() -> None:
    """25 % lost, found beyond chance, is 25 % for the remedies too, though the curve says 5 %."""
    found = Estimate(value=0.25, low=0.2, high=0.3, level=0.95, n=200, stderr=0.025, dof=200)
    by_curve = replace(found, value=0.05, low=0.0, high=0.1)
    measurement = Measurement(name="forgetting", slice="all", estimate=found)
    gate = Gate(measurement="forgetting", limit=0.1)
    reading = Reading(gate=gate, estimate=by_curve, p_within=0.9, excess=0.0, slice="all")

    (outcome,) = decide(
        [measurement], [gate], Look(number=1, planned=1), {gate.key: reading}
    ).outcomes

    assert outcome.state == "breach"
    assert outcome.judged == found


def test_a_suspicion_that_the_curve_does_not_share_is_judged_by_its_own_change() -> None:
    """18 % at a run none of whose looks is within 10 %, by its curve 3 %: it stays 18 %, and the
    sentence says that this is the look's own.
    """
    found = Estimate(value=0.18, low=-0.02, high=0.38, level=0.95, n=80, stderr=0.1, dof=80)
    measurement = Measurement(name="forgetting", slice="all", estimate=found)
    gate = Gate(measurement="forgetting", limit=0.1)
    by_curve = replace(found, value=0.03, low=-0.1, high=0.16)
    reading = Reading(gate=gate, estimate=by_curve, p_within=0.0, excess=0.0, slice="all")

    (outcome,) = decide(
        [measurement], [gate], Look(number=1, planned=9), {gate.key: reading}
    ).outcomes

    assert outcome.state == "suspect"
    assert outcome.judged == found
    assert "is by itself beyond the limit of 10 % but not beyond chance" in outcome.explanation


@pytest.mark.parametrize(
    ("own", "by_curve", "p_within", "state"),
    [
        (0.13, 0.08, 0.3, "within"),
        (0.13, 0.08, 0.1, "suspect"),
        (0.07, 0.12, 0.3, "suspect"),
        (0.07, 0.08, 0.9, "within"),
    ],
)
def test_what_is_no_breach_is_judged_by_the_curve(
    own: float, by_curve: float, p_within: float, state: str
) -> None:
    """Against 10 %: a noisy 13 % passes by a curve at 8 %, unless it and its neighbours are surely
    beyond; a lucky 7 % is a suspicion by a curve at 12 %.
    """
    found = Estimate(
        value=own, low=own - 0.09, high=own + 0.09, level=0.95, n=200, stderr=0.06, dof=200
    )
    curve = replace(found, value=by_curve, low=by_curve - 0.08, high=by_curve + 0.08)
    measurement = Measurement(name="forgetting", slice="all", estimate=found)
    gate = Gate(measurement="forgetting", limit=0.1)
    reading = Reading(gate=gate, estimate=curve, p_within=p_within, excess=0.0, slice="all")

    (outcome,) = decide(
        [measurement], [gate], Look(number=1, planned=10), {gate.key: reading}
    ).outcomes

    assert outcome.state == state
    assert f"by the run's curve {100 * by_curve:.1f} %" in outcome.explanation
