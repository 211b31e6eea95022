"""Tests of the state: what the events of a run come to, one after the other."""

import random
from dataclasses import replace

from ftguard.measures.measurement import Measurement
from ftguard.run.ledger import (
    Acted,
    AnyEvent,
    Examined,
    Lost,
    RunStarted,
    Superseded,
)
from ftguard.run.state import fold
from ftguard.stats.alpha_spending import Look
from ftguard.stats.estimates import Estimate
from ftguard.verdict.advice import Stop
from ftguard.verdict.checkup import Checkup, best_of
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import DEFAULT_GATES, Verdict, decide
from ftguard.verdict.run import Run

LOOK = Look(number=1, planned=2)
"""It allows p = 0.05 * 0.95 / 2 = 0.02375, where an interval of 95 % just leaves out 0."""


def _run(run: str = "r", attempt: int = 1, resumed_from: int = 0) -> Run:
    return Run(
        id=run,
        attempt=attempt,
        resumed_from=resumed_from,
        method="adapters",
        learning_rate=2e-4,
        max_steps=100,
        planned_checkpoints=None,
        planned_looks=None,
        gates=DEFAULT_GATES,
        not_measured=("tail",),
    )


def _checkup(step: int, run: str = "r", attempt: int = 1, epoch: float = 0.1) -> Checkup:
    estimate = Estimate(
        value=0.1 + 0.2,
        low=1e-17,
        high=2 / 3,
        level=0.95,
        n=7,
        stderr=((2 / 3) - (1e-17)) / 3.92,
        dof=1000,
    )
    measurement = Measurement(
        name="forgetting", slice="all", estimate=estimate, base=1.0, now=0.7, note='“{"a"}”\n'
    )
    gates = [Gate(measurement="forgetting", limit=0.1), Gate(measurement="tail", limit=0.1)]
    verdict = decide([measurement], gates, LOOK)
    outcome = verdict.outcomes[0]
    return Checkup(
        run=run,
        attempt=attempt,
        step=step,
        epoch=epoch,
        progress=step / 100,
        checkpoint=None,
        eval_loss=1.25,
        measurements=(measurement,),
        verdict=verdict,
        advice=(Stop(best_step=2, outcome=outcome, finding=True, text="stop"),),
        seconds=0.3,
        notes=("smaller batches",),
    )


def _started(run: str = "r", attempt: int = 1, step: int = 0) -> RunStarted:
    return RunStarted(run=run, attempt=attempt, step=step, record=_run(run, attempt, step))


def _examined(step: int, run: str = "r", attempt: int = 1, epoch: float = 0.1) -> Examined:
    checkup = _checkup(step, run, attempt, epoch)
    return Examined(run=run, attempt=attempt, step=step, checkup=checkup)


def _lowered(step: int, learning_rate: float, attempt: int = 1) -> Acted:
    return Acted(
        run="r",
        attempt=attempt,
        step=step,
        do="lower_learning_rate",
        learning_rate=learning_rate,
        reason="too high",
    )


def test_a_resume_supersedes_what_came_after_its_step() -> None:
    """From step 10 on: 10 stays, 20 and 30 go, the new 20 counts; a run's starts are kept."""
    events: list[AnyEvent] = [
        _started(),
        _examined(10),
        _examined(20),
        _examined(30),
        Superseded(run="r", attempt=2, step=10),
        _started("r", 2, 10),
        _examined(20, attempt=2),
    ]

    assert [(c.step, c.attempt) for c in fold(events, "r").checkups] == [(10, 1), (20, 2)]
    assert [run.attempt for run in fold(events, "r").attempts] == [1, 2]


def test_two_resumes_fold_one_after_the_other() -> None:
    """A second resume, from before the first, abandons what the first had left."""
    events: list[AnyEvent] = [
        _examined(10),
        _examined(20),
        Superseded(run="r", attempt=2, step=10),
        _examined(20, attempt=2),
        Superseded(run="r", attempt=3, step=0),
        _examined(10, attempt=3),
    ]

    assert [(c.step, c.attempt) for c in fold(events, "r").checkups] == [(10, 3)]


def test_the_later_line_of_a_step_counts() -> None:
    """A checkpoint is examined, then saved: one checkup a step, oldest first."""
    events: list[AnyEvent] = [_examined(20), _examined(10, epoch=0.1), _examined(10, epoch=0.2)]

    assert [(c.step, c.epoch) for c in fold(events, "r").checkups] == [(10, 0.2), (20, 0.1)]


def test_runs_in_one_folder_do_not_meet() -> None:
    """A fresh run has no checkups, actions or losses of the one before."""
    events: list[AnyEvent] = [_examined(10), _lowered(10, 1e-5), Lost(run="r", attempt=1, step=10)]
    events += [_started("s"), _examined(20, "s")]

    assert [c.step for c in fold(events, "s").checkups] == [20]
    assert fold(events, "s").learning_rate == 2e-4
    assert fold(events, "s").lost == frozenset()
    assert fold(events, "r").lost == {10}


def test_the_rate_in_force_is_the_last_lowered() -> None:
    """Without an action it is the run's own; a stop does not change it."""
    stopped = Acted(run="r", attempt=1, step=20, do="stop", learning_rate=2e-4, reason="enough")

    assert fold([_started()], "r").learning_rate == 2e-4
    assert (
        fold([_started(), _lowered(10, 1e-4), _lowered(20, 5e-5), stopped], "r").learning_rate
        == 5e-5
    )


def test_a_rate_lowered_after_the_resume_step_is_not_in_force() -> None:
    """Resumed from step 10: the rate lowered at 10 is replayed, that of step 20 never was."""
    events: list[AnyEvent] = [
        _started(),
        _lowered(10, 1e-4),
        _lowered(20, 5e-5),
        Lost(run="r", attempt=1, step=20),
        Superseded(run="r", attempt=2, step=10),
    ]

    assert fold(events, "r").learning_rate == 1e-4
    assert fold(events, "r").lost == frozenset()


def test_the_best_of_a_fold_is_the_best_of_all() -> None:
    """Whatever comes in whatever order, the best kept along the way is that of all checkups."""
    generator = random.Random(0)
    events: list[AnyEvent] = [_started()]
    for attempt in range(1, 40):
        step = generator.randrange(1, 9)
        examined = _examined(step, attempt=attempt)
        measured = Measurement(
            name="target", slice="all", estimate=None, now=generator.randrange(4) / 4
        )
        verdict = Verdict(outcomes=(), passed=generator.random() < 0.8, proven=False)
        checkup = replace(
            examined.checkup,
            measurements=(measured,),
            verdict=verdict,
            checkpoint="there" if generator.random() < 0.7 else None,
        )
        events.append(Examined(run="r", attempt=attempt, step=step, checkup=checkup))
        if generator.random() < 0.2:
            events.append(Lost(run="r", attempt=attempt, step=generator.randrange(1, 9)))
        if generator.random() < 0.1:
            events.append(Superseded(run="r", attempt=attempt, step=generator.randrange(9)))
        state = fold(events, "r")

        there = [c for c in state.checkups if c.step not in state.lost]
        assert state.best == best_of(there)
        assert state.next_look.number == attempt + 1
