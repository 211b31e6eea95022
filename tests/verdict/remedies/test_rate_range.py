"""Tests of the range of rates that a run's own curve allows, against curves made by its laws."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import student_estimate
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import Outcome, Verdict
from ftguard.verdict.remedies.rate_range import AIM, RateRange, rate_range, rounded
from ftguard.verdict.run import Run

GATE = Gate(measurement="forgetting", limit=0.10)
Runs = Callable[[str, float], Run]
Examined = Callable[..., Checkup]
Curve = Sequence[tuple[int, float]]
"""Steps of 100, and what was lost at each."""


@pytest.fixture
def found(examined: Examined, run: Runs) -> Callable[..., RateRange]:
    """The range after a curve at a rate of 1, each loss measured with this standard error."""

    def make(
        curve: Curve, error: float = 0.01, gate: Gate = GATE, *, discrete: bool = True
    ) -> RateRange:
        checkups = [
            examined(_verdict(gate, loss, error, discrete=discrete), step) for step, loss in curve
        ]
        result = rate_range(gate, checkups, run("full", 1.0))
        assert result is not None
        return result

    return make


def _verdict(gate: Gate, loss: float, error: float, *, discrete: bool = True) -> Verdict:
    estimate = student_estimate(loss, error, dof=1000, n=200)
    measurement = Measurement(
        name=gate.measurement, slice=gate.slice, estimate=estimate, discrete=discrete
    )
    outcome = Outcome(gate=gate, measurement=measurement, state="within", explanation="")
    return Verdict(outcomes=(outcome,), passed=True, proven=False)


def test_a_run_that_lost_what_is_aimed_for_had_the_right_rate(
    found: Callable[..., RateRange],
) -> None:
    """At the aim the factor on the rate is 1, within the grid's steps."""
    assert found([(100, AIM * 0.10)]).advised == pytest.approx(1.0, rel=0.1)


@pytest.mark.parametrize(
    ("times", "discrete", "steepness"),
    [
        (2.0, True, 0.85),
        (4.0, True, 0.85),
        (2.0, False, 0.7),
        (4.0, False, 0.7),
        # Below what is aimed for both grow alike.
        (0.5, True, 0.85),
        (0.5, False, 0.85),
    ],
)
def test_the_hazard_grows_with_the_rate_to_its_exponent(
    found: Callable[..., RateRange], times: float, steepness: float, *, discrete: bool
) -> None:
    """A run whose hazard is k times that of the aim had k^(1/steepness) times the right rate."""
    loss = -math.expm1(times * math.log1p(-AIM * 0.10))

    advised = found([(100, loss)], error=0.003, discrete=discrete).advised

    assert advised == pytest.approx(times ** (-1 / steepness), rel=0.15)


def test_the_ends_are_in_order_and_wider_for_what_was_measured_worse(
    found: Callable[..., RateRange],
) -> None:
    """Safe before aimed, and safely within the limit before as likely as not beyond it."""
    sharp, blunt = found([(100, 0.2)], error=0.01), found([(100, 0.2)], error=0.1)

    for one in (sharp, blunt):
        assert one.low < one.advised < one.high
        assert one.low < one.allowed < one.high
    assert blunt.high / blunt.low > 1.3 * sharp.high / sharp.low


def test_later_checkpoints_of_a_bad_run_do_not_lower_the_rate_again(
    found: Callable[..., RateRange],
) -> None:
    """A last loss ten times that of the second says about the same rate as the first two did."""
    two = [(25, 0.05), (50, 0.09)]

    early, late = found(two).advised, found([*two, (100, 0.9)]).advised

    assert early / 1.5 < late <= early * 1.01


def test_a_steadily_growing_loss_is_told_as_one_rate(found: Callable[..., RateRange]) -> None:
    """30 % by the end, in proportion to time^0.4: after each checkpoint within a factor of 1.5."""
    curve = [(step, 0.3 * (step / 100) ** 0.4) for step in (20, 40, 60, 80, 100)]

    advised = [found(curve[:count]).advised for count in range(1, 6)]

    assert max(advised) < 1.5 * min(advised)


def test_a_first_checkpoint_counts_for_more_than_it_lost(found: Callable[..., RateRange]) -> None:
    """At a quarter of the run there is more to come: the rate is lower than for the end."""
    assert found([(25, 0.2)]).advised < 0.8 * found([(100, 0.2)]).advised


def test_many_checkpoints_are_not_read_as_much_more_certainty(
    found: Callable[..., RateRange],
) -> None:
    """Forty that repeat one another leave the range as wide as eight do, within a tenth."""
    eight, forty = (
        found([(100 * step // count, 0.07) for step in range(1, count + 1)]) for count in (8, 40)
    )

    assert forty.high / forty.low == pytest.approx(eight.high / eight.low, rel=0.1)


def test_where_all_is_lost_there_is_still_a_rate(found: Callable[..., RateRange]) -> None:
    """A loss of 1, and more than 1 where chance took the rest, is far beyond and finite."""
    for loss in (1.0, 1.2):
        assert 1e-4 < found([(100, loss)]).advised < 0.1


def test_where_nothing_is_lost_the_range_lies_above_the_rate(
    found: Callable[..., RateRange],
) -> None:
    """A loss of 0 known to 1 point allows at least twice the rate; known to 20 points, nothing."""
    assert found([(100, 0.0)], error=0.01).allowed > 2
    assert found([(100, 0.0)], error=0.2).low < 1


def test_a_gain_is_no_loss(found: Callable[..., RateRange]) -> None:
    """Fifty times better than the base allows as much as being as good."""
    assert found([(100, -50.0)]) == found([(100, 0.0)])


def test_a_tiny_limit_is_read_as_one_percent(found: Callable[..., RateRange]) -> None:
    """No rate but 0 would lose next to nothing."""
    gates = [Gate(measurement="tail", limit=limit) for limit in (1e-4, 0.01)]

    tiny, one = (found([(100, 0.05)], gate=gate) for gate in gates)

    assert tiny == one


def test_a_lowered_rate_makes_another_curve(examined: Examined, run: Runs) -> None:
    """Of a run lowered from 1 to 0.1 only what came before is read."""
    before = examined(_verdict(GATE, 0.2, 0.01), 50, learning_rate=1.0)
    after = examined(_verdict(GATE, 0.6, 0.01), 100, learning_rate=0.1)

    both = rate_range(GATE, [before, after], run("full", 1.0))

    assert both == rate_range(GATE, [before], run("full", 1.0))


def test_the_runs_curve_is_read_where_there_is_one(examined: Examined, run: Runs) -> None:
    """The smoothed change of 10 % counts, not this checkpoint's own of 60 %."""
    verdict = _verdict(GATE, 0.6, 0.01)
    smooth = student_estimate(0.1, 0.01, dof=1000, n=200)
    smoothed = replace(verdict, outcomes=(replace(verdict.outcomes[0], curve=smooth),))

    read = rate_range(GATE, [examined(smoothed)], run("full", 1.0))

    assert read == rate_range(GATE, [examined(_verdict(GATE, 0.1, 0.01))], run("full", 1.0))


def test_without_a_measurement_there_is_no_range(examined: Examined, run: Runs) -> None:
    """A gate that no checkpoint was held against says nothing."""
    other = Gate(measurement="tail", slice="worst", limit=0.15)

    assert rate_range(other, [examined(_verdict(GATE, 0.2, 0.01))], run("full", 1.0)) is None


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (6.6e-5, 6e-5),
        (7.2e-5, 8e-5),
        (9.4e-5, 1e-4),
        (1.3e-4, 1.2e-4),
        (0.02, 0.02),
        (3.4e-6, 3e-6),
    ],
)
def test_rates_are_rounded_to_ten_a_decade(rate: float, expected: float) -> None:
    """The nearest by ratio of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 and 10."""
    assert rounded(rate) == expected
