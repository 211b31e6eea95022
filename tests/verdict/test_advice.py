"""Tests of advice: records that tell themselves apart, in code and in JSON."""

import msgspec
import pytest

from ftguard.measures.measurement import Measurement
from ftguard.verdict.advice import Advice, GoFurther, LowerLearningRate, MoreProbes, Replay, Stop
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import Outcome

OUTCOME = Outcome(
    gate=Gate(measurement="forgetting", limit=0.1),
    measurement=Measurement(name="forgetting", slice="all", estimate=None),
    state="breach",
    explanation="forgetting is lost.",
)


@pytest.mark.parametrize(
    ("advice", "do", "number"),
    [
        (
            LowerLearningRate(learning_rate=1e-5, outcome=OUTCOME, finding=True, text="lower it"),
            "lower_learning_rate",
            {"learning_rate": 1e-5, "low": None, "high": None},
        ),
        (
            LowerLearningRate(
                learning_rate=6e-5, low=3e-5, high=1e-4, outcome=OUTCOME, finding=True, text="so"
            ),
            "lower_learning_rate",
            {"learning_rate": 6e-5, "low": 3e-5, "high": 1e-4},
        ),
        (Replay(share=0.1, outcome=OUTCOME, finding=True, text="mix"), "replay", {"share": 0.1}),
        (Stop(best_step=4, outcome=OUTCOME, finding=True, text="stop"), "stop", {"best_step": 4}),
        (
            Stop(best_step=None, outcome=OUTCOME, finding=True, text="stop"),
            "stop",
            {"best_step": None},
        ),
        (
            MoreProbes(num_probes=80, outcome=OUTCOME, finding=False, text="ask more"),
            "more_probes",
            {"num_probes": 80},
        ),
        (
            GoFurther(
                learning_rate=1e-4, times_steps=2.0, outcome=OUTCOME, finding=False, text="go on"
            ),
            "go_further",
            {"learning_rate": 1e-4, "times_steps": 2.0},
        ),
    ],
)
def test_advice_reads_back_as_what_it_is(advice: Advice, do: str, number: dict[str, float]) -> None:
    """`do` tells which in code and in JSON, and its own field holds the number."""
    written = msgspec.json.encode(advice)
    raw = msgspec.json.decode(written)

    assert advice.do == raw["do"] == do
    assert {name: raw[name] for name in number} == number
    assert msgspec.json.decode(written, type=Advice) == advice
