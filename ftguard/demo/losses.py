"""Makes `Loss`, what a run of the demo tells of its training as it goes."""

from dataclasses import dataclass

LOSSES = "loss.jsonl"
"""The file in a run's folder, one `Loss` a line."""


@dataclass(frozen=True, kw_only=True)
class Loss:
    """The training loss over the last few steps."""

    step: int
    loss: float | None
    """Nats per token; None where it is no finite number, as in a run that diverged."""
    rate: float | None = None
    """The learning rate in force."""
