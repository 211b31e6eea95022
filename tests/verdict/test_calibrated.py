"""Tests of the calibration gate's rule: each way to be beyond or not to be, and its words."""

from dataclasses import replace

import pytest

from ftguard.errors import InputError
from ftguard.measures.measurement import Measurement
from ftguard.stats.alpha_spending import Look
from ftguard.stats.estimates import Estimate
from ftguard.verdict.calibrated import calibrated
from ftguard.verdict.calibration_words import direction
from ftguard.verdict.defaults import applicable, unmeasured
from ftguard.verdict.gate import Gate, State
from ftguard.verdict.gates import Outcome, decide

GATE = Gate(measurement="calibration", slice="target", limit=0.05)
ONLY = Look(number=1, planned=1)
"""It allows p = 0.0475."""
LATE = Look(number=7, planned=50)
"""It allows p = 0.00095."""


def _estimate(value: float, error: float, n: int = 200) -> Estimate:
    """A normal law: 1.96 standard errors each way."""
    half = 1.96 * error
    return Estimate(
        value=value, low=value - half, high=value + half, level=0.95, n=n, stderr=error, dof=10**6
    )


RISE, OWN, BRIER, MOVE = 0.03, 0.035, 0.01, 0.02
"""Standard errors of what is measured."""


def _measured(
    *,
    rise: float = 0.0,
    own: float = 0.0,
    brier: float = 0.0,
    gain: float = 0.0,
    over: float = 0.0,
) -> list[Measurement]:
    """A checkpoint's calibration; `over` is by how much its mean confidence outgrew its accuracy.

    Its mean gap now is its own error, as that of a model that errs one way.
    """
    values = {
        "calibration": (rise, RISE),
        "calibration_error": (own, OWN),
        "brier": (brier, BRIER),
        "answer_brier": (brier - gain, MOVE),
        "accuracy": (gain, MOVE),
        "confidence": (gain + over, MOVE),
        "overconfidence": (over, MOVE),
    }
    first, *beside = (
        Measurement(
            name=name,
            slice="target",
            estimate=_estimate(value, error),
            base=own - rise,
            unit="points",
        )
        for name, (value, error) in values.items()
    )
    return [replace(first, own=_estimate(own, OWN), overconfidence=own), *beside]


def _with(found: list[Measurement], name: str, **changes: object) -> list[Measurement]:
    return [replace(m, **changes) if m.name == name else m for m in found]  # type: ignore[arg-type]


def _outcome(found: list[Measurement], look: Look = ONLY, gate: Gate = GATE) -> Outcome:
    (outcome,) = decide(found, [gate], look).outcomes
    return outcome


COSTLY = _measured(rise=0.10, own=0.10, brier=0.03, over=0.10)
"""The rise is 3.3 errors above 0 and the Brier score 3: the larger p is 0.00135, doubled 0.0027."""
WORSE_BASE = _measured(rise=-0.10, own=0.25, brier=-0.03, gain=0.30, over=-0.10)
"""The error is 5.7 errors above 0.05: p is 5e-9, doubled 1e-8."""


@pytest.mark.parametrize(
    ("found", "look", "state"),
    [
        (COSTLY, ONLY, "breach"),
        (COSTLY, LATE, "suspect"),
        (_measured(rise=0.10, own=0.10, brier=0.018, over=0.10), ONLY, "suspect"),
        (_measured(rise=0.10, own=0.10, brier=0.016, over=0.10), ONLY, "within"),
        (_measured(rise=0.10, own=0.10, brier=-0.001, over=0.10), ONLY, "within"),
        (_measured(rise=0.04, own=0.04, brier=0.03, over=0.04), ONLY, "within"),
        (_measured(rise=0.08, own=0.08, brier=-0.072, gain=0.59, over=0.08), ONLY, "within"),
        (_measured(rise=0.05, own=0.05, brier=-0.072, gain=0.59, over=0.05), ONLY, "clear"),
        (_measured(rise=-0.07, own=0.01, brier=0.00, over=0.01), ONLY, "clear"),
    ],
)
def test_a_rise_counts_where_the_proper_score_got_worse(
    found: list[Measurement], look: Look, state: State
) -> None:
    """Both beyond chance is a breach, both at p <= 0.05 (doubled 0.10) a suspicion: 1.8 errors are
    p = 0.036, 1.6 are 0.055. A better score proves it, where the own error is proven too: 0.08 and
    1.96 * 0.035 is 0.149, beyond 0.14, and 0.05 and that is 0.119.
    """
    assert _outcome(found, look).state == state


def test_a_gain_that_is_worth_more_excuses_a_rise() -> None:
    """0.06 -> 0.60: the Brier score is worse by 0.17, but no longer where a wrong answer costs 1.

    A gain of 0.02 is less than the 0.03 lost, so it excuses nothing.
    """
    gained = _measured(rise=0.10, own=0.10, brier=0.17, gain=0.54, over=0.10)

    assert _outcome(gained).state == "within"
    assert "the gain of accuracy is worth more" in _outcome(gained).explanation
    assert _outcome(_measured(rise=0.10, own=0.10, brier=0.03, gain=0.02)).state == "breach"


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (WORSE_BASE, "breach"),
        (_measured(rise=0.0, own=0.20, brier=0.0, over=0.40), "breach"),
        (_measured(rise=0.13, own=0.13, brier=-0.05, gain=0.3, over=0.13), "within"),
        # 0.045 is 2.25 errors, but no more than a rise may be.
        (_measured(rise=0.0, own=0.25, over=0.045), "within"),
        # 0.055 is 2.75 errors: two-sided, of three, and of two ways to be beyond, p = 0.036.
        (_measured(rise=0.0, own=0.25, over=0.055), "breach"),
        (_measured(rise=0.0, own=0.25), "within"),
    ],
)
def test_too_large_an_error_counts_where_the_run_moved_something(
    found: list[Measurement], state: State
) -> None:
    """Whatever the base's error was: a better one (0.35 -> 0.25), and a turn from 0.20 under to
    0.20 over. An error of 0.25 that the base had too is no doing of the run.
    """
    assert _outcome(found).state == state


def test_a_base_at_the_floor_has_no_calibration_to_lose() -> None:
    """A costly rise is none, and too large an error is still one."""
    note = "the base is right on 0.000 of these 200"
    good = _with(COSTLY, "calibration", at_floor=True, note=note)
    sure = _measured(rise=0.30, own=0.30, brier=0.3, gain=0.4, over=0.3)

    outcome = _outcome(good)
    assert (outcome.state, note in outcome.explanation) == ("nothing to lose", True)
    assert _outcome(_with(sure, "calibration", at_floor=True)).state == "breach"


def test_answers_too_long_to_be_sure_of_have_no_calibration() -> None:
    """Where neither model has a confidence not even too large an error counts."""
    silent = _with(
        WORSE_BASE, "calibration", at_floor=True, nothing_open=True, note="whole answers are long"
    )

    outcome = _outcome(silent)
    assert outcome.state == "nothing to lose"
    assert outcome.explanation == "calibration/target: whole answers are long."


def test_no_more_is_claimed_than_the_base_differs_from_itself() -> None:
    """A rise of 0.10 where the base's error differs by 0.11, or its Brier score by 0.04."""
    assert _outcome(_with(COSTLY, "calibration", noise=0.09)).state == "breach"
    assert _outcome(_with(COSTLY, "calibration", noise=0.11)).state == "suspect"
    assert _outcome(_with(COSTLY, "brier", noise=0.04)).state == "suspect"
    assert _outcome(_with(WORSE_BASE, "calibration", noise=0.21)).state == "suspect"
    turned = _measured(rise=0.0, own=0.20, over=0.40)
    moved = _with(turned, "confidence", noise=0.5)
    assert _outcome(moved).state == "breach"
    assert _outcome(_with(moved, "overconfidence", noise=0.5)).state == "suspect"


def test_the_own_limit_is_014_or_the_limit_where_that_is_larger() -> None:
    """Unless it is given; on another measurement, or infinite, it is refused."""
    assert (GATE.largest_error, replace(GATE, limit=0.3).largest_error) == (0.14, 0.3)
    assert _outcome(WORSE_BASE, gate=replace(GATE, own_limit=0.26)).state == "within"
    with pytest.raises(InputError, match="`own_limit` is of `calibration` alone"):
        Gate(measurement="tail", limit=0.1, own_limit=0.1)
    with pytest.raises(InputError, match="finite"):
        replace(GATE, own_limit=float("inf"))


def test_a_measurement_that_stands_alone_is_judged_by_its_rise() -> None:
    """So with any of what stands beside it missing, as in records of earlier versions."""
    by_key = {m.key: m for m in COSTLY}
    by_key.pop("accuracy/target")

    assert calibrated(GATE, by_key) is None
    rise = _measured(rise=0.10, brier=-0.5)[0]
    assert _outcome([rise]).state == "breach"


def test_too_many_unscored_are_missing() -> None:
    """30 of 230 probes without a score are more than a tenth, whatever the others say."""
    assert _outcome(_with(COSTLY, "calibration", num_unscored=30)).state == "missing"


@pytest.mark.parametrize(
    ("gap", "own", "words"),
    [
        (0.12, 0.11, "overconfident by 0.12"),
        (-0.20, 0.19, "underconfident by 0.20"),
        (0.02, -0.01, "overconfident by 0.02"),
        (0.004, 0.0, "neither over- nor underconfident"),
        (0.03, 0.20, "over- and underconfident in turns, error 0.20"),
        (None, 0.2, ""),
    ],
)
def test_the_direction_is_said(gap: float | None, own: float, words: str) -> None:
    """Which way the mean errs, unless it errs both ways."""
    measurement = Measurement(
        name="calibration",
        slice="target",
        estimate=_estimate(0, 0.03),
        own=_estimate(own, 0.03),
        overconfidence=gap,
    )

    assert direction(measurement) == words


@pytest.mark.parametrize(
    ("found", "look", "sentence"),
    [
        (
            COSTLY,
            ONLY,
            (
                "calibration/target: overconfident by 0.10; a rise of +0.100 (+0.041 to +0.159, "
                "n=200) is beyond the limit of +0.050 and the Brier score is worse by +0.030 "
                "(+0.010 to +0.050, n=200), and beyond chance (1 in 370 by chance)."
            ),
        ),
        (
            WORSE_BASE,
            LATE,
            (
                "calibration/target: overconfident by 0.25; an error of 0.250 (0.181 to 0.319, "
                "n=200) is beyond its own limit of 0.14 (the base's was 0.350) and beyond chance "
                "(less than 1 in 10,000 by chance)."
            ),
        ),
        (
            COSTLY,
            LATE,
            (
                "calibration/target: overconfident by 0.10; a rise of +0.100 (+0.041 to +0.159, "
                "n=200) is beyond the limit of +0.050 and the Brier score is worse by +0.030 "
                "(+0.010 to +0.050, n=200), but not beyond chance (1 in 370 by chance, a breach "
                "takes 1 in 1,100)."
            ),
        ),
        (
            _measured(rise=0.08, own=0.08, brier=-0.072, gain=0.59, over=0.08),
            ONLY,
            (
                "calibration/target: overconfident by 0.08; a rise of +0.080 (+0.021 to +0.139, "
                "n=200) is beyond +0.050, but the Brier score is no worse (-0.072); an error of "
                "0.080 (0.011 to 0.149, n=200) is within its own limit of 0.14."
            ),
        ),
        (
            _measured(rise=0.0, own=0.25),
            ONLY,
            (
                "calibration/target: overconfident by 0.25; a rise of +0.000 (-0.059 to +0.059, "
                "n=200) is within the limit of +0.050, not proven; an error of 0.250 (0.181 to "
                "0.319, n=200) is beyond 0.14, but not beyond chance moved from the base's 0.250 "
                "by this run."
            ),
        ),
    ],
)
def test_a_sentence_says_what_is_crossed_and_at_which_cost(
    found: list[Measurement], look: Look, sentence: str
) -> None:
    """The direction first; then the branch that decided, with every number in it."""
    assert _outcome(found, look).explanation == sentence


def _questions(n: int, num_unscored: int = 0) -> Measurement:
    return Measurement(
        name="calibration",
        slice="general",
        estimate=_estimate(0, 0.03, n=n),
        num_unscored=num_unscored,
    )


def test_calibration_is_gated_from_100_questions_on() -> None:
    """With 16 it is measured, said to be too few, and refuses nothing; asked for, it is gated.

    Those without a score count as asked: the gate is there, and missing.
    """
    few, enough = _questions(16), _questions(80, num_unscored=20)
    gate = Gate(measurement="calibration", slice="general", limit=0.05)

    assert [g.key for g in applicable(None, [enough])] == ["calibration/general"]
    assert applicable(None, [few]) == ()
    assert applicable([gate], [few]) == (gate,)
    assert unmeasured([enough])[-1] == "calibration/target"
    others = unmeasured([few], held=[gate])
    assert not any(name.startswith("calibration/general") for name in others)
    assert unmeasured([few])[-1] == ("calibration/general (16 questions are too few, 100 would do)")
