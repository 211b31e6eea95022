"""Tests of the advised learning rate: from how much is lost, by hand, and in which words."""

from collections.abc import Callable

import pytest

from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import Verdict
from ftguard.verdict.remedies.learning_rate import STEEPNESS, lower_learning_rate
from ftguard.verdict.run import Run

Judged = Callable[..., Verdict]
Runs = Callable[[str], Run]
GATE = Gate(measurement="forgetting", limit=0.10, advise_at=0.03)


def _number(verdict: Verdict, run: Run, current_rate: float) -> float:
    (advice,) = lower_learning_rate(verdict, run, current_rate)
    assert advice.do == "lower_learning_rate"
    return advice.learning_rate


@pytest.mark.parametrize(
    ("method", "current", "drop", "number"),
    [
        # Lost is 0.9, 1 and 2 times the limit; half the limit is the goal.
        ("full", 4e-5, 0.09, 4e-5 * (0.5 / 0.9) ** STEEPNESS),
        ("full", 4e-5, 0.10, 4e-5 * 0.5**STEEPNESS),
        ("adapters", 2e-3, 0.20, 2e-3 * 0.25**STEEPNESS),
        # Less than half the limit is lost: the rate is halved all the same.
        ("full", 4e-5, 0.04, 2e-5),
        ("adapters", 2e-4, 0.05, 1e-4),
    ],
)
def test_the_rate_aims_at_half_the_limit(
    judged: Judged, run: Runs, *, method: str, current: float, drop: float, number: float
) -> None:
    """What is lost grows with rate^(1 / steepness): the rate falls with (1/2 / times)^steepness."""
    verdict = judged((GATE, 0.01, drop, 0.5))

    assert _number(verdict, run(method), current) == pytest.approx(number)


@pytest.mark.parametrize(
    ("method", "current", "drop", "number"),
    [
        # From above the zone the rate goes to its upper end at least, ...
        ("full", 1e-3, 0.10, 5e-5),
        ("adapters", 1e-3, 0.10, 2e-4),
        # ... and to its lower end at most, however much is lost.
        ("full", 1e-3, 0.90, 1e-5),
        ("full", 4e-5, 0.90, 1e-5),
        ("adapters", 5e-3, 0.90, 1e-4),
        # Below the zone, and near its lower end, it is halved.
        ("full", 8e-6, 0.90, 4e-6),
        ("full", 1.2e-5, 0.90, 6e-6),
    ],
)
def test_the_rate_is_left_in_the_usual_zone(
    judged: Judged, run: Runs, *, method: str, current: float, drop: float, number: float
) -> None:
    """1e-5 to 5e-5 for full fine-tuning, 1e-4 to 2e-4 for adapters."""
    verdict = judged((GATE, 0.01, drop, 1.5))

    assert _number(verdict, run(method), current) == pytest.approx(number)


@pytest.mark.parametrize("current", [1e-2, 1e-4, 3e-5, 1e-5, 1e-6])
@pytest.mark.parametrize("drop", [0.04, 0.11, 0.3, 0.99])
@pytest.mark.parametrize("method", ["full", "adapters"])
def test_the_rate_is_always_halved_at_least(
    judged: Judged, run: Runs, current: float, drop: float, method: str
) -> None:
    """Advice that leaves the rate nearly where it was would be none."""
    number = _number(judged((GATE, 0.01, drop, 1.5)), run(method), current)

    assert 0 < number <= current / 2 * (1 + 1e-12)


@pytest.mark.parametrize(
    ("drop", "advised"), [(0.03, False), (0.031, True), (0.10, True), (-0.5, False)]
)
def test_advice_comes_from_its_own_point_on(
    judged: Judged, run: Runs, *, drop: float, advised: bool
) -> None:
    """`advise_at` lies before the limit; at it nothing is advised yet."""
    found = list(lower_learning_rate(judged((GATE, -0.6, drop, 0.6)), run("full"), 5e-5))

    assert bool(found) is advised


def test_without_a_point_of_advice_the_limit_is_it(judged: Judged, run: Runs) -> None:
    """At a limit of 15 %, 15 % calls for nothing and 16 % does."""
    gate = Gate(measurement="tail", slice="worst", limit=0.15)

    assert not list(lower_learning_rate(judged((gate, 0.1, 0.15, 0.2)), run("full"), 5e-5))
    assert list(lower_learning_rate(judged((gate, 0.1, 0.16, 0.2)), run("full"), 5e-5))


def test_what_the_rate_cannot_mend_is_not_its_matter(judged: Judged, run: Runs) -> None:
    """A gate on drift, or on the user's own measure, calls for no other rate."""
    verdict = judged((Gate(measurement="drift", slice="nats", limit=0.1), 0.5, 0.9, 1.3))

    assert not list(lower_learning_rate(verdict, run("full"), 5e-5))


def test_a_finding_is_told_as_one(judged: Judged, run: Runs) -> None:
    """Beyond chance: the rate is too high."""
    (advice,) = lower_learning_rate(judged((GATE, 0.6, 0.9, 1.2)), run("full"), 4e-5)

    assert advice.finding
    assert advice.outcome.state == "breach"
    assert advice.text == (
        "train again with learning rate 1e-5 instead of 4e-5, which is too high for "
        "forgetting/all; usual for full fine-tuning is 1e-5 to 5e-5."
    )


def test_a_suspicion_is_told_as_one(judged: Judged, run: Runs) -> None:
    """Not beyond chance: the words say so, and nothing is acted on."""
    (advice,) = lower_learning_rate(judged((GATE, -0.1, 0.9, 1.9)), run("adapters"), 1e-3)

    assert not advice.finding
    assert advice.outcome.state == "suspect"
    assert advice.text == (
        "train again with learning rate 1e-4 instead of 1e-3, which is too high for "
        "forgetting/all, if the suspicion holds (it is no breach); usual for LoRA is "
        "1e-4 to 2e-4."
    )


def test_a_finding_weighs_more_than_a_worse_suspicion(judged: Judged, run: Runs) -> None:
    """Twice the limit beyond chance stands before five times it by chance, whatever the order."""
    found = (Gate(measurement="calibration", slice="target", limit=0.05), 0.05, 0.1, 0.15)
    suspected = (GATE, -0.1, 0.5, 1.1)
    for order in ((found, suspected), (suspected, found)):
        (advice,) = lower_learning_rate(judged(*order), run("full"), 1e-3)

        assert advice.outcome.gate.key == "calibration/target"


def test_of_findings_the_worst_is_the_reason(judged: Judged, run: Runs) -> None:
    """0.16 of 0.10 is 1.6 times the limit, 0.21 of 0.15 only 1.4 times."""
    tail = Gate(measurement="tail", slice="worst", limit=0.15)
    verdict = judged((GATE, 0.1, 0.16, 0.3), (tail, 0.1, 0.21, 0.3))

    (advice,) = lower_learning_rate(verdict, run("full"), 1e-4)

    assert advice.outcome.gate.key == "forgetting/all"
