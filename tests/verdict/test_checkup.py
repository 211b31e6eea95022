"""Tests of what checkpoints are ranked by, and of which one is the best."""

import math

import pytest

from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import Estimate
from ftguard.verdict.checkup import Checkup, guard_score, target_score
from ftguard.verdict.gates import Verdict


def _target(now: float | None, slice: str = "all") -> Measurement:
    estimate = Estimate(
        value=0.1, low=0.0, high=0.2, level=0.95, n=9, stderr=(0.2 - 0.0) / 3.92, dof=1000
    )
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
        progress=step / 16,
        checkpoint=f"out/checkpoint-{step}" if saved else None,
        eval_loss=eval_loss,
        measurements=measurements,
        verdict=Verdict(outcomes=(), passed=passed, proven=proven),
        advice=(),
        seconds=0.0,
    )


def test_target_answers_rank_first() -> None:
    """The target score is that of the answers, whatever likelihoods and the loss say."""
    checkup = _checkup(_target(0.2, "likelihood"), _target(0.6), eval_loss=0.1)

    assert target_score(checkup) == 0.6


def test_target_likelihoods_rank_where_no_answers_are_asked() -> None:
    """Likelihoods beside nothing else are `all`; their own slice is taken too."""
    assert target_score(_checkup(_target(0.2, "likelihood"), eval_loss=0.1)) == 0.2


def test_a_target_that_could_not_be_measured_is_the_worst() -> None:
    """A failed target does not fall back to another scale."""
    assert target_score(_checkup(_target(None), eval_loss=0.1)) == 0


def test_without_target_probes_the_evaluation_loss_ranks() -> None:
    """exp(-loss): a loss of ln 4 is 1/4, a lower one is more, and 0 is 1."""
    by_loss = [target_score(_checkup(eval_loss=loss)) for loss in (math.log(4), 1.0, 0.0)]

    assert by_loss == pytest.approx([0.25, math.exp(-1), 1.0])


def test_without_either_the_latest_ranks() -> None:
    """Steps 4 and 12 of 16 are 0.25 and 0.75 of the run."""
    assert [target_score(_checkup(step=step)) for step in (4, 12)] == [0.25, 0.75]


@pytest.mark.parametrize(
    ("passed", "proven", "plain", "strict"),
    [
        (True, True, 0.6, 0.6),
        (True, False, 0.6, -0.4),
        (None, False, -0.4, -0.4),
        (False, False, -1.4, -1.4),
    ],
)
def test_the_score_of_the_trainer_has_three_bands(
    *, passed: bool | None, proven: bool, plain: float, strict: float
) -> None:
    """Passed 0.6, undecided 0.6 - 1, failed 0.6 - 2; strictly, unproven is undecided."""
    checkup = _checkup(_target(0.6), passed=passed, proven=proven)

    assert guard_score(checkup) == pytest.approx(plain)
    assert guard_score(checkup, strict=True) == pytest.approx(strict)


def test_the_bands_do_not_overlap() -> None:
    """The worst that passed is not below the best undecided one, nor that below a failed one."""
    worst, best = _target(0.0), _target(1.0)
    failed, undecided = guard_score(_checkup(best, passed=False)), _checkup(best, passed=None)

    assert guard_score(_checkup(worst)) >= guard_score(undecided)
    assert guard_score(_checkup(worst, passed=None)) >= failed
