"""Finds the Trainer's own reporters, so that they draw the guard's curves without being attached.

The Trainer hands a callback neither itself nor the others. Who calls it is the list of all of them,
which is read off the call.
"""

import copy
import csv
import inspect
import io
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.integrations.integration_utils import INTEGRATION_TO_CALLBACK
from transformers.trainer_callback import CallbackHandler

from ftguard.run.arguments import Given
from ftguard.tracking import LogTexts, ManyTrackers, Reporter, TrainerReporters, say, trackers_for
from ftguard.tracking.answers import COLUMNS, Row, markdown, text_cell
from ftguard.tracking.leaving import LEAVING
from ftguard.tracking.tracker import Ending

CALLS = 8
"""Calls that are looked through for the list of callbacks."""
DRAWS_ITSELF = "wandb"
"""What has a tracker of its own."""
CAPTURING = {"wandb", "comet_ml"}
"""What copies the console."""
CONSOLE = (
    "; its copy of the console has what is printed, up to three edge cases of your target among it "
    "(`WANDB_CONSOLE=off`)"
)
NAME = "ftguard/answers"
END = re.compile(r"/(low|high|now|limit)$")
"""Of a name that is another one's beginning: in folders MLflow would have both as one file."""


def trackers_of(
    given: Given,
    args: TrainingArguments,
    state: TrainerState,
    control: TrainerControl,
    *,
    trainer: Any,
    is_open: Callable[[], bool],
) -> ManyTrackers:
    """All that a run is told to: the console, W&B, the Trainer's other reporters, the user's own.

    Args:
        given: the callback's arguments.
        args: of the Trainer.
        state: of the Trainer.
        control: of the Trainer.
        trainer: itself, where it was attached; its own log then reaches the reporters.
        is_open: whether training goes on.
    """
    others: tuple[Ending, ...] = ()
    if trainer is not None:
        others = (_attached(trainer),)
    elif state.is_world_process_zero:
        others = _reporters(args, state, control, is_open, given.log_texts)
    if state.is_world_process_zero and args.report_to:
        copies = CONSOLE if CAPTURING & set(args.report_to) and given.log_texts != "all" else ""
        say(f"texts that {', '.join(args.report_to)} gets: {LEAVING[given.log_texts]}{copies}")
    return trackers_for(
        args.report_to,
        (*others, *given.trackers),
        log_texts=given.log_texts,
        log_artifacts=given.log_artifacts,
    )


def _reporters(
    args: TrainingArguments,
    state: TrainerState,
    control: TrainerControl,
    is_open: Callable[[], bool],
    log_texts: LogTexts,
) -> tuple[Reporter, ...]:
    """Those of the Trainer that calls this callback, W&B aside.

    A line says how to reach them where that cannot be told.
    """
    named = [name for name in args.report_to if name != DRAWS_ITSELF]
    callbacks = _callbacks()
    if callbacks is None:
        if named:
            say(
                f"the curves do not reach {', '.join(named)} by themselves here: call "
                "`guard.attach(trainer)` before `train()`"
            )
        return ()
    return tuple(
        Reporter(
            name=name,
            send=partial(_send, callback, args, state, control),
            show=_shown_by(callback),
            is_open=is_open,
            log_texts=log_texts,
        )
        for name, callback in _reporting(callbacks)
    )


def _attached(trainer: Any) -> TrainerReporters:
    """All reporters of a trainer, through its own log."""

    def send(logs: dict[str, float]) -> None:
        # TRL's log merges the pending metrics of the mode that the root module says it is in.
        training, trainer.model.training = trainer.model.training, False
        try:
            trainer.log(logs)
        finally:
            trainer.model.training = training

    return TrainerReporters(send=send)


def _callbacks() -> Sequence[TrainerCallback] | None:
    frame = inspect.currentframe()
    for _ in range(CALLS):
        frame = None if frame is None else frame.f_back
        caller = None if frame is None else frame.f_locals.get("self")
        if isinstance(caller, CallbackHandler):
            return tuple(caller.callbacks)
    return None


def _reporting(callbacks: Sequence[TrainerCallback]) -> Iterator[tuple[str, TrainerCallback]]:
    kinds = {kind: name for name, kind in INTEGRATION_TO_CALLBACK.items()}
    for callback in callbacks:
        # The nearest class: one may be made of another.
        name = next((kinds[kind] for kind in type(callback).__mro__ if kind in kinds), DRAWS_ITSELF)
        if name != DRAWS_ITSELF and type(callback).on_log is not TrainerCallback.on_log:
            yield name, callback


def _send(
    callback: TrainerCallback,
    args: TrainingArguments,
    state: TrainerState,
    control: TrainerControl,
    *sent: Any,
) -> None:
    curves, step = sent
    at = copy.copy(state)
    at.global_step = step
    if hasattr(callback, "_ml_flow"):
        curves = {END.sub(r".\1", key): value for key, value in curves.items()}
    callback.on_log(args, at, control, logs=dict(curves), model=None)


def _shown_by(callback: Any) -> Callable[[Sequence[Row], int], None] | None:
    """How a reporter shows a table, where it can."""
    if getattr(callback, "tb_writer", None) is not None:
        return lambda rows, step: callback.tb_writer.add_text(NAME, markdown(rows), step)
    if hasattr(callback, "_ml_flow"):
        return lambda rows, _: callback._ml_flow.log_text(_csv(rows), f"{NAME}.csv")  # noqa: SLF001
    if hasattr(callback, "_trackio"):
        return partial(_in_trackio, callback._trackio)  # noqa: SLF001
    if getattr(callback, "_experiment", None) is not None and hasattr(
        callback._experiment,  # noqa: SLF001
        "log_table",
    ):
        return lambda rows, _: callback._experiment.log_table(  # noqa: SLF001
            "ftguard-answers.csv", tabular_data=[_safe(row) for row in rows], headers=list(COLUMNS)
        )
    return None


def _in_trackio(trackio: Any, rows: Sequence[Row], step: int) -> None:
    # Its tables take texts for Markdown.
    data = [[text_cell(v) if isinstance(v, str) else v for v in row] for row in rows]
    table = trackio.Table(columns=list(COLUMNS), data=data)
    trackio.log({NAME: table, "train/global_step": step})


def _csv(rows: Sequence[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(_safe(row) for row in rows)
    return out.getvalue()


def _safe(row: Row) -> list[object]:
    return [_plain(value) for value in row]


def _plain(value: object) -> object:
    # A spreadsheet takes what begins so for a formula.
    is_formula = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if is_formula else value
