"""A lower learning rate: the first remedy against forgetting."""

from collections.abc import Iterator
from dataclasses import dataclass

from ftguard.formatting import rate
from ftguard.verdict.advice import LowerLearningRate
from ftguard.verdict.gates import Verdict
from ftguard.verdict.remedies.reasons import Alarm, alarms, hedge
from ftguard.verdict.run import Run


@dataclass(frozen=True, kw_only=True)
class Zone:
    """Learning rates that are usual."""

    low: float
    high: float


ZONES = {"full": Zone(low=1e-5, high=5e-5), "adapters": Zone(low=1e-4, high=2e-4)}
"""The usual safe zones of the learning rate, for full fine-tuning and for LoRA."""
GOAL = 0.5
"""The loss to aim for, as a share of the limit."""
STEEPNESS = 1.8
"""What is lost grows with rate^(1/1.8): fitted on stories260K, full fine-tuning on GSM8K at
rates from 1e-5 to 1e-3 (`tests/benchmarks/rates.py`)."""
GENTLEST = 0.5
"""The least lowering: a factor nearer to 1 would leave the rate about where it was."""


def lower_learning_rate(
    verdict: Verdict, run: Run, current_rate: float
) -> Iterator[LowerLearningRate]:
    """Advise a rate where something is lost, from how much is lost.

    The rate is at least halved, and left within the usual zone where it was above. That a lower
    rate forgets less at comparable target quality: arXiv 2509.20758.
    """
    worst = worst_alarm(verdict)
    if worst is None:
        return
    advised = advised_rate(worst, run, current_rate)
    zone = ZONES[run.method]
    kind = "full fine-tuning" if run.method == "full" else "LoRA"
    yield LowerLearningRate(
        learning_rate=advised,
        outcome=worst.outcome,
        finding=worst.finding,
        text=(
            f"train again with learning rate {rate(advised)} instead of {rate(current_rate)}, "
            f"which is too high for {worst.outcome.gate.key}{hedge(worst)}; usual for {kind} is "
            f"{rate(zone.low)} to {rate(zone.high)}."
        ),
    )


def worst_alarm(verdict: Verdict) -> Alarm | None:
    """The alarm that asks most of the rate: findings first, then by how far beyond the limit."""
    found = alarms(verdict, "forgetting", "tail", "calibration")
    return max(found, key=lambda alarm: (alarm.finding, alarm.severity), default=None)


def advised_rate(worst: Alarm, run: Run, current_rate: float) -> float:
    """The rate at which half the limit would be lost, but not below the usual zone from above."""
    zone = ZONES[run.method]
    wanted = wanted_rate(worst, current_rate)
    floor = min(zone.low, current_rate * GENTLEST)
    return max(min(wanted, zone.high if current_rate > zone.high else wanted), floor)


def wanted_rate(worst: Alarm, current_rate: float) -> float:
    """The rate at which half the limit would be lost, whatever is usual."""
    if worst.severity <= GOAL:
        return current_rate * GENTLEST
    share: float = (GOAL / worst.severity) ** STEEPNESS
    return current_rate * min(GENTLEST, share)
