"""Gain against cost of several runs in one drawing: each limit is there, and says whose it is."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ftguard.report.page.charts import frontier_chart
from ftguard.report.recorded import RecordedRun
from ftguard.report.shown.contents import RunShown
from ftguard.report.shown.gathering import contents


@pytest.fixture
def shown(three: RecordedRun) -> RunShown:
    """A run whose cost has a limit."""
    (found,) = contents([three], now=datetime(2026, 1, 1, tzinfo=UTC)).runs
    assert found.frontier is not None
    assert found.frontier.cost.limit is not None
    return found


def _with_limit(shown: RunShown, number: int, limit: float | None, told: str) -> RunShown:
    assert shown.frontier is not None
    cost = replace(shown.frontier.cost, limit=limit, limit_told=told)
    return replace(shown, number=number, frontier=replace(shown.frontier, cost=cost))


def _limits(*runs: RunShown) -> list[str]:
    """What stands at the limits' lines, which are as many."""
    drawn = str(frontier_chart(runs))
    told = re.findall(r'class="limit-word"[^>]*>([^<]*)<', drawn)
    assert len(re.findall(r'<line[^>]*class="limit"', drawn)) == len(told)
    return told


def test_one_limit_of_all_runs_has_no_numbers(shown: RunShown) -> None:
    """One run, and two that are held against the same."""
    first, second = (_with_limit(shown, number, 0.1, "10 %") for number in (1, 2))

    assert _limits(first) == _limits(first, second) == ["limit 10 %"]


def test_each_limit_says_whose_it_is(shown: RunShown) -> None:
    """Of four runs two are held against 10 %, one against 20 %, and one against none."""
    runs = [
        _with_limit(shown, number, limit, told)
        for number, limit, told in ((1, 0.1, "10 %"), (2, 0.2, "20 %"), (3, 0.1, "10 %"))
    ]
    free = _with_limit(shown, 4, None, "")

    assert _limits(*runs, free) == ["limit 10 % of 1, 3", "limit 20 % of 2"]
    assert _limits(runs[0], free) == ["limit 10 % of 1"]
