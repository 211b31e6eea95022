"""Going further: a higher rate or more steps, where a run that passed has room left."""

from collections.abc import Iterator, Sequence

from ftguard.text.formatting import rate
from ftguard.verdict.advice import GoFurther
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gates import Outcome
from ftguard.verdict.remedies.rate_range import rate_range, rounded
from ftguard.verdict.remedies.reasons import LOSSES
from ftguard.verdict.run import Run

LEAST, MOST = 1.5, 4.0
"""By how much a rate is raised: less is no news, and more is far from all that was measured."""
CEILING = 0.95
"""A target score from which on there is little to gain."""
NEARLY_DONE = 0.99
"""The share of the planned steps from which on a run is judged as a whole."""
EARLIER = 0.6
"""The target of a checkpoint up to this share of the run is what the last one is held against."""
LEAST_RISE = 0.03
"""The share of the target's score that it has to have risen by since."""


def go_further(checkup: Checkup, past: Sequence[Checkup], run: Run) -> Iterator[GoFurther]:
    """Say how much room a run had left that passed to its end and was still learning.

    Args:
        checkup: of the checkpoint at hand.
        past: the checkups of this run before it, oldest first.
        run: gives the rate that could be raised.
    """
    if checkup.verdict.passed is not True or checkup.progress < NEARLY_DONE:
        return
    if checkup.learning_rate is not None and checkup.learning_rate < run.learning_rate:
        return
    outcomes = [o for o in checkup.verdict.outcomes if o.gate.measurement in LOSSES]
    if not outcomes or not all(map(_tells, outcomes)) or not still_rises(checkup, past):
        return
    ranges = [
        (outcome, found)
        for outcome in outcomes
        if (found := rate_range(outcome.gate, [*past, checkup], run)) is not None
    ]
    if not ranges:
        return
    tightest, found = min(ranges, key=lambda pair: pair[1].allowed)
    times = min(MOST, found.allowed / run.learning_rate)
    highest = rounded(times * run.learning_rate)
    if highest < LEAST * run.learning_rate * (1 - 1e-9):
        return
    yield GoFurther(
        learning_rate=highest,
        times_steps=round(times, 1),
        outcome=tightest,
        finding=False,
        text=(
            f"room left: up to about {rate(highest)} instead of {rate(run.learning_rate)}, or "
            f"{_times(times)} the steps; the target still rises and {tightest.gate.key}, the "
            "nearest to its limit, allows it."
        ),
    )


def still_rises(checkup: Checkup, past: Sequence[Checkup]) -> bool:
    """Whether the target has risen lately, beyond its standard error, and is not at its ceiling.

    Held against the last checkpoint of the first part of the run, or against the base where there
    is none. The standard error is that of the gain over the base, which is the larger one.
    """
    target = checkup.target
    if target is None or target.now is None or target.estimate is None or target.now >= CEILING:
        return False
    earlier = [c.target for c in past if c.progress <= EARLIER * checkup.progress]
    before = target.base
    if earlier and earlier[-1] is not None and earlier[-1].now is not None:
        before = earlier[-1].now
    if before is None:
        return False
    return target.now - before > max(LEAST_RISE * target.now, target.estimate.stderr)


def _tells(outcome: Outcome) -> bool:
    """Whether a gate's measurement is near enough to the truth to see room by."""
    bad = outcome.judged
    if outcome.measurement.at_floor or bad is None:
        return False
    narrow = (bad.high - bad.low) / 2 <= outcome.gate.limit
    return outcome.state == "clear" or (outcome.state == "within" and narrow)


def _times(factor: float) -> str:
    return "twice" if round(factor, 1) == 2 else f"{factor:.2g} times"  # noqa: PLR2004
