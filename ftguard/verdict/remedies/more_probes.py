"""More probes, where a loss is suspected but not beyond chance."""

import math
from collections.abc import Iterator

from ftguard.stats.power import WORTH_ASKING
from ftguard.verdict.advice import MoreProbes
from ftguard.verdict.gates import Verdict


def more_probes(verdict: Verdict) -> Iterator[MoreProbes]:
    """Advise how many probes would tell a suspect loss of this size from chance.

    The interval's half-width shrinks with the square root of n. No number is advised that nobody
    would ask.
    """
    for outcome in verdict.outcomes:
        bad = outcome.judged
        if outcome.state != "suspect" or bad is None or bad.value <= 0:
            continue
        half = (bad.high - bad.low) / 2
        needed = math.ceil(bad.n * (half / bad.value) ** 2) + 1
        if needed > WORTH_ASKING:
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
