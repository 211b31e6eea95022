"""Makes `Gate`, a limit on one measurement, and holds how bad a measurement is against it."""

import math
from dataclasses import dataclass, replace
from typing import Literal

from ftguard.errors import InputError
from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import Estimate, p_value
from ftguard.verdict.sensible import check_limit, check_name

State = Literal[
    "clear", "within", "breach", "suspect", "too wide", "not asked", "nothing to lose", "missing"
]
"""What a gate says of a measurement."""

CALIBRATION = "calibration"
OWN_LIMIT = 0.14
"""The calibration error that a checkpoint may have of its own, whatever its base's was: halfway
between the 0.08 of a typical good fine-tune and the 0.20 of one that turned overconfident, both of
which are told apart from it with 100 to 200 questions (`tests/benchmarks/calibration_gate.py`)."""

WIDEST = 2.0
"""An interval wider than so many times the limit decides nothing: it could hold a change of the
whole limit beside none."""


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A limit on one measurement's slice.

    Raises:
        InputError: a misspelt name, a limit without sense (10 for 10 %), a price that is no number,
            advice that would come after the limit, or an own limit on what has none.
    """

    measurement: str
    """`target`, `forgetting`, `tail`, `calibration`, `own_answers`, `drift`, or a name that a
    measure of your own yields."""
    slice: str = "all"
    limit: float
    """The largest acceptable change (the least, for gains), in the measurement's unit: of a
    relative drop a share above 0 and at most 1, of a calibration error points, likewise."""
    advise_at: float | None = None
    """The change from which advice is given, before the limit is reached."""
    price: float = 3.0
    """What a point beyond the limit costs when checkpoints are weighed against each other, in
    points of target."""
    own_limit: float | None = None
    """Of `calibration`: the largest acceptable error of the checkpoint itself, beside `limit` on
    its rise; None for 0.14, or for `limit` where that is larger."""

    def __post_init__(self) -> None:
        check_name(self.measurement)
        check_limit(self.key, self.limit)
        if self.advise_at is not None and not self.advise_at <= self.limit:
            raise InputError(f"gate `{self.key}`: `advise_at` must not lie beyond `limit`.")
        if not 0 <= self.price < math.inf:
            raise InputError(f"gate `{self.key}`: `price` is a number from 0 up.")
        if self.own_limit is not None:
            if self.measurement != CALIBRATION:
                raise InputError(f"gate `{self.key}`: `own_limit` is of `{CALIBRATION}` alone.")
            if not math.isfinite(self.own_limit):
                raise InputError(f"the own limit of gate `{self.key}` must be a finite number.")
        # Numbers of numpy are numbers, and no JSON.
        for name in ("limit", "advise_at", "price", "own_limit"):
            number = getattr(self, name)
            object.__setattr__(self, name, None if number is None else float(number))

    @property
    def key(self) -> str:
        """The measurement that it looks at, `forgetting/all`."""
        return f"{self.measurement}/{self.slice}"

    @property
    def largest_error(self) -> float:
        """Of `calibration`: the own limit in force."""
        return max(OWN_LIMIT, self.limit) if self.own_limit is None else self.own_limit


def badness(measurement: Measurement) -> Estimate | None:
    """The estimate turned so that higher is worse and 0 is no change."""
    estimate = measurement.estimate
    if estimate is None or not measurement.higher_is_better:
        return estimate
    return turned(estimate)


def turned(estimate: Estimate) -> Estimate:
    """The estimate of the change the other way."""
    return replace(estimate, value=-estimate.value, low=-estimate.high, high=-estimate.low)


def limit_on(gate: Gate, measurement: Measurement) -> float:
    """The gate's limit on the badness of a measurement."""
    return gate.limit if not measurement.higher_is_better else -gate.limit


def _no_change(gate: Gate, measurement: Measurement) -> float:
    """The badness that has to be exceeded beyond chance: none, or a required gain just missed."""
    return min(0.0, limit_on(gate, measurement))


def p_of_no_change(gate: Gate, measurement: Measurement, bad: Estimate) -> float:
    """One-sided, of no change; Bonferroni over the slices that a worst one was chosen from."""
    return p_beyond(measurement, bad, _no_change(gate, measurement))


def p_beyond(measurement: Measurement, bad: Estimate, threshold: float) -> float:
    """One-sided, of a badness up to a threshold, for all slices a worst one was chosen from."""
    return min(1.0, measurement.num_comparisons * p_value(bad, threshold))


def below_noise(gate: Gate, measurement: Measurement, bad: Estimate) -> bool:
    """Whether the base differs from itself by as much when it is asked twice."""
    return 0 < measurement.noise >= bad.value - _no_change(gate, measurement)
