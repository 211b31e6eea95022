"""Tells Weights & Biases: curves beside the loss, and the verdict in the run's summary."""

from dataclasses import dataclass

import wandb

from ftguard.tracking.tracker import scalars
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion

STEP = "train/global_step"


@dataclass(frozen=True)
class WandbTracker:
    """Logs to the W&B run that is open; opens none."""

    def log(self, checkup: Checkup, share: float) -> None:
        """Log the curves at the checkpoint's training step.

        The step goes in as a value, never as `step=`: W&B drops rows whose step lies behind.
        """
        run = _open_run()
        run.define_metric("ftguard/*", step_metric=STEP)
        run.log(scalars(checkup, share) | {STEP: checkup.step})

    def finish(self, conclusion: Conclusion) -> None:
        """Put the verdict into the run's summary."""
        _open_run().summary.update(
            {
                "ftguard/verdict": conclusion.summary,
                "ftguard/best_step": conclusion.best_step,
                "ftguard/gates": {o.gate.key: o.state for o in conclusion.last_gates},
                "ftguard/advice": [advice.text for advice in conclusion.advice],
            }
        )


def _open_run() -> wandb.Run:
    if wandb.run is None:
        raise RuntimeError("no W&B run is open")
    return wandb.run
