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
from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import Estimate
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate, State
from ftguard.verdict.gates import Outcome, Verdict

Build = Callable[..., Trainer]
Guarding = Callable[..., GuardCallback]
MakeCheckup = Callable[[Sequence[State]], Checkup]


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
