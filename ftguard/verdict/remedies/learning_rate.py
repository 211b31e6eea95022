"""A lower learning rate: the first remedy against what is lost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ftguard.text.formatting import rate
from ftguard.verdict.advice import LowerLearningRate
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.remedies.rate_range import RateRange, rate_range, rounded
from ftguard.verdict.remedies.reasons import Alarm, alarms, hedge
from ftguard.verdict.run import Run

GENTLEST = 0.8
"""The least lowering: a factor nearer to 1 would leave the rate about where it was."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the alarms of a checkup ask of the rate, all together."""

    alarm: Alarm
    """The one that asks most: a finding wherever there is one."""
    range: RateRange
    """Of the gate that asks for the lowest rate."""


def lower_learning_rate(
    checkup: Checkup, past: Sequence[Checkup], run: Run
) -> Iterator[LowerLearningRate]:
    """Advise a rate for the same training from its start, where something is lost.

    It rests on all the run's checkpoints, so that each further one of a bad run sharpens the same
    advice. That a lower rate forgets less at comparable target quality: arXiv 2509.20758.

    Args:
        checkup: of the checkpoint at hand.
        past: the checkups of this run before it, oldest first.
        run: gives the rate that is to be lowered.
    """
    wanted = wanted_rate(checkup, past, run)
    if wanted is None:
        return
    found = wanted.range
    advised, low, high = rounded(found.advised), rounded(found.low), rounded(found.high)
    ends = f" ({rate(low)} to {rate(high)})" if low < high else ""
    yield LowerLearningRate(
        learning_rate=advised,
        low=low,
        high=high,
        outcome=wanted.alarm.outcome,
        finding=wanted.alarm.finding,
        text=(
            f"train again with learning rate {rate(advised)}{ends} instead of "
            f"{rate(run.learning_rate)}, which is too high for "
            f"{wanted.alarm.outcome.gate.key}{hedge(wanted.alarm)}."
        ),
    )


def wanted_rate(checkup: Checkup, past: Sequence[Checkup], run: Run) -> Wanted | None:
    """The range of the gate that asks for the lowest rate among the alarms; None without any.

    It ends below the run's own rate: an alarm never says that this was right.
    """
    checkups = [*past, checkup]
    asked = [
        (alarm, found)
        for alarm in alarms(checkup)
        if (found := rate_range(alarm.outcome.gate, checkups, run)) is not None
    ]
    if not asked:
        return None
    asked.sort(key=lambda pair: pair[1].advised)
    alarm = min(asked, key=lambda pair: not pair[0].finding)[0]
    return Wanted(alarm=alarm, range=asked[0][1].at_most(GENTLEST * run.learning_rate))
