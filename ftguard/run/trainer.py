"""What the Trainer's arguments and state say about the run to come."""

import math
from collections.abc import Mapping
from pathlib import Path

import torch
from transformers import TrainerState, TrainingArguments

from ftguard.ask.unwrap import inner_model
from ftguard.errors import InputError
from ftguard.run.examine import Moment

SCORE_KEY = "eval_ftguard_score"


def check_arguments(args: TrainingArguments) -> None:
    """Refuse arguments under which nothing would ever be examined.

    Raises:
        InputError: nothing is saved.
    """
    if _value(args.save_strategy) == "no":
        raise InputError(
            "`save_strategy='no'` leaves no checkpoint to examine: use 'steps' or 'epoch' "
            "(with `save_total_limit=1`, if disk is short: the best is kept apart)."
        )


def chooses_by_guard(args: TrainingArguments) -> bool:
    """Whether the Trainer picks its best checkpoint by ftguard's score."""
    return str(args.metric_for_best_model or "").removeprefix("eval_") == "ftguard_score"


def planned_checkpoints(args: TrainingArguments, state: TrainerState) -> int | None:
    """Checkpoints still to come, the last step's included; None where that depends on results."""
    left = int(state.max_steps) - int(state.global_step)
    strategy = _value(args.save_strategy)
    if chooses_by_guard(args) and _value(args.eval_strategy) == "steps":
        return math.ceil(left / float(state.eval_steps))
    if strategy == "steps":
        return math.ceil(left / float(state.save_steps))
    if strategy == "epoch" or _value(args.eval_strategy) == "epoch":
        return math.ceil(float(state.num_train_epochs) - float(state.epoch or 0))
    return None


def moment_of(
    state: TrainerState,
    *,
    metrics: Mapping[str, float] | None = None,
    checkpoint: str | None = None,
) -> Moment:
    """Where training stands; the evaluation loss is the first one of several eval sets."""
    rows = [metrics or {}]
    rows += [row for row in state.log_history if row.get("step") == state.global_step]
    losses = [
        float(value)
        for row in rows
        for key, value in row.items()
        if key.startswith("eval_") and key.endswith("_loss") and math.isfinite(value)
    ]
    return Moment(
        step=state.global_step,
        epoch=state.epoch or 0.0,
        progress=min(1.0, state.global_step / max(1, state.max_steps)),
        checkpoint=checkpoint,
        eval_loss=losses[0] if losses else None,
    )


def loaded_from(model: torch.nn.Module) -> Path | None:
    """The folder that the model's weights were loaded from, where it was one."""
    name = getattr(inner_model(model).config, "_name_or_path", "")
    return Path(name) if name and Path(name).is_dir() else None


def _value(strategy: object) -> str:
    return str(getattr(strategy, "value", strategy))


def half_precision(model: torch.nn.Module) -> str | None:
    """What to say of weights that are trained in float16; None where none are."""
    if not any(p.requires_grad and p.dtype == torch.float16 for p in model.parameters()):
        return None
    return (
        "the weights that are trained are float16, in which updates are easily lost or overflow: "
        "load the model with `dtype=torch.float32` (and `bf16=True` or `fp16=True` for speed)"
    )
