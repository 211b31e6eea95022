"""How far a limit may be moved in the page, and what it is called there."""

import pytest

from ftguard.measures.measurement import Measurement
from ftguard.report.limits.movable import Movable, movable
from ftguard.stats.estimates import Estimate
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import UNDECIDED


def _movable(gate: Gate, *values: float, unit: str = "nats") -> Movable:
    """Of a run whose checkpoints changed by these."""
    measured = [
        Measurement(
            name=gate.measurement,
            slice=gate.slice,
            estimate=Estimate(value=v, low=v, high=v, level=0.95, n=9, stderr=0.1, dof=8),
            unit=unit,
        )
        for v in values
    ]
    return movable(gate, [_checkup(step, one) for step, one in enumerate(measured, 1)])


def _checkup(step: int, measurement: Measurement) -> Checkup:
    return Checkup(
        run="r",
        attempt=1,
        step=step,
        epoch=1.0,
        progress=1.0,
        checkpoint=None,
        eval_loss=None,
        measurements=(measurement,),
        verdict=UNDECIDED,
        advice=(),
        seconds=0.0,
    )


@pytest.mark.parametrize(
    ("gate", "ends", "title"),
    [
        (Gate(measurement="forgetting", limit=0.1), (0.005, 1), "forgetting"),
        (Gate(measurement="tail", slice="worst", limit=0.15), (0.005, 1), "tail, worst slice"),
        (Gate(measurement="tail", slice="late", limit=0.001), (0.001, 1), "tail, late"),
        (Gate(measurement="target", limit=0.0), (-0.995, 1), "target gain"),
        (
            Gate(measurement="calibration", slice="general", limit=0.05),
            (0.005, 1),
            "calibration on general questions",
        ),
    ],
)
def test_a_limit_moves_among_those_that_make_sense(
    gate: Gate, ends: tuple[float, float], title: str
) -> None:
    """From half a percent, or half a point, to all; the run's own limit is always among them."""
    found = _movable(gate, 0.3)

    assert (found.least, found.most) == pytest.approx(ends)
    assert found.title == title


def test_where_any_limit_makes_sense_it_moves_to_twice_what_was_measured() -> None:
    """A distance of 3 nats: from one step to 6, in steps of 0.03. A measure of one's own that fell
    by 8 against a limit of 10: 20 either way, in steps of 0.1.
    """
    drift = _movable(Gate(measurement="drift", slice="nats", limit=0.5), 1.0, 3.0)
    own = _movable(Gate(measurement="length", limit=10.0), -8.0, 2.0, unit="words")

    assert (drift.least, drift.most, drift.step) == pytest.approx((0.03, 6.0, 0.03))
    assert (own.least, own.most, own.step) == pytest.approx((-20.0, 20.0, 0.1))
    assert (drift.unit, own.unit, own.title) == ("nats", "words", "length")


def test_before_the_first_checkpoint_the_unit_is_known() -> None:
    """As the page of a run that has just begun shows it."""
    gates = {"forgetting": "relative", "calibration": "points", "target": "points"}

    assert {name: _movable(Gate(measurement=name, limit=0.1)).unit for name in gates} == gates
