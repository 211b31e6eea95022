"""Tests of what is said of the gates' power before the first step."""

import pytest

from ftguard.measures.measurement import Measurement
from ftguard.run.announce import tell_power
from ftguard.stats.estimates import Estimate


def _base(room: float, n: int) -> Measurement:
    estimate = Estimate(value=0.0, low=-1, high=1, level=0.95, n=n, stderr=0.5, dof=n - 1)
    return Measurement(name="forgetting", slice="all", estimate=estimate, base=room, now=room)


@pytest.mark.parametrize(
    ("room", "n", "limit", "words"),
    [
        (
            # An error is sqrt(0.2 / 200) / 0.8 = 0.0395: 1.96 of them are within the limit, and
            # 0.84 beyond it are 13.3 %. For 15 % it takes (2.80 * 0.559 / 0.15)^2 = 109.03.
            *(0.8, 200, 0.1),
            (
                "find a true drop of 13.3 % or more 4 times of 5 at each checkpoint; to find one "
                "of 15 % takes 110"
            ),
        ),
        (
            # sqrt(0.2 / 200) / 0.02 = 1.58 is one error; for 15 % it takes (2.80 * 22.4 / 0.15)^2.
            *(0.02, 200, 0.1),
            (
                "do not tell even the loss of all that the base has above chance 4 times of 5; to "
                "find one of 15 % takes more than 5,000"
            ),
        ),
        (
            # 1.5 times the limit would be more than there is.
            *(0.8, 200, 0.9),
            "find a true drop of 93.3 % or more 4 times of 5 at each checkpoint",
        ),
    ],
)
def test_what_no_number_of_probes_finds_is_told_without_one(
    room: float, n: int, limit: float, words: str
) -> None:
    """At a level of 2.5 %; no drop beyond 100 %, and no number of probes beyond thousands."""
    (said,) = tell_power(limit, _base(room, n), 0.025)

    assert said == f"forgetting/all: these {n} probes {words}"
