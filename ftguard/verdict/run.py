"""Makes `Run`, what is known of a training run before its first step."""

from dataclasses import dataclass
from typing import Literal

from ftguard.verdict.gate import Gate

Kind = Literal["training", "check", "examine"]
"""A guarded training, two models compared, or the checkpoints of a run that was not guarded."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One training run; a resume is the next attempt of the same run."""

    id: str
    attempt: int
    """1 for the first, one more at each resume."""
    resumed_from: int
    """The step that this attempt started from; 0 for the first."""
    method: str
    """`full` or `adapters`."""
    learning_rate: float
    """The peak rate that the run's first attempt began with; 0 where the optimizer sets its own."""
    max_steps: int
    """Optimizer steps planned."""
    planned_checkpoints: int | None
    """Checkpoints that this attempt has to come, where the training arguments tell it."""
    planned_looks: int | None
    """Checkpoints that the run's first attempt planned: what the error rate is shared over."""
    gates: tuple[Gate, ...] = ()
    """The gates that every checkpoint is held against."""
    not_measured: tuple[str, ...] = ()
    """Measurements that nobody configured."""
    rate: float | None = None
    """The peak rate in force when this attempt began; None in records of older versions."""
    left_out: tuple[str, ...] = ()
    """Default gates on what is measured that the user's gates or limits leave out."""
    kind: Kind = "training"
    """What was examined; only a training has a beginning and a rate that we know of."""
    budget: str = ""
    """What checks may take, in words; empty where everything is asked."""
    strict: bool = False
    """Whether only checkpoints with every gate proven clear can be the best."""
