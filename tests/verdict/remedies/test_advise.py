"""Tests of `advise`, which asks every remedy, the most pressing first."""

from collections.abc import Callable

from ftguard.stats.alpha_spending import Look
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import Verdict
from ftguard.verdict.remedies import advise
from ftguard.verdict.run import Run

LOOK = Look(number=2, planned=2)
GATE = Gate(measurement="forgetting", limit=0.10, advise_at=0.08)
TAIL = Gate(measurement="tail", slice="worst", limit=0.15)


def test_remedies_come_most_pressing_first(
    judged: Callable[..., Verdict],
    examined: Callable[..., Checkup],
    run: Callable[[str, float], Run],
) -> None:
    """A second breach of 9 times the limit, beside a suspicion, calls for every remedy once."""
    verdict = judged((GATE, 0.8, 0.9, 1.0), (TAIL, -0.1, 0.2, 0.5))
    past = [examined(verdict, step=50)]

    found = advise(examined(verdict), past, run("full", 4e-5), look=LOOK, patience=2)

    assert [advice.do for advice in found] == [
        "stop",
        "lower_learning_rate",
        "replay",
        "more_probes",
    ]
    assert [advice.outcome.gate.key for advice in found] == [*["forgetting/all"] * 3, "tail/worst"]


def test_where_nothing_is_lost_nothing_is_advised(
    judged: Callable[..., Verdict],
    examined: Callable[..., Checkup],
    run: Callable[[str, float], Run],
) -> None:
    """Within every point of advice there is no remedy, whatever was before."""
    past = examined(judged((GATE, 0.8, 0.9, 1.0)), step=50)
    now = examined(judged((GATE, 0.02, 0.07, 0.12), (TAIL, -0.1, 0.1, 0.3)))

    assert advise(now, [past], run("full", 1e-3), look=LOOK, patience=1) == ()
