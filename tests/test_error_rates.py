"""The verdict's error rates, on fewer runs than the benchmark, with exact binomial bounds."""

from collections.abc import Sequence
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


def _paired(generator: Generator, n: int, drop: float = 0.0, accuracy: float = 0.7) -> Paired:
    """Right-or-wrong scores; 10 % of the items flip each way, and the drop on top, half of it as
    items that no longer turn right.
    """
    base = (generator.random(n) < accuracy).astype(float)
    won = max(0.0, 0.1 - accuracy * drop / 2)
    lost = won + accuracy * drop
    flip = generator.random(n) < np.where(base == 1, lost / accuracy, won / (1 - accuracy))
    return Paired(
        base=base,
        now=np.abs(base - flip),
        chance=np.zeros(n),
        num_unscored=0,
        discrete=True,
        clusters=None,
    )


def _worst(parts: Sequence[Paired]) -> Measurement:
    """`tail/worst` of a tail of these slices."""
    whole = replace(
        parts[0],
        base=np.concatenate([part.base for part in parts]),
        now=np.concatenate([part.now for part in parts]),
        chance=np.concatenate([part.chance for part in parts]),
    )
    return worst_of([("all", whole), *((f"slice {i}", part) for i, part in enumerate(parts))])


def _measured(generator: Generator, drop: float = 0.0, accuracy: float = 0.7) -> list[Measurement]:
    """200 general probes and five tail slices of 40."""
    return [
        measure_drop("forgetting", "all", _paired(generator, 200, drop, accuracy)),
        _worst([_paired(generator, 40, accuracy=accuracy) for _ in range(5)]),
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


@pytest.mark.parametrize("accuracy", [0.15, 0.30])
def test_a_weak_base_is_blocked_no_more_often(accuracy: float) -> None:
    """With the error of no change ten looks stay well below 5 % where little is known: at most what
    3 % would show. With the ratio's own error they did not (7 and 8 %).
    """
    generator, blocked = default_rng(1), 0
    for _ in range(RUNS):
        verdicts = [
            decide(_measured(generator, accuracy=accuracy), GATES, Look(number=k, planned=10))
            for k in range(1, 11)
        ]
        blocked += any(verdict.passed is False for verdict in verdicts)

    assert blocked <= _most(0.03)


@pytest.mark.parametrize(
    ("drops", "least", "most"),
    [
        ((0.0,) * 5, 0.0, 0.08),
        ((0.3, 0.0, 0.0, 0.0, 0.0), 0.79, 1.0),
        ((0.2,) * 5, 0.95, 1.0),
    ],
    ids=["healthy", "one slice lost 30 %", "all lost 20 %"],
)
def test_one_checkpoint_alone_is_not_refused_for_its_noisiest_slice(
    drops: Sequence[float], least: float, most: float
) -> None:
    """Five healthy slices of 40 are refused 8 % of the time at most (28 % by the largest drop), a
    slice that lost 30 % is caught 79 % of the time at least, and all losing 20 % 95 %.
    """
    generator, refused = default_rng(2), 0
    for _ in range(RUNS):
        worst = _worst([_paired(generator, 40, drop) for drop in drops])
        refused += decide([worst], GATES[1:], Look(number=1, planned=1)).passed is not True

    assert stats.binom.ppf(0.001, RUNS, least) <= refused <= _most(most)


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
