"""Replay: mixing general data into training, where a lower rate alone is unlikely to do."""

from collections.abc import Iterator, Sequence

from ftguard.advice import Advice
from ftguard.checkup import Checkup
from ftguard.formatting import percent
from ftguard.gates import Verdict
from ftguard.remedies.learning_rate import SAFE_TOP
from ftguard.remedies.reasons import alarms, severity
from ftguard.run import Run

FAR_BEYOND = 3.0
"""So many times the limit, a lower rate alone is unlikely to do."""
SHARE = 0.3


def replay(
    verdict: Verdict, past: Sequence[Checkup], run: Run, current_rate: float
) -> Iterator[Advice]:
    """Advise a share of replay where the rate is already low, or the loss far beyond its limit.

    The share is that of a small run; in large ones about 1 % prevented most of the forgetting
    (2502.06042), so the words say to try less where there is much data.
    """
    del past
    low_already = current_rate <= SAFE_TOP[run.method]
    for outcome, bad, finding in alarms(verdict, "forgetting", "tail"):
        if not low_already and severity(outcome, bad) < FAR_BEYOND:
            continue
        why = "the rate is low already" if low_already else "a lower rate alone is unlikely to do"
        yield Advice(
            do="replay",
            number=SHARE,
            outcome=outcome,
            finding=finding,
            text=(
                f"replay: make {percent(SHARE)} of the training rows the base's own answers to "
                f"general prompts that are not probes, since {why}; with much data try less."
            ),
        )
        return
