"""Replay: mixing general data into training, where a lower rate alone is unlikely to do."""

from collections.abc import Iterator, Sequence

from ftguard.text.formatting import percent
from ftguard.verdict.advice import Replay
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.remedies.learning_rate import wanted_rate
from ftguard.verdict.remedies.reasons import hedge
from ftguard.verdict.run import Run

SOME, MUCH = 0.1, 0.3
"""Shares of the training rows."""
FAR_BEYOND = 3.0
"""From so many times the limit on, the larger share is advised."""


LEARNS_LITTLE = {"full": 1e-5, "adapters": 1e-4}
"""The low ends of the usual learning rates, for full fine-tuning and for LoRA: rates below learn
little in the steps that are usual."""


def replay(checkup: Checkup, past: Sequence[Checkup], run: Run) -> Iterator[Replay]:
    """Advise a share of replay where the rate that would do learns little.

    The shares are those of small runs; where there is much data about 1 % prevented most of the
    forgetting (2502.06042), so the words say to try less.
    """
    wanted = wanted_rate(checkup, past, run)
    if wanted is None or wanted.alarm.outcome.gate.measurement == "calibration":
        return
    if wanted.range.advised >= LEARNS_LITTLE[run.method]:
        return
    worst = wanted.alarm
    share = MUCH if worst.severity >= FAR_BEYOND else SOME
    yield Replay(
        share=share,
        outcome=worst.outcome,
        finding=worst.finding,
        text=(
            f"make {percent(share)} of the training rows the base's own answers to general "
            f"prompts that are not probes (with much data try less): a lower rate alone "
            f"is unlikely to do for {worst.outcome.gate.key}{hedge(worst)}."
        ),
    )
