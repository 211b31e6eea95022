"""Tests of the state: what the events of a run come to, one after the other."""

import random
from dataclasses import replace
from typing import Any

from ftguard.measures.measurement import Measurement
from ftguard.run.ledger import (
    Acted,
    AnyEvent,
    Examined,
    Lost,
    Superseded,
)
from ftguard.run.state import fold
from ftguard.verdict.choice import choose
from ftguard.verdict.gates import Verdict


def test_a_resume_supersedes_what_came_after_its_step(make: Any) -> None:
    """From step 10 on: 10 stays, 20 and 30 go, the new 20 counts; a run's starts are kept."""
    events: list[AnyEvent] = [
        make.started(),
        make.examined(10),
        make.examined(20),
        make.examined(30),
        Superseded(run="r", attempt=2, step=10),
        make.started("r", 2, 10),
        make.examined(20, attempt=2),
    ]

    assert [(c.step, c.attempt) for c in fold(events, "r").checkups] == [(10, 1), (20, 2)]
    assert [run.attempt for run in fold(events, "r").attempts] == [1, 2]


def test_two_resumes_fold_one_after_the_other(make: Any) -> None:
    """A second resume, from before the first, abandons what the first had left."""
    events: list[AnyEvent] = [
        make.examined(10),
        make.examined(20),
        Superseded(run="r", attempt=2, step=10),
        make.examined(20, attempt=2),
        Superseded(run="r", attempt=3, step=0),
        make.examined(10, attempt=3),
    ]

    assert [(c.step, c.attempt) for c in fold(events, "r").checkups] == [(10, 3)]


def test_the_later_line_of_a_step_counts(make: Any) -> None:
    """A checkpoint is examined, then saved: one checkup a step, oldest first."""
    events: list[AnyEvent] = [
        make.examined(20),
        make.examined(10, epoch=0.1),
        make.examined(10, epoch=0.2),
    ]

    assert [(c.step, c.epoch) for c in fold(events, "r").checkups] == [(10, 0.2), (20, 0.1)]


def test_runs_in_one_folder_do_not_meet(make: Any) -> None:
    """A fresh run has no checkups, actions or losses of the one before."""
    events: list[AnyEvent] = [
        make.examined(10),
        make.lowered(10, 1e-5),
        Lost(run="r", attempt=1, step=10),
    ]
    events += [make.started("s"), make.examined(20, "s")]

    assert [c.step for c in fold(events, "s").checkups] == [20]
    assert fold(events, "s").learning_rate == 2e-4
    assert fold(events, "s").lost == frozenset()
    assert fold(events, "r").lost == {10}


def test_the_rate_in_force_is_the_last_lowered(make: Any) -> None:
    """Without an action it is the run's own; a stop does not change it."""
    stopped = Acted(run="r", attempt=1, step=20, do="stop", learning_rate=2e-4, reason="enough")

    assert fold([make.started()], "r").learning_rate == 2e-4
    assert (
        fold(
            [make.started(), make.lowered(10, 1e-4), make.lowered(20, 5e-5), stopped], "r"
        ).learning_rate
        == 5e-5
    )


def test_a_rate_lowered_after_the_resume_step_is_not_in_force(make: Any) -> None:
    """Resumed from step 10: the rate lowered at 10 is replayed, that of step 20 never was."""
    events: list[AnyEvent] = [
        make.started(),
        make.lowered(10, 1e-4),
        make.lowered(20, 5e-5),
        Lost(run="r", attempt=1, step=20),
        Superseded(run="r", attempt=2, step=10),
    ]

    assert fold(events, "r").learning_rate == 1e-4
    assert fold(events, "r").lost == frozenset()


def test_the_best_of_a_fold_is_the_best_of_all(make: Any) -> None:
    """Whatever comes in whatever order, the best kept along the way is that of all checkups."""
    generator = random.Random(0)
    events: list[AnyEvent] = [make.started()]
    for attempt in range(1, 40):
        step = generator.randrange(1, 9)
        examined = make.examined(step, attempt=attempt)
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
        choice = choose(there)
        assert state.best == (choice.checkup if choice else None)
        assert state.next_look.number == attempt + 1
