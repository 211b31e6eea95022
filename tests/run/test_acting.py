"""Tests of what is acted on: findings only, stopping first, a lower rate only where it is news."""

from dataclasses import replace
from typing import Literal

from ftguard.measures.measurement import Measurement
from ftguard.run.acting import choose_action
from ftguard.stats.alpha_spending import Look
from ftguard.stats.estimates import Estimate
from ftguard.verdict.advice import Advice, LowerLearningRate, MoreProbes, Replay, Stop
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import Outcome, Verdict, decide

LOOK = Look(number=1, planned=2)
"""It allows p = 0.05 * 0.95 / 2 = 0.02375, where an interval of 95 % just leaves out 0."""

GATE = Gate(measurement="forgetting", limit=0.10)


def _verdict(drop: float | None) -> Verdict:
    estimate = None
    if drop is not None:
        estimate = Estimate(
            value=drop,
            low=drop - 0.01,
            high=drop + 0.01,
            level=0.95,
            n=200,
            stderr=((drop + 0.01) - (drop - 0.01)) / 3.92,
            dof=1000,
        )
    return decide([Measurement(name="forgetting", slice="all", estimate=estimate)], [GATE], LOOK)


Remedy = Literal["stop", "lower_learning_rate", "replay", "more_probes"]


def _advice(outcome: Outcome, do: Remedy, *, finding: bool) -> Advice:
    text = "do it"
    advice: dict[Remedy, Advice] = {
        "stop": Stop(best_step=None, outcome=outcome, finding=finding, text=text),
        "lower_learning_rate": LowerLearningRate(
            learning_rate=1e-5, outcome=outcome, finding=finding, text=text
        ),
        "replay": Replay(share=0.1, outcome=outcome, finding=finding, text=text),
        "more_probes": MoreProbes(num_probes=99, outcome=outcome, finding=finding, text=text),
    }
    return advice[do]


def _checkup(
    drop: float | None,
    *dos: Remedy,
    step: int = 4,
    certainty: Literal["finding", "suspicion"] = "finding",
) -> Checkup:
    verdict = _verdict(drop)
    return Checkup(
        run="r",
        attempt=1,
        step=step,
        epoch=1.0,
        progress=0.5,
        checkpoint=None,
        eval_loss=None,
        measurements=(),
        verdict=verdict,
        advice=tuple(
            _advice(verdict.outcomes[0], do, finding=certainty == "finding") for do in dos
        ),
        seconds=0.0,
    )


def test_stopping_comes_before_a_lower_rate() -> None:
    """With both advised the run stops, in whatever order they stand."""
    checkup = _checkup(0.2, "lower_learning_rate", "replay", "stop")
    action = choose_action(checkup, [], None)

    assert action is not None
    assert action.do == "stop"


def test_a_lower_rate_is_acted_on_at_first() -> None:
    """Nothing was lowered yet, so it is."""
    action = choose_action(_checkup(0.2, "replay", "lower_learning_rate"), [], None)

    assert action is not None
    assert action.do == "lower_learning_rate"


def test_a_suspicion_is_not_acted_on() -> None:
    """Neither a stop nor a lower rate rests on chance."""
    suspected = _checkup(0.2, "stop", "lower_learning_rate", certainty="suspicion")

    assert choose_action(suspected, [], None) is None


def test_advice_for_people_is_not_acted_on() -> None:
    """Replay and more probes are theirs to do; no advice is no action."""
    assert choose_action(_checkup(0.2, "replay", "more_probes"), [], None) is None
    assert choose_action(_checkup(0.0), [], None) is None


def test_the_rate_is_lowered_again_only_when_it_got_worse() -> None:
    """Lowered at step 4 at a drop of 20 %: 20 % and 15 % leave it, 25 % lowers it again."""
    past = [_checkup(0.3, step=2), _checkup(0.2, step=4), _checkup(0.4, step=6)]
    same, better, worse = (
        choose_action(_checkup(drop, "lower_learning_rate", step=8), past, 4)
        for drop in (0.2, 0.15, 0.25)
    )

    assert (same, better) == (None, None)
    assert worse is not None
    assert worse.do == "lower_learning_rate"


def test_a_gate_that_was_missing_then_has_become_worse() -> None:
    """Where nothing was measured when the rate was lowered, any loss now is news."""
    past = [_checkup(None, step=4)]

    assert choose_action(_checkup(0.2, "lower_learning_rate", step=8), past, 4) is not None


def test_a_rate_lowered_in_an_abandoned_attempt_does_not_hinder() -> None:
    """Where the checkup at which it was lowered counts no more, the rate is lowered."""
    past = [_checkup(0.3, step=2)]

    assert choose_action(_checkup(0.2, "lower_learning_rate", step=8), past, 4) is not None


def test_a_rate_that_is_in_force_already_is_not_lowered_to() -> None:
    """Advised is 1e-5 for the whole training: a run lowered to that, or to less, is left alone,
    however much worse it got; it is stopped all the same.
    """
    past = [_checkup(0.2, step=4)]
    for in_force, acted in ((2e-5, True), (1e-5, False), (5e-6, False)):
        checkup = replace(_checkup(0.4, "lower_learning_rate", step=8), learning_rate=in_force)

        assert (choose_action(checkup, past, 4) is not None) is acted
        assert (choose_action(checkup, [], None) is not None) is acted

    stopped = replace(_checkup(0.4, "stop", "lower_learning_rate"), learning_rate=1e-5)
    action = choose_action(stopped, past, 4)
    assert action is not None
    assert action.do == "stop"
