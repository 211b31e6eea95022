"""Makes the `Advice` that a verdict calls for: `advise` asks every remedy."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ftguard.disk import as_recorded
from ftguard.errors import FtguardWarning, InputError, told
from ftguard.stats.alpha_spending import Look
from ftguard.verdict.advice import Advice, GoFurther, LowerLearningRate
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gates import Verdict
from ftguard.verdict.remedies.going_further import go_further
from ftguard.verdict.remedies.learning_rate import lower_learning_rate
from ftguard.verdict.remedies.more_probes import more_probes
from ftguard.verdict.remedies.replay import replay
from ftguard.verdict.remedies.stopping import stop
from ftguard.verdict.run import Run

Remedy = Callable[[Verdict, Sequence[Checkup], Run], Iterable[Advice]]
"""A remedy of one's own: what a verdict calls for, the run's earlier checkups being known."""


_ADVICE: Any = Advice
"""msgspec reads unions, of which mypy makes no type."""


def advise(
    checkup: Checkup,
    past: Sequence[Checkup],
    run: Run,
    *,
    look: Look,
    patience: int,
    own: Sequence[Remedy] = (),
) -> tuple[Advice, ...]:
    """Every remedy that a checkup calls for, most pressing first.

    Args:
        checkup: of the checkpoint at hand, without advice yet.
        past: the checkups of this run before it, oldest first.
        run: what is known of the run.
        look: which of the run's looks it is.
        patience: breached checkpoints in a row before stopping is advised.
        own: the user's remedies; one that fails is warned of, and training goes on.
    """
    verdict = checkup.verdict
    return (
        *stop(verdict, past, patience),
        *lower_learning_rate(checkup, past, run),
        *replay(checkup, past, run),
        *more_probes(verdict, look),
        *go_further(checkup, past, run),
        *(advice for remedy in own for advice in _of_own(remedy, verdict, past, run)),
    )


def _of_own(
    remedy: Remedy, verdict: Verdict, past: Sequence[Checkup], run: Run
) -> tuple[Advice, ...]:
    name = getattr(remedy, "__qualname__", type(remedy).__name__)
    try:
        found = [_checked(item) for item in remedy(verdict, past, run)]
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the user's
        warnings.warn(
            f"ftguard: the remedy {name} failed: {told(error)}",
            category=FtguardWarning,
            stacklevel=2,
        )
        return ()
    return tuple(found)


def _checked(given: object) -> Advice:
    advice: Advice = as_recorded(given, _ADVICE)
    if isinstance(advice, LowerLearningRate | GoFurther) and advice.learning_rate <= 0:
        raise InputError(f"a learning rate is above 0, got {advice.learning_rate}.")
    return advice
