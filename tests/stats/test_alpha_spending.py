"""How the 5 % of a run are shared over looks and gates."""

import math

import pytest

from ftguard.stats.alpha_spending import ALPHA, Look, rejected


def test_planned_looks_share_equally() -> None:
    """Of 5 %, a twentieth is kept back: 0.0475 at one look, 0.00475 at each of ten."""
    assert Look(number=1, planned=1).level == pytest.approx(0.0475)
    for number in range(1, 11):
        assert Look(number=number, planned=10).level == pytest.approx(0.00475)


@pytest.mark.parametrize("planned", [None, 1, 10, 50])
def test_all_looks_together_spend_at_most_the_whole(planned: int | None) -> None:
    """However many looks come, planned or not: 1000 of them stay below 5 %."""
    spent = math.fsum(Look(number=k, planned=planned).level for k in range(1, 1001))

    assert 0.9 * ALPHA < spent <= ALPHA


def test_without_a_plan_the_first_look_spends_most() -> None:
    """6 / pi^2 of 5 % at the first look, a quarter of that at the second."""
    first, second = (Look(number=k, planned=None).level for k in (1, 2))

    assert first == pytest.approx(0.05 * 6 / math.pi**2)
    assert second == pytest.approx(first / 4)


def test_holm_steps_down() -> None:
    """Of 0.04 shared by three: 0.01 <= 0.04 / 3, then 0.02 <= 0.04 / 2, then 0.05 > 0.04."""
    found = rejected({"a": 0.05, "b": 0.01, "c": 0.02}, 0.04)

    assert found == {"b": pytest.approx(0.04 / 3), "c": pytest.approx(0.02)}


def test_holm_stops_at_the_first_that_stands() -> None:
    """0.02 > 0.04 / 3 stands, so 0.021 stands too, though 0.021 > 0.02 alone would not."""
    assert rejected({"a": 0.02, "b": 0.021, "c": 0.5}, 0.04) == {}
    assert rejected({}, 0.04) == {}
