"""Ship, don't ship or can't tell: one table of all that can come of a run."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from ftguard import Checkup, Estimate, Gate, LowerLearningRate, Measurement, Outcome, Verdict
from ftguard.report.shown.headline import headline
from ftguard.verdict.conclusion import Conclusion


def measured(name: str, value: float, low: float, high: float, **given: Any) -> Measurement:
    """A change of 100 probes."""
    estimate = Estimate(value=value, low=low, high=high, level=0.95, n=100, stderr=0.01, dof=99)
    return Measurement(name=name, slice="all", estimate=estimate, **given)


GAIN = measured("target", 0.3, 0.2, 0.4, unit="points", higher_is_better=True)
LOSS = measured("forgetting", 0.25, 0.17, 0.33, base=0.9, now=0.675)
GATE = Gate(measurement="forgetting", limit=0.1)


def outcome(state: Any) -> Outcome:
    """What the gate on forgetting says; or one on calibration, whose error is too large."""
    if state == "own error":
        error = measured("calibration_error", 0.285, 0.2, 0.37).estimate
        rise = measured("calibration", -0.1, -0.2, 0.0, unit="points", own=error)
        gate = Gate(measurement="calibration", slice="target", limit=0.05)
        return Outcome(gate=gate, measurement=rise, state="breach", explanation="in words")
    if state == "improved":
        rise = measured("calibration", -0.367, -0.45, -0.3, unit="points")
        gate = Gate(measurement="calibration", slice="target", limit=0.05)
        return Outcome(gate=gate, measurement=rise, state="clear", explanation="in words")
    return Outcome(gate=GATE, measurement=LOSS, state=state, explanation="in words")


PASSED = {"passed": True, "blocked": False, "undecided": None}


def checkup(step: int, verdict: str, state: str | None = None) -> Checkup:
    """An examined checkpoint."""
    return Checkup(
        run="r",
        attempt=1,
        step=step,
        epoch=1.0,
        progress=1.0,
        checkpoint=None,
        eval_loss=None,
        measurements=(LOSS,),
        verdict=Verdict(
            outcomes=() if state is None else (outcome(state),),
            passed=PASSED[verdict],
            proven=False,
        ),
        advice=(),
        seconds=1.0,
    )


BEST = Conclusion(
    run="r",
    best_step=6,
    best_folder="best",
    chosen=GAIN,
    confirmed=None,
    best_gates=(outcome("within"),),
    best_passed=True,
    last_step=6,
    last_passed=True,
    last_gates=(),
    advice=(),
    summary="",
)
LIKELIER = replace(GAIN, base=0.3, now=0.6)
HARDLY = replace(
    measured("target", 0.02, -0.08, 0.12, unit="points", higher_is_better=True), base=0.5, now=0.52
)
OWN = Outcome(
    gate=Gate(measurement="own_answers", limit=0.5),
    measurement=measured("own_answers", 0.1, 0.05, 0.15),
    state="clear",
    explanation="in words",
)
NONE = replace(BEST, best_step=None, best_passed=None, best_gates=(), chosen=None)
LOWER = LowerLearningRate(
    outcome=outcome("breach"), finding=True, text="train with 8e-5.", learning_rate=8e-5
)

TABLE: list[tuple[str, Conclusion, Sequence[Checkup], str, str, str]] = [
    ("nothing yet", replace(NONE, finished=False), [], "can't tell", "Nothing is examined yet", ""),
    (
        "interrupted before anything",
        replace(NONE, finished=False, life="gone"),
        [],
        "can't tell",
        "Training was interrupted and no checkpoint",
        "save_steps",
    ),
    ("nothing at all", NONE, [], "can't tell", "Training ended and no checkpoint", "save_steps"),
    (
        "kept",
        BEST,
        [checkup(6, "passed")],
        "ship",
        "Step 6 is the one to take: it gains +0.300 on the target and keeps every limit.",
        "It costs forgetting 25.0 % (at most 10 %).",
    ),
    (
        "kept, and from what to what",
        replace(BEST, chosen=replace(GAIN, base=0.54, now=0.96)),
        [checkup(6, "passed")],
        "ship",
        "it goes from 54 to 96 % on the target and keeps every limit.",
        "",
    ),
    (
        "proven in what was held, tail and calibration were not",
        replace(
            BEST,
            best_gates=(outcome("clear"),),
            not_held=("tail/worst (not measured)", "calibration/target (40 questions are too few)"),
        ),
        [checkup(6, "passed")],
        "ship",
        "limit that was held; the worst tail slice and calibration on the target were not measured",
        "",
    ),
    (
        "forgetting switched off",
        replace(BEST, not_held=("forgetting/all (left out by `gates=` or `limits=`)",)),
        [checkup(6, "passed")],
        "ship",
        "keeps every limit that was held; forgetting was left out by choice.",
        "",
    ),
    (
        "forgetting unseen",
        replace(BEST, not_held=("forgetting/all (not measured)",), forgetting_unseen=True),
        [checkup(6, "passed")],
        "can't tell",
        "keeps every limit that was held; forgetting was not measured.",
        "nothing tells",
    ),
    (
        "calibration that improved",
        replace(BEST, best_gates=(outcome("improved"),)),
        [checkup(6, "passed")],
        "ship",
        "to keep every limit.",
        "It costs nothing that was measured; calibration on the target improved.",
    ),
    (
        "kept and proven",
        replace(BEST, best_gates=(outcome("clear"),)),
        [checkup(6, "passed")],
        "ship",
        "is proven to keep every limit",
        "",
    ),
    (
        "kept and confirmed",
        replace(BEST, confirmed=GAIN),
        [checkup(6, "passed")],
        "ship",
        "",
        "100 held-back probes confirm the gain (+0.300, +0.200 to +0.400)",
    ),
    (
        "kept and not confirmed",
        replace(BEST, confirmed=measured("target", 0.1, -0.1, 0.3)),
        [checkup(6, "passed")],
        "ship",
        "",
        "do not confirm the gain",
    ),
    (
        "kept so far",
        replace(BEST, finished=False),
        [checkup(6, "passed")],
        "ship",
        "Step 6 is the one to take so far",
        "",
    ),
    (
        "kept without target probes",
        replace(BEST, chosen=None),
        [checkup(6, "passed")],
        "ship",
        "Step 6 is the one to take: it keeps every limit.",
        "",
    ),
    (
        "kept without limits",
        replace(BEST, best_gates=()),
        [checkup(6, "passed")],
        "ship",
        "had no limit to keep",
        "Nothing was held against it",
    ),
    (
        "nothing learned",
        replace(BEST, learned=False),
        [checkup(6, "passed")],
        "don't ship",
        "learned nothing (+0.300)",
        "no better on the target than the base",
    ),
    (
        "a gain within chance",
        replace(BEST, learned=False, learned_by="unsure", chosen=HARDLY),
        [checkup(6, "passed")],
        "can't tell",
        "is open: its gain of +0.020 (-0.080 to +0.120, n=100) on the target may be chance.",
        "More target probes would tell",
    ),
    (
        "only likelier",
        replace(
            BEST, learned_by="likelihood", chosen=HARDLY, read=replace(GAIN, base=0.3, now=0.6)
        ),
        [checkup(6, "passed")],
        "ship",
        "no gain beyond chance, finds the right answers likelier (30 to 60 % a token) and keeps",
        "",
    ),
    (
        "own answers stand in",
        replace(BEST, best_gates=(outcome("too wide"), OWN)),
        [checkup(6, "passed")],
        "ship",
        "keeps every limit that was held; own answers stand in for forgetting.",
        "",
    ),
    (
        "kept and undecided",
        replace(BEST, best_passed=None, best_gates=(outcome("too wide"),)),
        [checkup(6, "undecided")],
        "can't tell",
        "the likeliest to do, gains +0.300",
        "too little was measured to decide on forgetting",
    ),
    (
        "all blocked",
        replace(NONE, advice=(LOWER,)),
        [checkup(6, "blocked", "breach"), checkup(12, "blocked", "breach")],
        "don't ship",
        "and none is kept; the last, step 12, comes to forgetting 25.0 % (at most 10 %).",
        "Train with 8e-5.",
    ),
    (
        "the only one blocked, so far",
        replace(NONE, finished=False),
        [checkup(6, "blocked", "breach")],
        "don't ship",
        "The only checkpoint so far, step 6, costs more than the limits allow and is not kept",
        "nothing is advised yet",
    ),
    (
        "the last blocked, one before undecided",
        NONE,
        [checkup(6, "undecided", "suspect"), checkup(12, "blocked", "breach")],
        "don't ship",
        "1 of 2 checkpoints costs more",
        "",
    ),
    (
        "none passed, the last undecided",
        NONE,
        [checkup(6, "blocked", "breach"), checkup(12, "undecided", "suspect")],
        "can't tell",
        "No checkpoint passed, and the last, step 12, is not found to fail either.",
        "What is open there is forgetting",
    ),
    (
        "passed and not kept",
        NONE,
        [checkup(6, "passed"), checkup(12, "undecided", "suspect")],
        "can't tell",
        "Step 6 passed when it was examined, and none could be kept",
        "strict",
    ),
    (
        "its own error",
        NONE,
        [checkup(6, "blocked", "own error")],
        "don't ship",
        "comes to an error of 0.285 in calibration on the target (at most 0.14).",
        "",
    ),
    (
        "nothing to lose",
        NONE,
        [checkup(6, "undecided", "nothing to lose")],
        "can't tell",
        "",
        "forgetting (nothing to lose)",
    ),
]


@pytest.mark.parametrize(
    ("outcome_of_run", "checkups", "answer", "first", "second"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_each_state_has_its_answer(
    outcome_of_run: Conclusion, checkups: Sequence[Checkup], answer: str, first: str, second: str
) -> None:
    """The answer and what both sentences say, each a sentence of its own."""
    found = headline(outcome_of_run, checkups)
    assert found.answer == answer
    assert first in found.sentences[0]
    assert second.lower() in found.sentences[1].lower()
    for sentence in found.sentences:
        assert not sentence[0].islower()
        assert sentence.endswith(".")
        assert "  " not in sentence
