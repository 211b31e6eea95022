"""Tests of which checkpoint is kept: by the run's curves, at a price, with finer signs for ties."""

from collections.abc import Sequence

import numpy as np
import pytest

from ftguard.measures.measurement import Measurement
from ftguard.measures.paired import Paired, measure_drop
from ftguard.stats.alpha_spending import Look
from ftguard.stats.estimates import Array, Estimate, mean_estimate
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.choice import choose, read_curves
from ftguard.verdict.curves import Measured
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import Verdict, decide

GATE = Gate(measurement="forgetting", limit=0.10)
PLANNED = 8


def _target(now: float | None, slice: str = "all") -> Measurement:
    estimate = Estimate(value=0.1, low=0.0, high=0.2, level=0.95, n=9, stderr=0.051, dof=1000)
    return Measurement(
        name="target",
        slice=slice,
        estimate=None if now is None else estimate,
        now=now,
        higher_is_better=True,
    )


def _checkup(
    *measurements: Measurement,
    step: int = 4,
    verdict: Verdict | None = None,
    passed: bool | None = True,
    proven: bool = False,
    saved: bool = True,
    eval_loss: float | None = None,
) -> Checkup:
    return Checkup(
        run="r",
        attempt=1,
        step=step,
        epoch=1.0,
        progress=step / PLANNED,
        checkpoint=f"out/checkpoint-{step}" if saved else None,
        eval_loss=eval_loss,
        measurements=measurements,
        verdict=verdict or Verdict(outcomes=(), passed=passed, proven=proven),
        advice=(),
        seconds=0.0,
    )


def _chosen(checkups: Sequence[Checkup], *, strict: bool = False) -> int | None:
    choice = choose(checkups, strict=strict)
    return choice.checkup.step if choice else None


def _pairs(base: Array, now: Array) -> Paired:
    return Paired(
        base=base, now=now, chance=np.zeros(base.size), num_unscored=0, discrete=True, clusters=None
    )


def _run(
    lost: Sequence[float], gained: Sequence[float], n: int = 200, won: int = 0, wrong: int = 40
) -> list[Checkup]:
    """Checkpoints of which each has lost these shares of n right answers, and gained on 100.

    Each also wins `won` of the wrong answers, and loses as many more for them; which ones are lost
    moves on by 37 from look to look.
    """
    checkups = []
    for number, (share, gain) in enumerate(zip(lost, gained, strict=True), 1):
        base, before = np.concatenate([np.ones(n), np.zeros(wrong)]), np.zeros(100)
        gone = round(share * n) + won
        right = np.roll(np.repeat([0.0, 1.0], [gone, n - gone]), 37 * number)
        now = np.concatenate([right, np.ones(won), np.zeros(wrong - won)])
        after = np.concatenate([np.ones(round(100 * gain)), np.zeros(100 - round(100 * gain))])
        target = Measurement(
            name="target",
            slice="all",
            estimate=mean_estimate(after - before, discrete=True),
            base=0.0,
            now=float(after.mean()),
            higher_is_better=True,
            unit="points",
            influence=_pairs(before, after).influence(after - after.mean()),
        )
        measurements = [target, measure_drop("forgetting", "all", _pairs(base, now))]
        look = Look(number=number, planned=PLANNED)
        checkups.append(
            _checkup(*measurements, step=number, verdict=decide(measurements, [GATE], look))
        )
    return checkups


def test_of_those_that_passed_the_best_target_is_kept() -> None:
    """0.9 failed, 0.8 is undecided, so 0.5 is the best of 0.4 and 0.5; of none, none."""
    checkups = [
        _checkup(_target(0.4), step=2),
        _checkup(_target(0.9), step=4, passed=False),
        _checkup(_target(0.5), step=6),
        _checkup(_target(0.8), step=8, passed=None),
    ]

    assert _chosen(checkups) == 6
    assert _chosen(checkups[1:2]) is None
    assert _chosen([]) is None


def test_equals_are_told_apart_by_likelihood_then_loss_then_time() -> None:
    """Of 0.5, 0.5, 0.5: likelihood 0.3 beats 0.2; without it a loss of 1.0 beats 1.1; else 6."""
    read = [
        _checkup(_target(0.5), _target(p, "likelihood"), step=s) for p, s in ((0.3, 2), (0.2, 4))
    ]
    losses = [_checkup(_target(0.5), step=s, eval_loss=x) for x, s in ((1.0, 2), (1.1, 4))]
    plain = [_checkup(_target(0.5), step=step) for step in (2, 4, 6)]

    assert (_chosen(read), _chosen(losses), _chosen(plain)) == (2, 2, 6)


def test_a_likelihood_that_fell_is_not_kept_for_an_equal_score() -> None:
    """Scores stay 0.25 while the likelihood falls from 0.869 to 0.001: the first is kept."""
    falls = (0.869, 0.4, 0.001)
    checkups = [
        _checkup(_target(0.25), _target(p, "likelihood"), step=2 * i)
        for i, p in enumerate(falls, 1)
    ]

    assert _chosen(checkups) == 2


def test_strictly_the_best_is_proven() -> None:
    """0.9 passed without proof, so 0.5, proven, is the best, or none."""
    checkups = [_checkup(_target(0.5), step=2, proven=True), _checkup(_target(0.9), step=4)]

    assert _chosen(checkups) == 4
    assert _chosen(checkups, strict=True) == 2
    assert _chosen(checkups[1:], strict=True) is None


def test_what_was_never_saved_or_is_gone_cannot_be_kept() -> None:
    """An evaluation without a save leaves no files; neither does a checkpoint that was deleted."""
    checkups = [_checkup(_target(0.5), step=2), _checkup(_target(0.9), step=4, saved=False)]

    assert _chosen(checkups) == 2
    assert _chosen(checkups[1:]) is None
    assert choose(checkups, lost=frozenset({2})) is None


def test_a_breach_is_never_kept() -> None:
    """Losing 30 % of 200 right answers is beyond chance at once, whatever was gained."""
    run = _run([0.01, 0.02, 0.30], [0.2, 0.3, 0.9])

    assert run[-1].verdict.passed is False
    assert _chosen(run) == 2


def test_one_noisy_point_excludes_nothing() -> None:
    """Of 60 answers 8 net are lost at one look (13 %), 3 before and after: it may be kept.

    Alone such a point is a suspicion; by the curve of five looks it is within the limit, and the
    last checkpoint, which gains most, is kept.
    """
    run = _run([0.05, 0.05, 8 / 60, 0.05, 0.05], [0.1, 0.2, 0.6, 0.4, 0.4], n=60, won=6)
    choice = choose(run)

    assert run[2].verdict.outcomes[0].state == "suspect"
    assert choice is not None
    assert choice.checkup.step == 3
    (outcome,) = choice.verdict.outcomes
    assert outcome.curve is not None
    assert outcome.state in ("within", "too wide")
    assert outcome.curve.value < 0.10 < 8 / 60


def test_one_lucky_point_admits_nothing() -> None:
    """Among checkpoints that lost 20 % of 200 answers, and breach, one that lost 9 % is not kept.

    It is within the limit alone, and beyond it by the curve; the first, which lost nothing, is all
    that can be.
    """
    run = _run([0.0, 0.20, 0.20, 0.09, 0.20, 0.20], [0.1, 0.3, 0.4, 0.5, 0.6, 0.7], won=16)

    assert [c.verdict.outcomes[0].state for c in run][2:5] == ["breach", "within", "breach"]
    assert _chosen(run) == 1


def test_what_is_expected_beyond_the_limit_has_its_price() -> None:
    """Loss climbs to the limit for 4 points of target: at a price of 3 it is not worth it.

    At no price it is.
    """
    run = _run([0.02, 0.04, 0.06, 0.08, 0.10], [0.40, 0.50, 0.52, 0.53, 0.54], won=10)
    free = Gate(measurement="forgetting", limit=0.10, price=0.0)
    unpriced = [
        _checkup(
            *checkup.measurements,
            step=checkup.step,
            verdict=decide(
                checkup.measurements, [free], Look(number=checkup.step, planned=PLANNED)
            ),
        )
        for checkup in run
    ]
    kept, kept_free = _chosen(run), _chosen(unpriced)
    assert kept is not None
    assert kept_free is not None
    assert kept < kept_free


def test_what_too_few_probes_say_is_kept_undecided() -> None:
    """Three probes of which none changed decide nothing, and speak against nothing."""
    run = _run([0.0, 0.0], [0.1, 0.2], n=3, wrong=0)
    choice = choose(run)

    assert run[0].verdict.passed is None
    assert choice is not None
    assert choice.verdict.passed is None
    assert [outcome.state for outcome in choice.verdict.outcomes] == ["too wide"]


def test_a_first_checkpoint_has_no_curve() -> None:
    """One look alone is held against its limit as it is; with the second there is a curve."""
    run = _run([0.02, 0.04], [0.1, 0.2])
    looks = [Measured.at(c.progress, c.measurements) for c in run]

    assert read_curves([GATE], [], looks[0]) == {}
    assert read_curves([GATE], run[:1], looks[1])["forgetting/all"].estimate.value == pytest.approx(
        0.04, abs=0.015
    )
