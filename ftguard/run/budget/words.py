"""Says what a budget buys: before training, after its first steps, and at the end."""

import math
from collections.abc import Iterator

from ftguard.formatting import count, duration, percent
from ftguard.run.budget.spending import Ahead, Spending
from ftguard.scores.snapshot import Snapshot

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
        f"{count(total)} probes (the next run with the same base goes on from there; "
        "`budget=None` asks all)"
    )


def to_come(spending: Spending, base: Snapshot, ahead: Ahead) -> str:
    """What checking will cost the run, by its first steps."""
    clock = spending.clock
    training = clock.training(ahead.steps_done, ahead.steps)
    full = spending.price(base) + spending.overhead
    if ahead.checks is None:
        return f"a check of everything takes about {duration(full)}; budget: {spending.budget}"
    most = clock.spent + ahead.checks * full
    allowed = spending.budget.total(training, ahead.checks)
    whole = f"{percent(most / max(most + training, 1e-9))} of the run"
    if most <= allowed:
        return (
            f"cost to come: {ahead.checks} checks of about {duration(full)}, {whole} "
            f"(budget: {spending.budget})"
        )
    least = max(allowed, clock.spent)
    share = percent(least / max(least + training, 1e-9))
    return (
        f"cost to come: {ahead.checks} checks, {duration(least - clock.spent)} in all, {share} of "
        f"the run (budget: {spending.budget}); asking everything would take {whole}: "
        f"`budget={_enough(most / max(most + training, 1e-9))}`"
    )


def _enough(share: float) -> str:
    """A share that is a little more, in two places."""
    return "None" if share >= MOST else f"{math.ceil(share * 105) / 100:.2f}"


def in_the_end(spending: Spending | None, spent: float, share: float, full: float) -> str | None:
    """What checks took, where it was not what the budget says or no budget was held.

    Args:
        spending: the budget; None where everything was asked.
        spent: seconds that checks took.
        share: of the run's time.
        full: seconds that asking everything takes once.
    """
    took = f"checks took {duration(spent)}, {percent(share)} of the run"
    if spending is None:
        return None if share <= 0.05 else f"{took}: `budget=0.05` would have held them to 5 %"  # noqa: PLR2004
    allowed = spending.budget.share
    if allowed is None or share <= NEAR * allowed:
        return f"{took} (budget: {spending.budget})"
    return (
        f"{took}, beyond the budget of {spending.budget}: a few probes of each set are asked of "
        f"the base and the last checkpoint whatever they cost, and asking all once takes "
        f"{duration(full)}; fewer checkpoints (`save_steps`) or `max_probes` bring it down"
    )
