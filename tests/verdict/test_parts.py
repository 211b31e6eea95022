"""Tests of deciding where a budget had a part asked, or none: what curves say, what may be kept."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from ftguard.measures.measurement import NOT_ASKED, Measurement
from ftguard.measures.paired import Paired, measure_drop
from ftguard.measures.part import Part
from ftguard.stats.alpha_spending import Look
from ftguard.stats.estimates import Estimate, mean_estimate
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.choice import choose, read_curves
from ftguard.verdict.curves import Measured, read_gain, read_gate
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import UNDECIDED, Verdict, decide

GATE = Gate(measurement="forgetting", limit=0.10)
LOOK = Look(number=1, planned=4)
SIZE = 200
"""Right answers of the base, all of its probes."""


def _drop(lost: float, asked: Sequence[int] = range(SIZE)) -> Measurement:
    """Of those asked this share is lost, spread evenly; as many flip each way as make noise."""
    n, base = len(asked), np.ones(SIZE)
    now = np.ones(n)
    now[np.unique(np.linspace(0, n - 1, round(lost * n)).astype(int))] = 0.0
    pairs = Paired(
        base=base[:n], now=now, chance=np.zeros(n), num_unscored=0, discrete=True, clusters=None
    )
    if n < SIZE:
        pairs = replace(
            pairs,
            units=np.array(asked, dtype=np.intp),
            num_units=SIZE,
            part=Part(num_in_all=SIZE, base=base, chance=np.zeros(SIZE)),
            units_asked=np.isin(np.arange(SIZE), asked),
        )
    return measure_drop("forgetting", "all", pairs)


def _gain(value: float) -> Measurement:
    after = np.repeat([1.0, 0.0], [round(100 * value), 100 - round(100 * value)])
    return Measurement(
        name="target",
        slice="all",
        estimate=mean_estimate(after, discrete=True),
        base=0.0,
        now=float(after.mean()),
        higher_is_better=True,
        unit="points",
        influence=tuple((after - after.mean()) / 100),
    )


def _verdicts(run: Sequence[Sequence[Measurement]]) -> list[Verdict]:
    """Each checkpoint's, by the curves of the looks up to it."""
    checkups: list[Checkup] = []
    for number, measurements in enumerate(run, 1):
        progress = number / len(run)
        curves = read_curves([GATE], checkups, Measured.at(progress, measurements))
        checkups.append(
            _checkup(number, progress, measurements, decide(measurements, [GATE], LOOK, curves))
        )
    return [checkup.verdict for checkup in checkups]


def _checkup(
    number: int, progress: float, measurements: Sequence[Measurement], verdict: Verdict
) -> Checkup:
    return Checkup(
        run="run",
        attempt=1,
        step=number,
        epoch=progress,
        progress=progress,
        checkpoint=f"checkpoint-{number}",
        eval_loss=None,
        measurements=tuple(measurements),
        verdict=verdict,
        advice=(),
        seconds=0.0,
    )


def _kept(run: Sequence[Sequence[Measurement]]) -> int | None:
    checkups = [
        _checkup(number, number / len(run), measurements, verdict)
        for number, (measurements, verdict) in enumerate(zip(run, _verdicts(run), strict=True), 1)
    ]
    found = choose(checkups)
    return found.checkup.step if found else None


def _read(*looks: Measurement) -> dict[int, Estimate]:
    run = [Measured.at((i + 1) / len(looks), [m]) for i, m in enumerate(looks)]
    return {place: reading.estimate for place, reading in read_gate(GATE, run).items()}


def test_a_look_that_asked_nothing_is_read_off_those_around_it() -> None:
    """Between 4 % and 8 % it is about 6 %, by no probe of its own, and less sure than they are."""
    read = _read(_drop(0.04), _drop(0.0, []), _drop(0.08))

    assert read[0].value < read[1].value < read[2].value
    assert (read[1].n, read[2].n) == (0, SIZE)
    assert read[1].stderr > read[0].stderr


def test_not_asked_is_a_state_that_keeps_the_verdict_open_and_says_why() -> None:
    """4 % and 4 % are within 10 %: what lies between is not asked, no pass and no want of proof."""
    *_, verdict = _verdicts([[_drop(0.04)], [_drop(0.04)], [_drop(0.0, [])]])
    (outcome,) = verdict.outcomes

    assert (outcome.state, verdict.passed, verdict.proven) == ("not asked", None, False)
    assert NOT_ASKED in outcome.explanation
    assert "by the run's curve" in outcome.explanation
    assert "within the limit of 10" in outcome.explanation
    assert outcome.p is None


def test_without_a_curve_that_is_within_it_is_missing() -> None:
    """Where nothing was asked yet, one look was, or 30 % were lost wherever it was."""
    first, _, third = _verdicts([[_drop(0.0, [])], [_drop(0.04)], [_drop(0.0, [])]])
    assert (first.outcomes[0].state, third.outcomes[0].state) == ("missing", "missing")
    assert "no curve of other checkpoints tells of it" in first.outcomes[0].explanation

    *_, verdict = _verdicts([[_drop(0.3)], [_drop(0.3)], [_drop(0.0, [])]])
    assert (verdict.outcomes[0].state, verdict.passed) == ("missing", None)
    assert "not surely within the limit" in verdict.outcomes[0].explanation


def test_what_was_not_asked_may_be_kept_where_the_looks_around_it_are_within() -> None:
    """The second gains most and did not ask; later looks are within, so it may be kept.

    When it was met no curve spoke of it. Where the others lost 30 % it is not kept, and where
    forgetting was never asked, nothing is.
    """
    gains = (0.2, 0.6, 0.4, 0.4)
    for lost, kept in ((0.04, 2), (0.30, None)):
        drops = [_drop(lost), _drop(0.0, []), _drop(lost), _drop(lost)]
        run = [[_gain(gain), drop] for gain, drop in zip(gains, drops, strict=True)]
        assert _kept(run) == kept

    assert _kept([[_gain(gain), _drop(0.0, [])] for gain in gains]) is None


def test_looks_at_other_parts_are_independent_and_at_the_same_part_are_not() -> None:
    """Two looks of 50 at 12 % and 0: other probes average out to a surer curve than the same."""
    first, second = range(50), range(50, 100)
    apart = _read(_drop(0.12, first), _drop(0.12, second))
    same = _read(_drop(0.12, first), _drop(0.12, first))

    assert apart[1].stderr < same[1].stderr


def test_one_small_part_does_not_do_away_with_the_curve() -> None:
    """A base that knows 4 %: half of 10 asked are lost, 12 times what it knows; a full look's
    loss of as much speaks of the base.
    """
    base = np.repeat([1.0, 0.0], [8, 192])
    asked = np.isin(np.arange(SIZE), range(10))
    pairs = Paired(
        base=base[:10],
        now=np.where(np.arange(10) < 5, 0.0, base[:10]),
        chance=np.zeros(10),
        num_unscored=0,
        discrete=True,
        clusters=None,
        units=np.flatnonzero(asked),
        num_units=SIZE,
        part=Part(num_in_all=SIZE, base=base, chance=np.zeros(SIZE)),
        units_asked=asked,
    )
    part = measure_drop("forgetting", "all", pairs)
    assert part.estimate is not None
    assert part.estimate.value == pytest.approx(0.5 / 0.04)

    assert set(_read(part, _drop(0.04))) == {0, 1}
    assert _read(replace(part, num_in_all=0), _drop(0.04)) == {}


@pytest.mark.parametrize(
    ("n", "in_all", "state"), [(20, 200, "too wide"), (100, 200, "breach"), (20, 0, "breach")]
)
def test_calibration_is_not_decided_on_by_a_small_part(n: int, in_all: int, state: str) -> None:
    """A rise of 0.5 among 20 of 200 questions decides nothing; of 100, or where 20 are all, it
    does.
    """
    estimate = Estimate(value=0.5, low=0.4, high=0.6, level=0.95, n=n, stderr=0.05, dof=n)
    found = Measurement(
        name="calibration", slice="general", estimate=estimate, unit="points", num_in_all=in_all
    )
    gate = Gate(measurement="calibration", slice="general", limit=0.05)

    assert decide([found], [gate], LOOK).outcomes[0].state == state


def test_a_target_that_was_not_asked_is_ranked_by_its_curve() -> None:
    """Gains of 0.2 and 0.4, the base at 0.5 of all: between them it is between them."""
    left_out = replace(_gain(0.3), estimate=None, now=None, influence=(), num_in_all=100)
    run = [_gain(0.2), left_out, _gain(0.4)]
    looks = [Measured.at((i + 1) / 3, [m]) for i, m in enumerate(run)]

    gains = read_gain("all", looks)
    assert gains[0] < gains[1] < gains[2]

    likelihood = replace(_gain(0.1), slice="likelihood")
    checkup = _checkup(2, 0.5, [left_out, likelihood], UNDECIDED)
    assert checkup.target == left_out
