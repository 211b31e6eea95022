"""Tests of a gate: what it refuses, and how bad the measurement is that it looks at."""

import math
from dataclasses import replace
from typing import cast

import numpy as np
import pytest

from ftguard.errors import InputError
from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import Estimate
from ftguard.verdict.gate import Gate, badness


def _estimate(value: float, low: float, high: float, n: int = 200) -> Estimate:
    return Estimate(
        value=value, low=low, high=high, level=0.95, n=n, stderr=(high - low) / 3.92, dof=1000
    )


def _measured(estimate: Estimate | None, *, higher_is_better: bool = False) -> Measurement:
    return Measurement(
        name="forgetting", slice="all", estimate=estimate, higher_is_better=higher_is_better
    )


def test_badness_turns_gains_over() -> None:
    """A gain of 0.1 (0.05 to 0.2) is as bad as -0.1 (-0.2 to -0.05); losses stay."""
    gain = _measured(_estimate(0.1, 0.05, 0.2, n=9), higher_is_better=True)

    assert badness(gain) == _estimate(-0.1, -0.2, -0.05, n=9)
    assert badness(_measured(_estimate(0.1, 0.05, 0.2))) == _estimate(0.1, 0.05, 0.2)
    assert badness(_measured(None, higher_is_better=True)) is None


def test_badness_keeps_the_error_of_no_change() -> None:
    """A gain's error under no change is that of the loss."""
    gain = replace(_estimate(0.1, 0.05, 0.2), null_stderr=0.03)

    turned = badness(_measured(gain, higher_is_better=True))

    assert turned is not None
    assert turned.null_stderr == 0.03


@pytest.mark.parametrize("advise_at", [0.11, math.nan])
def test_advice_comes_before_the_limit(advise_at: float) -> None:
    """Advice beyond the limit would come too late; at the limit it is allowed."""
    with pytest.raises(InputError, match="must not lie beyond `limit`"):
        Gate(measurement="forgetting", limit=0.10, advise_at=advise_at)
    assert Gate(measurement="forgetting", limit=0.10, advise_at=0.10).advise_at == 0.10


def test_numbers_of_numpy_are_kept_as_plain_ones() -> None:
    """They are written to the ledger as JSON, which knows none of them."""
    gate = Gate(
        measurement="forgetting",
        limit=cast("float", np.float32(0.25)),
        advise_at=np.float64(0.125),
        price=np.float64(2),
    )

    assert [type(number) for number in (gate.limit, gate.advise_at, gate.price)] == [float] * 3
    assert (gate.limit, gate.advise_at, gate.price) == (0.25, 0.125, 2.0)


def test_a_limit_larger_than_any_number_is_refused() -> None:
    """10^400 is no float; the message says what a limit is."""
    with pytest.raises(InputError, match="must be a finite number"):
        Gate(measurement="forgetting", limit=10**400)
