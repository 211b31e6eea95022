"""Verdicts over measurements given by their interval, and a run to advise on."""

from collections.abc import Callable, Sequence

import pytest

from ftguard.measures.measurement import Measurement
from ftguard.stats.alpha_spending import Look
from ftguard.stats.estimates import Estimate
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import Verdict, decide
from ftguard.verdict.run import Run

LOOK = Look(number=1, planned=2)
"""It allows p = 0.05 * 0.95 / 2 = 0.02375, where an interval of 95 % just leaves out 0."""


@pytest.fixture
def judged() -> Callable[..., Verdict]:
    """`judged((gate, low, value, high), ...)`, each on 50 probes: what the gates say of them, at
    `look=LOOK`; with `at_floor` the base is no better than chance on all.
    """
    return _judged


@pytest.fixture
def examined() -> Callable[..., Checkup]:
    """`examined(verdict)`: a saved checkup of step 100, the last; with `learning_rate` the rate
    in force, with `measurements` what was measured.
    """
    return _examined


@pytest.fixture
def run() -> Callable[[str, float], Run]:
    """`run("full", 4e-5)`, or `run("adapters", 1e-3)`: trained at this rate for 100 steps."""
    return _run


def _judged(
    *found: tuple[Gate, float, float, float], look: Look = LOOK, at_floor: bool = False
) -> Verdict:
    measurements = [
        Measurement(
            name=gate.measurement,
            slice=gate.slice,
            at_floor=at_floor,
            estimate=Estimate(
                value=value,
                low=low,
                high=high,
                level=0.95,
                n=50,
                stderr=(value - low) / 1.96,
                dof=1000,
            ),
        )
        for gate, low, value, high in found
    ]
    return decide(measurements, [gate for gate, *_ in found], look)


def _examined(
    verdict: Verdict,
    step: int = 100,
    *,
    learning_rate: float | None = None,
    measurements: Sequence[Measurement] = (),
) -> Checkup:
    return Checkup(
        run="r",
        attempt=1,
        step=step,
        epoch=1.0,
        progress=step / 100,
        checkpoint=f"out/checkpoint-{step}",
        eval_loss=None,
        measurements=tuple(measurements),
        verdict=verdict,
        advice=(),
        seconds=0.0,
        learning_rate=learning_rate,
    )


def _run(method: str, learning_rate: float) -> Run:
    return Run(
        id="r",
        attempt=1,
        resumed_from=0,
        method=method,
        learning_rate=learning_rate,
        max_steps=100,
        planned_checkpoints=None,
        planned_looks=None,
        gates=(),
    )
