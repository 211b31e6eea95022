"""Tests of going further: room left is told after a pass that was still learning, else never."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import student_estimate
from ftguard.verdict.advice import GoFurther
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import Verdict
from ftguard.verdict.remedies.going_further import MOST, go_further
from ftguard.verdict.run import Run

Judged = Callable[..., Verdict]
Examined = Callable[..., Checkup]
Runs = Callable[[str, float], Run]
FORGETTING = Gate(measurement="forgetting", limit=0.10)
TAIL = Gate(measurement="tail", slice="worst", limit=0.15)
Lost = tuple[Gate, float, float, float]
LITTLE: Lost = (FORGETTING, -0.01, 0.0, 0.01)
"""Nothing lost, known to 1 point."""
Told = Callable[..., list[GoFurther]]


def _target(now: float, error: float = 0.03) -> Measurement:
    gain = student_estimate(now - 0.4, error, dof=200, n=200)
    return Measurement(
        name="target", slice="all", estimate=gain, base=0.4, now=now, higher_is_better=True
    )


@pytest.fixture
def told(judged: Judged, examined: Examined, run: Runs) -> Told:
    """What is told after a run at 2e-5 whose target was 0.5 at half and 0.6 at the end."""

    def make(
        *lost: Lost, half: float = 0.5, end: float = 0.6, step: int = 100, error: float = 0.03
    ) -> list[GoFurther]:
        verdict = judged(*(lost or (LITTLE,)))
        before = examined(verdict, step // 2, measurements=[_target(half)])
        now = examined(verdict, step, measurements=[_target(end, error)])
        return list(go_further(now, [before], run("full", 2e-5)))

    return make


def test_a_pass_with_nothing_lost_has_room_for_four_times_as_much(told: Told) -> None:
    """More than that is not said at once, however little is lost; nothing acts on it."""
    (advice,) = told()

    assert (advice.do, advice.finding) == ("go_further", False)
    assert (advice.learning_rate, advice.times_steps) == (8e-5, MOST) == (8e-5, 4.0)
    assert advice.text == (
        "room left: up to about 8e-5 instead of 2e-5, or 4 times the steps; the target still "
        "rises and forgetting/all, the nearest to its limit, allows it."
    )


def test_the_gate_nearest_to_its_limit_decides(told: Told) -> None:
    """A tail of 6 % lost, of 15 %, allows less than forgetting nothing does."""
    (advice,) = told(LITTLE, (TAIL, 0.04, 0.06, 0.08))

    assert advice.outcome.gate.key == "tail/worst"
    assert 3e-5 <= advice.learning_rate < 8e-5
    assert advice.times_steps == pytest.approx(advice.learning_rate / 2e-5, abs=0.3)


def test_near_a_limit_there_is_no_room(told: Told) -> None:
    """A tail of 13 % lost, of 15 %, known to 3 points, passes and goes no further."""
    assert not told(LITTLE, (TAIL, 0.10, 0.13, 0.16))


@pytest.mark.parametrize(
    ("half", "end"),
    [
        (0.59, 0.60),  # flat: a point, where the gain is known to 3
        (0.62, 0.60),  # falling
        (0.80, 0.96),  # rising, and at its ceiling
    ],
)
def test_a_target_that_is_flat_or_at_its_ceiling_has_nothing_to_go_for(
    told: Told, half: float, end: float
) -> None:
    """A higher rate would only cost."""
    assert not told(half=half, end=end)


def test_a_target_that_is_not_known_to_rise_is_none_that_does(told: Told) -> None:
    """Ten points more, where the gain is known to eleven."""
    assert told(error=0.09)
    assert not told(error=0.11)


def test_a_small_likelihood_that_doubles_has_risen(told: Told) -> None:
    """0.004 to 0.008, known to 0.0005: what counts is the share, not the points."""
    assert told(half=0.004, end=0.008, error=0.0005)
    assert not told(half=0.0078, end=0.008, error=0.0001)  # 2.5 %


def test_only_a_run_at_its_end_is_told(told: Told) -> None:
    """Before that its own steps are the room that is left."""
    assert not told(step=90)


@pytest.mark.parametrize(
    "lost",
    [
        (FORGETTING, 0.02, 0.2, 0.4),  # a breach
        (FORGETTING, -0.1, 0.2, 0.5),  # a suspicion
        (FORGETTING, -0.2, 0.0, 0.2),  # an interval twice as wide as its limit allows
        (Gate(measurement="target", limit=-0.1), -0.2, -0.15, -0.1),  # no gate on a loss
    ],
)
def test_what_did_not_pass_or_was_measured_badly_has_no_room(told: Told, lost: Lost) -> None:
    """Neither a breach nor a doubt, nor a loss that could be as large as two limits."""
    assert not told(lost)


def test_a_base_at_the_floor_tells_of_no_room(
    judged: Judged, examined: Examined, run: Runs
) -> None:
    """With nothing to lose on the tail its limit cannot be seen coming."""
    verdict = judged(LITTLE, (TAIL, -0.01, 0.0, 0.01))
    first, tail = verdict.outcomes
    floored = replace(
        tail, measurement=replace(tail.measurement, at_floor=True), state="nothing to lose"
    )
    both = replace(verdict, outcomes=(first, floored))
    past = [examined(verdict, 50, measurements=[_target(0.5)])]

    seen, unseen = (
        list(go_further(examined(v, measurements=[_target(0.6)]), past, run("full", 2e-5)))
        for v in (verdict, both)
    )

    assert (bool(seen), bool(unseen)) == (True, False)


def test_with_one_checkpoint_the_base_is_what_it_rose_from(
    judged: Judged, examined: Examined, run: Runs
) -> None:
    """0.4 to 0.6 is a rise; without target probes nothing tells of one."""
    verdict = judged(LITTLE)
    with_target = examined(verdict, measurements=[_target(0.6)])

    assert list(go_further(with_target, [], run("full", 2e-5)))
    assert not list(go_further(examined(verdict), [], run("full", 2e-5)))


def test_a_run_whose_rate_was_lowered_is_not_told_to_raise_it(
    judged: Judged, examined: Examined, run: Runs
) -> None:
    """It passed at another rate than the one it began with."""
    now = examined(judged(LITTLE), learning_rate=1e-5, measurements=[_target(0.6)])

    assert not list(go_further(now, [], run("full", 2e-5)))


def test_a_run_that_did_not_train_has_no_rate_to_raise(
    judged: Judged, examined: Examined, run: Runs
) -> None:
    """At a rate of 0 nothing tells of any other."""
    now = examined(judged(LITTLE), measurements=[_target(0.6)])

    assert not list(go_further(now, [], run("full", 0.0)))
