"""Tests of the advised learning rate: for which alarms, how far down, and in which words."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ftguard.measures.measurement import Measurement
from ftguard.text.formatting import rate
from ftguard.verdict.advice import LowerLearningRate
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import Verdict
from ftguard.verdict.remedies.learning_rate import lower_learning_rate
from ftguard.verdict.run import Run

Judged = Callable[..., Verdict]
Examined = Callable[..., Checkup]
Runs = Callable[[str, float], Run]
GATE = Gate(measurement="forgetting", limit=0.10, advise_at=0.03)
TAIL = Gate(measurement="tail", slice="worst", limit=0.15)
CALIBRATION = Gate(measurement="calibration", slice="target", limit=0.05)
Advised = Callable[..., list[LowerLearningRate]]


@pytest.fixture
def advised(judged: Judged, examined: Examined, run: Runs) -> Advised:
    """`advised((gate, low, value, high), ..., trained_at=1e-3)`: at step 90 of 100."""

    def make(
        *found: tuple[Gate, float, float, float],
        trained_at: float = 1e-3,
        measurements: tuple[Measurement, ...] = (),
        step: int = 90,
    ) -> list[LowerLearningRate]:
        checkup = examined(judged(*found), step, measurements=measurements)
        return list(lower_learning_rate(checkup, [], run("full", trained_at)))

    return make


def _signed(now: float) -> Measurement:
    return Measurement(name="overconfidence", slice="target", estimate=None, base=0.0, now=now)


@pytest.mark.parametrize("current", [1e-2, 1e-4, 1e-6])
@pytest.mark.parametrize("drop", [0.04, 0.11, 0.3, 0.99])
def test_the_rate_is_always_lowered_by_a_fifth_at_least(
    advised: Advised, current: float, drop: float
) -> None:
    """Advice that leaves the rate nearly where it was would be none; the range lies around it."""
    (advice,) = advised((GATE, drop - 0.02, drop, drop + 0.02), trained_at=current)

    assert advice.low is not None
    assert advice.high is not None
    assert 0 < advice.low <= advice.learning_rate <= advice.high <= 0.8 * current * (1 + 1e-9)


def test_the_tightest_gate_decides(advised: Advised) -> None:
    """Forgetting 1.6 times its limit and the tail 3 times: the rate is the tail's alone."""
    forgotten, lost = (GATE, 0.1, 0.16, 0.22), (TAIL, 0.3, 0.45, 0.6)

    (both,), (tail,), (forgetting,) = advised(forgotten, lost), advised(lost), advised(forgotten)

    assert both.outcome.gate.key == "tail/worst"
    assert both.learning_rate == tail.learning_rate < forgetting.learning_rate


def test_a_finding_is_the_reason_even_where_a_suspicion_asks_for_less(advised: Advised) -> None:
    """Acting rests on what is beyond chance, whatever the order of the gates."""
    found, suspected = (CALIBRATION, 0.05, 0.1, 0.15), (GATE, -0.1, 0.5, 1.1)
    for order in ((found, suspected), (suspected, found)):
        (advice,) = advised(*order)

        assert advice.finding
        assert advice.outcome.gate.key == "calibration/target"


def test_a_bad_run_is_told_the_same_rate_at_its_next_checkpoints(
    judged: Judged, examined: Examined, run: Runs
) -> None:
    """A tail of 31 %, 50 %, 44 % and 54 % lost, as in the demo: within a factor of 1.5."""
    past: list[Checkup] = []
    rates = []
    for step, lost in ((25, 0.31), (50, 0.50), (75, 0.44), (100, 0.54)):
        checkup = examined(judged((TAIL, lost - 0.1, lost, lost + 0.1)), step)
        (advice,) = lower_learning_rate(checkup, past, run("full", 7e-4))
        rates.append(advice.learning_rate)
        past.append(checkup)

    assert max(rates) <= 1.5 * min(rates)
    assert 5e-5 <= rates[-1] <= 1e-4


def test_after_a_lowering_the_same_rate_is_advised(
    judged: Judged, examined: Examined, run: Runs
) -> None:
    """What a lowered rate goes on to lose was mostly lost before: the advice does not compound."""
    first = examined(judged((TAIL, 0.3, 0.4, 0.5)), 50, learning_rate=7e-4)
    then = examined(judged((TAIL, 0.4, 0.5, 0.6)), 100, learning_rate=8e-5)

    (before,) = lower_learning_rate(first, [], run("full", 7e-4))
    (after,) = lower_learning_rate(then, [first], run("full", 7e-4))

    assert after.learning_rate == before.learning_rate
    assert after.outcome is then.verdict.outcomes[0]


@pytest.mark.parametrize(
    ("drop", "advice"), [(0.03, False), (0.031, True), (0.10, True), (-0.5, False)]
)
def test_advice_comes_from_its_own_point_on(advised: Advised, *, drop: float, advice: bool) -> None:
    """`advise_at` lies before the limit; at it nothing is advised yet."""
    assert bool(advised((GATE, -0.6, drop, 0.6))) is advice


def test_at_the_end_what_is_within_its_limit_has_passed(advised: Advised) -> None:
    """9 % of 10 % is a warning at step 90 of 100, when more is to come, and none at the last."""
    near = (GATE, 0.08, 0.09, 0.10)

    assert advised(near)
    assert not advised(near, step=100)
    assert advised((GATE, 0.09, 0.11, 0.13), step=100)


def test_without_a_point_of_advice_the_limit_is_it(advised: Advised) -> None:
    """At a limit of 15 %, 15 % calls for nothing and 16 % does."""
    assert not advised((TAIL, 0.1, 0.15, 0.2))
    assert advised((TAIL, 0.1, 0.16, 0.2))


def test_a_limit_of_next_to_nothing_still_gets_a_rate(advised: Advised) -> None:
    """With a limit of 0.01 % a loss of 2 % is 200 times beyond it."""
    (advice,) = advised((Gate(measurement="tail", slice="worst", limit=1e-4), 0.01, 0.02, 0.03))

    assert 0 < advice.learning_rate < 1e-3


def test_what_the_rate_cannot_mend_is_not_its_matter(advised: Advised) -> None:
    """A gate on drift, or on the user's own measure, calls for no other rate."""
    assert not advised((Gate(measurement="drift", slice="nats", limit=0.1), 0.5, 0.9, 1.3))


def test_the_bases_own_answers_are(advised: Advised) -> None:
    """They stand in for forgetting where the base is weak, and a rate keeps them as well."""
    own = Gate(measurement="own_answers", limit=0.50, advise_at=0.25)

    (advice,) = advised((own, 0.6, 0.7, 0.8))

    assert advice.outcome.gate.key == "own_answers/all"


@pytest.mark.parametrize(("signed", "advice"), [(0.1, True), (0.0, False), (-0.3, False)])
def test_underconfidence_never_lowers_the_rate(
    advised: Advised, *, signed: float, advice: bool
) -> None:
    """Mean confidence less accuracy has to be above 0; without that it counts as before."""
    wrong = (CALIBRATION, 0.1, 0.2, 0.3)

    assert bool(advised(wrong, measurements=(_signed(signed),))) is advice
    assert advised(wrong)


def test_an_error_that_the_base_had_more_of_never_lowers_the_rate(
    judged: Judged, examined: Examined, run: Runs
) -> None:
    """From 0.40 to 0.18 is a breach of the own limit, and no matter of training too hard."""
    verdict = judged((CALIBRATION, -0.3, -0.22, -0.14))
    (outcome,) = verdict.outcomes
    breached = replace(verdict, outcomes=(replace(outcome, state="breach"),))

    assert not list(lower_learning_rate(examined(breached), [], run("full", 1e-3)))


def test_a_base_at_the_floor_never_lowers_the_rate(
    judged: Judged, examined: Examined, run: Runs
) -> None:
    """It has nothing to lose, whatever the change reads."""
    verdict = judged((GATE, 0.6, 0.9, 1.2), at_floor=True)
    assert verdict.outcomes[0].judged is not None

    assert not list(lower_learning_rate(examined(verdict), [], run("full", 1e-3)))


def test_a_finding_is_told_as_one(advised: Advised) -> None:
    """Beyond chance: the rate is too high."""
    (advice,) = advised((GATE, 0.7, 0.9, 1.1), trained_at=7e-4)

    assert advice.finding
    assert advice.outcome.state == "breach"
    assert advice.low is not None
    assert advice.high is not None
    assert advice.text == (
        f"train again with learning rate {rate(advice.learning_rate)} "
        f"({rate(advice.low)} to {rate(advice.high)}) instead of 7e-4, "
        "which is too high for forgetting/all."
    )


def test_a_suspicion_is_told_as_one(advised: Advised) -> None:
    """Not beyond chance: the words say so, and nothing is acted on."""
    (advice,) = advised((GATE, -0.1, 0.9, 1.9))

    assert not advice.finding
    assert advice.outcome.state == "suspect"
    assert advice.text.endswith(
        "too high for forgetting/all, if the suspicion holds (it is no breach)."
    )


def test_a_weak_bases_wide_suspicion_gives_no_target_away(advised: Advised) -> None:
    """40 % forgotten, -5 to 85, beside own answers that lost 30 %: the rate is that of these.

    Without own answers to tell, and where it is narrow, the suspicion asks for its rate.
    """
    own = (Gate(measurement="own_answers", limit=0.50, advise_at=0.25), 0.26, 0.30, 0.34)
    wide, narrow = (GATE, -0.05, 0.40, 0.85), (GATE, 0.33, 0.40, 0.47)

    (mild,) = advised(wide, own, trained_at=1e-5)
    (alone,) = advised(wide, trained_at=1e-5)
    (strict,) = advised(narrow, own, trained_at=1e-5)

    assert mild.outcome.gate.key == "own_answers/all"
    assert mild.learning_rate == 8e-6 == 2 * alone.learning_rate
    assert strict.outcome.gate.key == "forgetting/all"
