"""Makes the `Advice` that a verdict calls for: `advise` asks every remedy."""

from collections.abc import Sequence

from ftguard.verdict.advice import Advice
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gates import Verdict
from ftguard.verdict.remedies.learning_rate import lower_learning_rate
from ftguard.verdict.remedies.more_probes import more_probes
from ftguard.verdict.remedies.replay import replay
from ftguard.verdict.remedies.stopping import stop
from ftguard.verdict.run import Run


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
