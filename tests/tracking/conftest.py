"""Tiny trainers to track, and checkups made by hand to render."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from transformers import (
    DataCollatorForLanguageModeling,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from ftguard import GuardCallback, Probe
from ftguard.folders import RunFolder
from ftguard.measures.measurement import Measurement
from ftguard.report.recorded import read_run
from ftguard.scores.snapshot import Fingerprint, Snapshot
from ftguard.stats.estimates import Estimate
from ftguard.tracking import Opening, SoFar
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate, State
from ftguard.verdict.gates import Outcome, Verdict
from ftguard.verdict.run import Run

Build = Callable[..., Trainer]
Guarding = Callable[..., GuardCallback]
MakeCheckup = Callable[[Sequence[State]], Checkup]
Telling = Callable[..., SoFar]


@pytest.fixture
def build(tmp_path: Path, model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast) -> Build:
    """Makes a Trainer of the tiny model from callbacks and arguments.

    6 steps of 4 sums, logged and evaluated at each, saved at every second, unless told otherwise.
    """

    def make(*callbacks: TrainerCallback, **arguments: Any) -> Trainer:
        defaults: dict[str, Any] = {
            "max_steps": 6,
            "save_steps": 2,
            "logging_steps": 1,
            "eval_strategy": "steps",
            "eval_steps": 1,
            "per_device_train_batch_size": 4,
            "learning_rate": 1e-3,
            "lr_scheduler_type": "constant",
            "report_to": [],
            "disable_tqdm": True,
            "use_cpu": True,
        }
        rows = [{"input_ids": tokenizer(f"{n}+1={n + 1}")["input_ids"]} for n in range(40)]
        return Trainer(
            model=model,
            args=TrainingArguments(str(tmp_path / "out"), **(defaults | arguments)),
            train_dataset=rows,
            eval_dataset=rows[:8],
            data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False),
            processing_class=tokenizer,
            callbacks=list(callbacks),
        )

    return make


@pytest.fixture
def guarding(own_texts: tuple[Probe, ...]) -> Guarding:
    """Makes guards of held-out sums and of what the model itself says."""

    def make(**arguments: Any) -> GuardCallback:
        sums = [{"prompt": f"{n}+1=", "completion": f"{n + 1}"} for n in range(20)]
        return GuardCallback(target=sums, general=own_texts, **arguments)

    return make


@pytest.fixture
def opening(tmp_path: Path) -> Opening:
    """Of a run without probes and gates."""
    run = Run(
        id="r",
        attempt=1,
        resumed_from=0,
        method="full",
        learning_rate=1e-4,
        max_steps=100,
        planned_checkpoints=5,
        planned_looks=5,
    )
    nothing = Fingerprint(weights="", dtype="", tokenizer="", template="", probes="", scorers="")
    base = Snapshot(run="r", step=0, fingerprint=nothing, answers=(), scores=())
    folder = RunFolder(tmp_path / "out")
    folder.root.mkdir(parents=True)
    return Opening(run=run, folder=folder, probes=(), base=base)


@pytest.fixture
def telling(opening: Opening) -> Telling:
    """Makes what is told of a checkup; the share is 0.25 unless told otherwise."""

    def make(*checkups: Checkup, share: float = 0.25, **more: Any) -> SoFar:
        return SoFar(
            opening=opening,
            checkup=checkups[-1],
            share=share,
            base=opening.base,
            now=None,
            checkups=checkups,
            choice=None,
            **more,
        )

    return make


@pytest.fixture(scope="session")
def told(forgetful: Path) -> tuple[SoFar, ...]:
    """What was told of each checkpoint of a run that lost much and gained little."""
    run = read_run(forgetful)
    opening = Opening(run=run.run, folder=run.folder, probes=run.probes, base=run.base)
    return tuple(
        SoFar(
            opening=opening,
            checkup=checkup,
            share=0.25,
            base=run.sides(checkup)[0],
            now=run.sides(checkup)[1],
            checkups=run.checkups[: place + 1],
            choice=None,
        )
        for place, checkup in enumerate(run.checkups)
    )


@pytest.fixture
def checkup() -> MakeCheckup:
    """Makes a checkup of step 20 with a gain of 0.25 and one gate for each state given."""

    def outcome(state: State) -> Outcome:
        measurement = Measurement(
            name="forgetting",
            slice=state.replace(" ", "-"),
            estimate=Estimate(
                value=0.125,
                low=0.05,
                high=0.2,
                level=0.95,
                n=200,
                stderr=(0.2 - 0.05) / 3.92,
                dof=1000,
            ),
            base=0.8,
            now=0.7,
        )
        if state in ("nothing to lose", "missing"):
            measurement = replace(measurement, estimate=None, now=None)
        return Outcome(
            gate=Gate(measurement="forgetting", slice=measurement.slice, limit=0.1),
            measurement=measurement,
            state=state,
            explanation=f"{measurement.key} is {state}.",
        )

    def make(states: Sequence[State]) -> Checkup:
        outcomes = tuple(outcome(state) for state in states)
        gain = Measurement(
            name="target",
            slice="all",
            estimate=Estimate(
                value=0.25,
                low=0.125,
                high=0.375,
                level=0.95,
                n=100,
                stderr=(0.375 - 0.125) / 3.92,
                dof=1000,
            ),
            base=0.5,
            now=0.75,
            higher_is_better=True,
            unit="points",
        )
        return Checkup(
            run="r",
            attempt=1,
            step=20,
            epoch=0.5,
            progress=0.5,
            checkpoint=None,
            eval_loss=None,
            measurements=(gain, *(outcome.measurement for outcome in outcomes)),
            verdict=Verdict(outcomes=outcomes, passed=None, proven=False),
            advice=(),
            seconds=4.0,
        )

    return make
