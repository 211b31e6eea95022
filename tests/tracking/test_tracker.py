"""The scalars that every tracker gets."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from ftguard.tracking.tracker import scalars
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import State
from ftguard.verdict.gates import Verdict

MakeCheckup = Callable[[Sequence[State]], Checkup]


def test_scalars_are_the_estimates_with_their_intervals_and_the_totals(
    checkup: MakeCheckup,
) -> None:
    """Each estimate is three keys and the score now, and the totals follow."""
    assert scalars(checkup(["breach", "missing"]), 0.25) == {
        "ftguard/target/all/now": 0.75,
        "ftguard/target/all": 0.25,
        "ftguard/target/all/low": 0.125,
        "ftguard/target/all/high": 0.375,
        "ftguard/forgetting/breach/now": 0.7,
        "ftguard/forgetting/breach": 0.125,
        "ftguard/forgetting/breach/low": 0.05,
        "ftguard/forgetting/breach/high": 0.2,
        "ftguard/forgetting/breach/limit": 0.1,
        "ftguard/forgetting/missing/limit": 0.1,
        "ftguard/gates/passed": 0.5,
        "ftguard/score": -0.25,
        "ftguard/seconds": 4.0,
        "ftguard/share": 0.25,
    }


@pytest.mark.parametrize(("passed", "number"), [(True, 1.0), (None, 0.5), (False, 0.0)])
def test_the_verdict_is_a_number(
    checkup: MakeCheckup,
    passed: bool | None,
    number: float,
) -> None:
    """Passed is 1, undecided 0.5 and failed 0."""
    verdict = Verdict(outcomes=(), passed=passed, proven=False)
    assert scalars(replace(checkup([]), verdict=verdict), 0.0)["ftguard/gates/passed"] == number
