"""Replay: mixing general data into training, where a lower rate alone is unlikely to do."""

from collections.abc import Iterator

from ftguard.formatting import percent
from ftguard.verdict.advice import Replay
from ftguard.verdict.gates import Verdict
from ftguard.verdict.remedies.learning_rate import ZONES, wanted_rate, worst_alarm
from ftguard.verdict.remedies.reasons import hedge
from ftguard.verdict.run import Run

SOME, MUCH = 0.1, 0.3
"""Shares of the training rows."""
FAR_BEYOND = 3.0
"""From so many times the limit on, the larger share is advised."""


def replay(verdict: Verdict, run: Run, current_rate: float) -> Iterator[Replay]:
    """Advise a share of replay where the rate that would do lies below the usual zone.

    Such a rate learns little. The shares are those of small runs; where there is much data about
    1 % prevented most of the forgetting (2502.06042), so the words say to try less.
    """
    worst = worst_alarm(verdict)
    if worst is None or worst.outcome.gate.measurement == "calibration":
        return
    wanted = wanted_rate(worst, current_rate)
    if wanted >= ZONES[run.method].low:
        return
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
