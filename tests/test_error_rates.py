"""The verdict's error rates, on fewer runs than the benchmark, with exact binomial bounds."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.random import Generator, default_rng
from scipy import stats

from ftguard.measures.measurement import Measurement
from ftguard.measures.paired import Paired, measure_drop
from ftguard.measures.tail import worst_of
from ftguard.run.acting import choose_action
from ftguard.stats.alpha_spending import ALPHA, Look
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import decide
from ftguard.verdict.remedies import advise
from ftguard.verdict.run import Run

RUNS = 400
GATES = (
    Gate(measurement="forgetting", limit=0.10, advise_at=0.08),
    Gate(measurement="tail", slice="worst", limit=0.15),
)


def _paired(generator: Generator, n: int, drop: float = 0.0) -> Paired:
    """Right-or-wrong scores around 0.70; 10 % of the items flip each way, and the drop on top."""
    base = (generator.random(n) < 0.7).astype(float)
    lost, won = 0.1 + 0.35 * drop, 0.1 - 0.35 * drop
    flip = generator.random(n) < np.where(base == 1, lost / 0.7, won / 0.3)
    return Paired(
        base=base,
        now=np.abs(base - flip),
        chance=np.zeros(n),
        num_unscored=0,
        discrete=True,
        clusters=None,
    )


def _measured(generator: Generator, drop: float = 0.0) -> list[Measurement]:
    """200 general probes and five tail slices of 40."""
    slices = [(f"slice {i}", _paired(generator, 40)) for i in range(5)]
    return [
        measure_drop("forgetting", "all", _paired(generator, 200, drop)),
        worst_of(slices),
    ]


def _most(rate: float) -> float:
    """The most of `RUNS` that a true rate exceeds once in a thousand times."""
    return float(stats.binom.ppf(0.999, RUNS, rate))


@pytest.mark.parametrize(("looks", "told"), [(1, True), (10, True), (10, False)])
def test_an_unchanged_model_is_blocked_in_at_most_5_percent_of_runs(
    looks: int,
    told: bool,
) -> None:
    """Over all checkpoints, gates and slices together, whether their number is told or not."""
    generator, blocked = default_rng(looks), 0
    for _ in range(RUNS):
        verdicts = [
            decide(_measured(generator), GATES, Look(number=k + 1, planned=looks if told else None))
            for k in range(looks)
        ]
        blocked += any(verdict.passed is False for verdict in verdicts)

    assert blocked <= _most(ALPHA)


@pytest.mark.parametrize(
    ("drop", "planned", "least"),
    [(0.15, 1, 0.80), (0.20, 1, 0.95), (0.15, 10, 0.60), (0.20, 10, 0.90)],
)
def test_a_true_drop_is_found(drop: float, planned: int, least: float) -> None:
    """At n = 200: 80 % and 95 % at a single look, 60 % and 90 % at each one of ten."""
    generator, found = default_rng(planned), 0
    for _ in range(RUNS):
        verdict = decide(_measured(generator, drop), GATES, Look(number=1, planned=planned))
        found += verdict.outcomes[0].state == "breach"

    assert found >= stats.binom.ppf(0.001, RUNS, least)


def test_actions_are_as_rare_as_breaches() -> None:
    """Over ten checkpoints of an unchanged model acting does anything in at most 5 % of runs,
    though advice on an estimate is given in most of them.
    """
    run = Run(
        id="r",
        attempt=1,
        resumed_from=0,
        method="full",
        learning_rate=1e-4,
        max_steps=10,
        planned_checkpoints=10,
        planned_looks=10,
        gates=GATES,
    )
    generator, acted, advised = default_rng(5), 0, 0
    for _ in range(RUNS):
        past: list[Checkup] = []
        actions, words = 0, 0
        for step in range(1, 11):
            look = Look(number=step, planned=10)
            verdict = decide(_measured(generator), GATES, look)
            checkup = replace(_BLANK, step=step, progress=step / 10, verdict=verdict)
            advice = advise(checkup, past, run, look=look, patience=2)
            checkup = replace(checkup, advice=advice)
            actions += choose_action(checkup, past, None) is not None
            words += bool(advice)
            past.append(checkup)
        acted += actions > 0
        advised += words > 0

    assert acted <= _most(ALPHA)
    assert advised > RUNS / 2


_BLANK = Checkup(
    run="r",
    attempt=1,
    step=0,
    epoch=0.0,
    progress=0.0,
    checkpoint=None,
    eval_loss=None,
    measurements=(),
    verdict=decide([], [], Look(number=1, planned=1)),
    advice=(),
    seconds=0.0,
)
