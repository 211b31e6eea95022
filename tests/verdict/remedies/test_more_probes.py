"""Tests of how many probes would tell a suspected loss from chance."""

from collections.abc import Callable

import pytest

from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import Verdict
from ftguard.verdict.remedies.more_probes import more_probes

Judged = Callable[..., Verdict]
GATE = Gate(measurement="forgetting", limit=0.10)


def test_the_number_shrinks_the_interval_to_the_loss(judged: Judged) -> None:
    """0.2 give or take 0.25 on 50 probes: 50 * (0.25 / 0.2)^2 = 78.125, so 79 and one more."""
    (advice,) = more_probes(judged((GATE, -0.05, 0.2, 0.45)))

    assert (advice.do, advice.num_probes, advice.finding) == ("more_probes", 80, False)
    assert advice.text == (
        "ask about 80 probes instead of 50 for forgetting/all: so many would tell a drop of this "
        "size from chance."
    )


@pytest.mark.parametrize(
    ("low", "value", "high"), [(0.1, 0.2, 0.3), (-0.1, 0.05, 0.2), (-0.1, -0.05, 0.0)]
)
def test_only_a_suspect_gate_asks_for_more(
    judged: Judged, low: float, value: float, high: float
) -> None:
    """A breach is certain enough, and what is within its limit is no alarm."""
    assert not list(more_probes(judged((GATE, low, value, high))))


def test_no_number_is_advised_that_nobody_would_ask(judged: Judged) -> None:
    """0.2 give or take 2 on 50 probes: 50 * 100 and one more are more than 5,000."""
    assert not list(more_probes(judged((GATE, -1.8, 0.2, 2.2))))


def test_each_suspect_gate_has_its_own_number(judged: Judged) -> None:
    """Half-widths 0.25 and 0.5 for a loss of 0.25: 50 + 1 and 50 * 4 + 1 probes."""
    tail = Gate(measurement="tail", slice="worst", limit=0.15)
    verdict = judged((GATE, 0.0, 0.25, 0.5), (tail, -0.25, 0.25, 0.75))

    assert [advice.num_probes for advice in more_probes(verdict)] == [51, 201]
