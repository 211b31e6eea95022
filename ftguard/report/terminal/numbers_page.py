"""Writes out what every gate of a checkpoint measured, with all digits that mean something."""

from collections.abc import Iterator

from ftguard.text.formatting import printable
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gates import Outcome


def render_numbers(checkup: Checkup) -> str:
    """A line for each number of each gate: estimates, standard errors, p and what was allowed."""
    lines = [f"step {checkup.step}", *(line for o in checkup.verdict.outcomes for line in _of(o))]
    return "".join(printable(line) + "\n" for line in lines)


def _of(outcome: Outcome) -> Iterator[str]:
    measurement, estimate = outcome.measurement, outcome.measurement.estimate
    yield f"{outcome.gate.key}: {outcome.state}"
    numbers: dict[str, float | int | None] = {
        "limit": outcome.gate.limit,
        "base": measurement.base,
        "now": measurement.now,
        "chance": measurement.chance,
    }
    if estimate is not None:
        numbers |= {
            "change": estimate.value,
            "low": estimate.low,
            "high": estimate.high,
            "level of the interval": estimate.level,
            "standard error": estimate.stderr,
            "standard error of no change": estimate.null_stderr,
            "degrees of freedom": estimate.dof,
            "probes": estimate.n,
        }
    if measurement.num_in_all:
        numbers |= {"probes asked": measurement.num_asked, "probes in all": measurement.num_in_all}
    numbers |= {
        "compared slices": measurement.num_comparisons,
        "noise of the base": measurement.noise,
        "p of nothing lost": outcome.p,
        "largest p that is beyond chance here": outcome.allowed,
    }
    if outcome.curve is not None:
        numbers |= {
            "by the curve": outcome.curve.value,
            "by the curve, low": outcome.curve.low,
            "by the curve, high": outcome.curve.high,
        }
    for name, value in numbers.items():
        if value is not None:
            yield f"  {name:<37} {value:.6g}"
