"""`Watched`: tells each loss of a run of the demo as it comes, and stops it when it is asked to."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from ftguard.demo.losses import LOSSES, Loss


class Watched(TrainerCallback):  # type: ignore[misc]
    """Writes the losses into a file, one a line, and asks after each step whether to stop."""

    def __init__(self, out: Path, *, stop: Callable[[], bool]) -> None:
        self._path = out / LOSSES
        self._stop = stop
        out.mkdir(parents=True, exist_ok=True)
        self._path.write_bytes(b"")

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Write the loss; what is not finite becomes null."""
        del args, control, kwargs
        if logs is None or "loss" not in logs:
            return
        line = Loss(step=state.global_step, loss=logs["loss"], rate=logs.get("learning_rate"))
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(line) + b"\n")

    def on_step_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Stop where that was asked for; what was measured so far gets its verdict."""
        del args, state, kwargs
        if self._stop():
            control.should_training_stop = True
