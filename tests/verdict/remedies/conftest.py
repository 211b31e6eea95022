"""Verdicts over measurements given by their interval, and a run to advise on."""

from collections.abc import Callable

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
    """`judged((gate, low, value, high), ...)`, each on 50 probes: what the gates say of them."""
    return _judged


@pytest.fixture
def examined() -> Callable[..., Checkup]:
    """`examined(verdict, step=2)`: a saved checkup of step 2."""
    return _examined


@pytest.fixture
def run() -> Callable[[str], Run]:
    """`run("full")`, or `run("adapters")`."""
    return _run


def _judged(*found: tuple[Gate, float, float, float]) -> Verdict:
    measurements = [
        Measurement(
            name=gate.measurement,
            slice=gate.slice,
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
    return decide(measurements, [gate for gate, *_ in found], LOOK)


def _examined(verdict: Verdict, step: int = 2) -> Checkup:
    return Checkup(
        run="r",
        attempt=1,
        step=step,
        epoch=1.0,
        progress=step / 100,
        checkpoint=f"out/checkpoint-{step}",
        eval_loss=None,
        measurements=(),
        verdict=verdict,
        advice=(),
        seconds=0.0,
    )


def _run(method: str) -> Run:
    return Run(
        id="r",
        attempt=1,
        resumed_from=0,
        method=method,
        learning_rate=1.0,
        max_steps=100,
        planned_checkpoints=None,
        planned_looks=None,
        gates=(),
    )
