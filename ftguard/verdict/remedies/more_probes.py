"""More probes, where a loss is suspected but not beyond chance."""

import math
from collections.abc import Iterator

from scipy import special

from ftguard.stats.alpha_spending import Look
from ftguard.stats.estimates import Estimate, p_value
from ftguard.stats.power import WORTH_ASKING
from ftguard.verdict.advice import MoreProbes
from ftguard.verdict.gate import below_noise
from ftguard.verdict.gates import Verdict


def more_probes(verdict: Verdict, look: Look) -> Iterator[MoreProbes]:
    """Advise how many probes would tell a suspect loss of this size from chance.

    Nothing is advised where no number would do: the base differs from itself by as much, or it
    takes more probes than a run can ask.

    Args:
        verdict: of the checkpoint at hand.
        look: which of the run's looks it was; so much evidence is to be passed once more.
    """
    for outcome in verdict.outcomes:
        bad = outcome.judged
        if outcome.state != "suspect" or bad is None or bad.value <= 0:
            continue
        if below_noise(outcome.gate, outcome.measurement, bad) or outcome.measurement.num_in_all:
            continue  # Of a part, the next parts and the last checkpoint tell more.
        family = len(verdict.outcomes) * outcome.measurement.num_comparisons
        needed = _needed(bad, look.level / family)
        if needed is None or not bad.n < needed <= WORTH_ASKING:
            continue
        yield MoreProbes(
            num_probes=needed,
            outcome=outcome,
            finding=False,
            text=(
                f"ask about {needed} probes instead of {bad.n} for {outcome.gate.key}: so many "
                "would tell a drop of this size from chance."
            ),
        )


def _needed(loss: Estimate, level: float) -> int | None:
    """Probes at which a loss of this size is beyond chance; None where it is no loss.

    It is so many standard errors now, and that number grows with the square root of n.

    Args:
        loss: the estimate, above 0.
        level: one-sided, the hardest that Holm's procedure may ask.
    """
    shown, asked = special.ndtri(1 - p_value(loss)), special.ndtri(1 - level)
    return math.ceil(loss.n * (asked / shown) ** 2) if shown > 0 else None
