"""Says what a budget buys: before training, after its first steps, and at the end."""

import math
from collections.abc import Iterator

from ftguard.run.budget.budget import DEFAULT
from ftguard.run.budget.plan import Ahead
from ftguard.run.budget.spending import LEAST, Spending
from ftguard.scores.snapshot import Snapshot
from ftguard.text.formatting import count, duration, percent

MOST = 0.9
"""A share of the run from which on a budget is none."""
NEAR = 1.2
"""Times its budget up to which a run has kept it."""


def before_training(spending: Spending, base: Snapshot) -> Iterator[str]:
    """What the base could be asked, where that is not everything."""
    total, asked = len(spending.batch.probes), len(base.scores)
    if asked >= total:
        yield (
            f"budget: checks may take {spending.budget}: where asking all {count(total)} probes "
            "takes more, each checkpoint is asked a part that changes (`budget=None` asks all)"
        )
        return
    yield (
        f"budget: checks may take {spending.budget}, so the base was asked {count(asked)} of "
        f"{count(total)} probes: what is not held or too few below may be so for that reason "
        "(`budget=None` asks all; the next run with the same base goes on from there)"
    )


def to_come(spending: Spending, base: Snapshot, ahead: Ahead) -> str:
    """What checking will cost the run, by its first steps."""
    clock, checks = spending.clock, ahead.checks
    training = clock.training(ahead.steps_done, ahead.steps)
    everything = spending.price_of_all(base) + spending.overhead
    if checks is None:
        return f"a check of everything takes about {duration(everything)}; {_of(spending)}"
    most = clock.spent + checks * (spending.price(base) + spending.overhead)
    allowed = spending.budget.total(training, checks)
    if len(base.scores) >= len(spending.batch.probes) and most <= allowed:
        return (
            f"cost to come: {checks} checks of about {duration(everything)}, "
            f"{percent(_share(most, training))} of the run ({_of(spending)})"
        )
    least = clock.spent + spending.price_of_least(base) + checks * spending.overhead
    whole = everything * (checks + 1)
    return (
        f"cost to come: {percent(_share(max(min(allowed, most), least), training))} of the run for "
        f"the base and {checks} checks ({_of(spending)}); asking everything would take about "
        f"{duration(everything)} each time, {percent(_share(whole, training))} of the run: "
        f"`budget={_enough(_share(whole, training))}`"
    )


def _of(spending: Spending) -> str:
    return f"budget: {spending.budget}"


def _share(seconds: float, training: float) -> float:
    return seconds / max(seconds + training, 1e-9)


def _enough(share: float) -> str:
    """A share that is a little more, in two places."""
    return "None" if share >= MOST else f"{math.ceil(share * 105) / 100:.2f}"


def in_the_end(
    spending: Spending | None, base: Snapshot, checks: int, spent: float, share: float
) -> str | None:
    """What checks took, where it was not what the budget says or no budget was held.

    Args:
        spending: the budget; None where everything was asked.
        base: what it answered.
        checks: how many checkpoints were examined.
        spent: seconds that checks took.
        share: of the run's time.
    """
    took = f"checks took {duration(spent)}, {percent(share)} of the run"
    if spending is None:
        less = f"{took}: `budget={DEFAULT}` has less asked (`ftguard manual cost`)"
        return less if share > DEFAULT else None
    budget = spending.budget
    allowed = budget.share
    if allowed is None:
        allowed = share * budget.total(0.0, checks) / max(spent, 1e-9)
    if share <= NEAR * allowed:
        return f"{took} ({_of(spending)})"
    return (
        f"{took}, beyond the budget of {budget}: a run so short pays for what is asked in any case "
        f"({LEAST} probes of each set, of the base and of the last checkpoint) and for what checks "
        "take beside asking; fewer checkpoints (`save_steps`) take less, a larger `budget` tells "
        f"more (asking everything once takes about {duration(spending.price_of_all(base))})"
    )
