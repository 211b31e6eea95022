"""Makes `Gate`, a limit on one measurement, and holds how bad a measurement is against it."""

import math
from dataclasses import dataclass
from typing import Literal

from ftguard.errors import InputError
from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import Estimate, p_value

State = Literal["clear", "within", "breach", "suspect", "nothing to lose", "missing"]
"""What a gate says of a measurement."""


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A limit on one measurement's slice.

    Raises:
        InputError: a limit that is not a finite number, or advice that would come after it.
    """

    measurement: str
    """`target`, `forgetting`, `tail`, `calibration` or `drift`."""
    slice: str = "all"
    limit: float
    """The largest acceptable change (the least, for gains), in the measurement's unit."""
    advise_at: float | None = None
    """The change from which advice is given, before the limit is reached."""

    def __post_init__(self) -> None:
        if not math.isfinite(self.limit):
            raise InputError(f"the limit of gate `{self.key}` must be a finite number.")
        if self.advise_at is not None and not self.advise_at <= self.limit:
            raise InputError(f"gate `{self.key}`: `advise_at` must not lie beyond `limit`.")

    @property
    def key(self) -> str:
        """The measurement that it looks at, `forgetting/all`."""
        return f"{self.measurement}/{self.slice}"


def badness(measurement: Measurement) -> Estimate | None:
    """The estimate turned so that higher is worse and 0 is no change."""
    estimate = measurement.estimate
    if estimate is None or not measurement.higher_is_better:
        return estimate
    return Estimate(
        value=-estimate.value,
        low=-estimate.high,
        high=-estimate.low,
        level=estimate.level,
        n=estimate.n,
        stderr=estimate.stderr,
        dof=estimate.dof,
        null_stderr=estimate.null_stderr,
    )


def limit_on(gate: Gate, measurement: Measurement) -> float:
    """The gate's limit on the badness of a measurement."""
    return gate.limit if not measurement.higher_is_better else -gate.limit


def _no_change(gate: Gate, measurement: Measurement) -> float:
    """The badness that has to be exceeded beyond chance: none, or a required gain just missed."""
    return min(0.0, limit_on(gate, measurement))


def p_of_no_change(gate: Gate, measurement: Measurement, bad: Estimate) -> float:
    """One-sided, of no change; Bonferroni over the slices that a worst one was chosen from."""
    return min(1.0, measurement.num_comparisons * p_value(bad, _no_change(gate, measurement)))


def below_noise(gate: Gate, measurement: Measurement, bad: Estimate) -> bool:
    """Whether the base differs from itself by as much when it is asked twice."""
    return 0 < measurement.noise >= bad.value - _no_change(gate, measurement)
