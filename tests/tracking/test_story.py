"""The charts that tell a run's story, by hand."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ftguard.tracking import SoFar
from ftguard.tracking.story import Chart, charts, cost_of, gain_of
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import State

MakeCheckup = Callable[[Sequence[State]], Checkup]
Telling = Callable[..., SoFar]


def gated(checkup: Checkup, limit: float) -> Checkup:
    """The checkup with its one outcome as that of forgetting in all, against a limit."""
    (outcome,) = checkup.verdict.outcomes
    measurement = replace(outcome.measurement, slice="all")
    outcome = replace(
        outcome,
        gate=replace(outcome.gate, slice="all", limit=limit),
        measurement=measurement,
    )
    gain = checkup.measurements[0]
    verdict = replace(checkup.verdict, outcomes=(outcome,))
    return replace(checkup, measurements=(gain, measurement), verdict=verdict)


def drawn(so_far: SoFar) -> dict[str, Chart]:
    """The charts by their names."""
    return {chart.key.removeprefix("ftguard/"): chart for chart in charts(so_far)}


def test_each_chart_has_estimate_interval_and_limit_as_lines(
    checkup: MakeCheckup, telling: Telling
) -> None:
    """A drop of 0.125 (0.05 to 0.2) at step 20 and 40, against 0.1; no tail, so no chart of it."""
    first = gated(checkup(["breach"]), 0.1)
    second = replace(first, step=40)
    found = drawn(telling(first, second))
    assert {line.name: (line.xs, line.ys) for line in found["forgetting"].lines} == {
        "estimate": ((20, 40), (0.125, 0.125)),
        "low end": ((20, 40), (0.05, 0.05)),
        "high end": ((20, 40), (0.2, 0.2)),
        "limit": ((20, 40), (0.1, 0.1)),
    }
    assert {line.name: line.ys for line in found["gates"].lines} == {
        "passed": (0.5, 0.5),
        "forgetting/all": (4.0, 4.0),
    }
    assert "tail" not in found
    assert all(chart.key.count("/") == 1 for chart in found.values())


def test_the_frontier_is_gain_over_the_worst_cost_in_limits(
    checkup: MakeCheckup, telling: Telling
) -> None:
    """A drop of 0.125 is 1.25 limits of 0.1 and half a limit of 0.25; of two checkpoints with the
    same gain only the cheaper one is on the frontier, and the limit stands at 1.
    """
    dear, cheap = gated(checkup(["breach"]), 0.1), gated(checkup(["within"]), 0.25)
    cheap = replace(cheap, step=40)
    assert (cost_of(dear), cost_of(cheap), gain_of(dear)) == (1.25, 0.5, 0.25)
    lines = {line.name: line for line in drawn(telling(dear, cheap))["frontier"].lines}
    assert (lines["checkpoints"].xs, lines["checkpoints"].ys) == ((0.5, 1.25), (0.25, 0.25))
    assert (lines["frontier"].xs, lines["frontier"].ys) == ((0.5,), (0.25,))
    assert (lines["limit"].xs, lines["limit"].ys) == ((1.0, 1.0), (0.0, 0.25))
