"""What to do about an alarm: one remedy per file, and `advise`, which asks them all."""

from collections.abc import Sequence

from ftguard.advice import Advice
from ftguard.checkup import Checkup
from ftguard.gates import Verdict
from ftguard.remedies.learning_rate import lower_learning_rate
from ftguard.remedies.more_probes import more_probes
from ftguard.remedies.replay import replay
from ftguard.remedies.stopping import stop
from ftguard.run import Run


def advise(
    verdict: Verdict, past: Sequence[Checkup], run: Run, *, current_rate: float, patience: int
) -> tuple[Advice, ...]:
    """Every remedy that the verdict calls for, most pressing first.

    Args:
        verdict: of the checkpoint at hand.
        past: the checkups of this run before it, oldest first.
        run: what is known of the run.
        current_rate: the peak learning rate in force, actions included.
        patience: breached checkpoints in a row before stopping is advised.
    """
    return (
        *stop(verdict, past, patience),
        *lower_learning_rate(verdict, run, current_rate),
        *replay(verdict, run, current_rate),
        *more_probes(verdict),
    )
