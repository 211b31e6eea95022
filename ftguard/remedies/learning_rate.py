"""A lower learning rate: the first remedy against forgetting."""

from collections.abc import Iterator, Sequence

from ftguard.advice import Advice
from ftguard.checkup import Checkup
from ftguard.formatting import rate
from ftguard.gates import Verdict
from ftguard.remedies.reasons import alarms, hedge, severity
from ftguard.run import Run

SAFE_TOP = {"full": 5e-5, "adapters": 2e-4}
"""Upper ends of the usual safe zones: 1e-5 to 5e-5 for full fine-tuning, 1e-4 to 2e-4 for LoRA."""
GENTLEST, HARSHEST = 1 / 2, 1 / 10


def lower_learning_rate(
    verdict: Verdict, past: Sequence[Checkup], run: Run, current_rate: float
) -> Iterator[Advice]:
    """Advise a rate where something is lost, from how much is lost.

    The rate is cut in proportion to the worst excess over its limit, at least to a half and at
    most to a tenth, and not left above the safe zone. That a lower rate forgets less at
    comparable target quality: arXiv 2509.20758.
    """
    del past
    found = sorted(
        alarms(verdict, "forgetting", "tail", "calibration"),
        key=lambda item: (item[2], severity(item[0], item[1])),
    )
    if not found:
        return
    outcome, bad, finding = found[-1]
    factor = max(HARSHEST, min(GENTLEST, 1 / (2 * severity(outcome, bad))))
    safe = SAFE_TOP[run.method]
    lower = current_rate * factor
    if current_rate > safe and current_rate * HARSHEST <= safe:
        lower = min(lower, safe)
    zone = f", {safe_words(current_rate, run)}"
    yield Advice(
        do="lower_learning_rate",
        number=lower,
        outcome=outcome,
        finding=finding,
        text=(
            f"train again with learning rate {rate(lower)} instead of {rate(current_rate)}: "
            f"the rate {hedge(finding=finding)} too high for {outcome.gate.key}{zone}."
        ),
    )


def safe_words(current_rate: float, run: Run) -> str:
    """Where a rate stands against the usual safe zone."""
    where = "above" if current_rate > SAFE_TOP[run.method] else "within"
    kind = "full fine-tuning" if run.method == "full" else "LoRA"
    return f"{where} the usual zone for {kind} (up to {rate(SAFE_TOP[run.method])})"
