"""Tests of how many probes would tell a suspected loss from chance."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ftguard.stats.alpha_spending import Look
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import Verdict
from ftguard.verdict.remedies.more_probes import more_probes

Judged = Callable[..., Verdict]
GATE = Gate(measurement="forgetting", limit=0.10)
TAIL = Gate(measurement="tail", slice="worst", limit=0.15)
LOOK = Look(number=1, planned=2)
"""It allows p = 0.05 * 0.95 / 2 = 0.02375: 1.981 standard errors."""


def test_the_number_is_that_which_this_look_would_have_asked_for(judged: Judged) -> None:
    """0.2 is 0.2 * 1.96 / 0.25 = 1.568 standard errors on 50 probes, which a t of 1000 degrees of
    freedom holds for 1.566; 1.981 are needed: 50 * (1.981 / 1.566)^2 = 80.0 and a bit, so 81.
    """
    (advice,) = more_probes(judged((GATE, -0.05, 0.2, 0.45)), LOOK)

    assert (advice.do, advice.num_probes, advice.finding) == ("more_probes", 81, False)
    assert advice.text == (
        "ask about 81 probes instead of 50 for forgetting/all: so many would tell a drop of this "
        "size from chance."
    )


@pytest.mark.parametrize(
    ("low", "value", "high"), [(0.1, 0.2, 0.3), (-0.1, 0.05, 0.2), (-0.1, -0.05, 0.0)]
)
def test_only_a_suspect_gate_asks_for_more(
    judged: Judged, low: float, value: float, high: float
) -> None:
    """A breach is certain enough, and what is within its limit is no alarm."""
    assert not list(more_probes(judged((GATE, low, value, high)), LOOK))


def test_never_fewer_are_advised_than_were_asked(judged: Judged) -> None:
    """An interval that leaves out 0 is a suspicion where ten looks share the error: 2.005 standard
    errors (as a normal of 1000 degrees) of the 2.59 that p = 0.00475 takes, 50 * 1.67 = 84; the
    interval alone would have said 49.
    """
    verdict = judged((GATE, 0.004, 0.2, 0.396), look=Look(number=1, planned=10))
    assert verdict.outcomes[0].state == "suspect"

    (advice,) = more_probes(verdict, Look(number=1, planned=10))

    assert 80 <= advice.num_probes <= 90


def test_more_gates_and_slices_ask_for_more(judged: Judged) -> None:
    """Among two gates, or as the worst of two slices, half the level: 2.262 standard errors
    instead of 1.981, 50 * (2.262 / 1.567)^2 = 104.2.
    """
    suspect, fine = (GATE, -0.05, 0.2, 0.45), (TAIL, -0.1, 0.0, 0.1)
    alone = judged(suspect)
    (outcome,) = alone.outcomes
    of_two = replace(outcome, measurement=replace(outcome.measurement, num_comparisons=2))

    (among,) = more_probes(judged(suspect, fine), LOOK)
    (worst,) = more_probes(replace(alone, outcomes=(of_two,)), LOOK)

    assert among.num_probes == worst.num_probes == 105


def test_what_no_run_can_ask_is_not_advised(judged: Judged) -> None:
    """0.11 give or take 2 on 50 probes would take 50 * (1.981 * 1.02 / 0.11)^2, 17 thousand."""
    verdict = judged((GATE, -1.89, 0.11, 2.11))
    assert verdict.outcomes[0].state == "suspect"

    assert not list(more_probes(verdict, LOOK))


def test_where_the_base_differs_from_itself_no_number_helps(judged: Judged) -> None:
    """A drop of 0.2 of a base that differs by 0.25 when asked twice is not one of chance."""
    verdict = judged((GATE, -0.05, 0.2, 0.45))
    (outcome,) = verdict.outcomes
    noisy = replace(outcome, measurement=replace(outcome.measurement, noise=0.25))

    assert list(more_probes(verdict, LOOK))
    assert not list(more_probes(replace(verdict, outcomes=(noisy,)), LOOK))


def test_each_suspect_gate_has_its_own_number(judged: Judged) -> None:
    """Intervals of +-0.26 and +-0.5 around 0.25: the second takes 3.7 times as many."""
    verdict = judged((GATE, -0.01, 0.25, 0.51), (TAIL, -0.25, 0.25, 0.75))

    first, second = (advice.num_probes for advice in more_probes(verdict, LOOK))

    assert second / first == pytest.approx((0.5 / 0.26) ** 2, rel=0.05)
