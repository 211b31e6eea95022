"""Makes the `Column`s of gain beside cost: each gated measurement at every checkpoint."""

from collections.abc import Iterator, Sequence

from ftguard.measures.change import change_of, score_read
from ftguard.measures.measurement import Measurement
from ftguard.report.recorded import RecordedRun
from ftguard.report.shown.contents import Cell, Checkpoint, Column, Frontier
from ftguard.report.shown.naming import named, title, told
from ftguard.text.formatting import POINTS, bound, decimal, quantity, rate, span
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import CALIBRATION, Gate
from ftguard.verdict.gates import Outcome

VERDICTS = {True: "passed", False: "blocked", None: "undecided"}
COSTS = ("forgetting/all", "own_answers/all", "tail/worst")
"""What the frontier counts as the cost: the first of these that is gated, else the first gate's."""


def checkpoints(run: RecordedRun, shown: Checkup | None) -> tuple[Checkpoint, ...]:
    """Every checkpoint that counts; the kept one's verdict is by the curves of the whole run."""
    outcome, kept = run.conclusion, run.best_step
    found = []
    for checkup in run.checkups:
        passed = checkup.verdict.passed
        if outcome is not None and checkup.step == kept:
            passed = outcome.best_passed
        found.append(
            Checkpoint(
                step=checkup.step,
                epoch=checkup.epoch,
                verdict=VERDICTS[passed],
                kept=checkup.step == kept,
                shown=shown is not None and checkup.step == shown.step,
                rate=rate(checkup.learning_rate) if checkup.learning_rate else "",
                seconds=checkup.seconds,
                notes=tuple(told(note) for note in checkup.notes),
            )
        )
    return tuple(found)


def columns(run: RecordedRun) -> tuple[Column, ...]:
    """The target's gain, then every gate's measurement, in the order of the gates."""
    return tuple(_columns(run))


def _columns(run: RecordedRun) -> Iterator[Column]:
    checkups = run.checkups
    ranked = next((c.target.key for c in checkups if c.target is not None), None)
    gates: dict[str, Gate] = {o.gate.key: o.gate for c in checkups for o in c.verdict.outcomes}
    if ranked is not None and ranked not in gates:
        yield _column(ranked, None, checkups, [{} for _ in checkups])
    by_step = [{o.gate.key: o for o in _outcomes(run, c)} for c in checkups]
    for key, gate in gates.items():
        yield _column(key, gate, checkups, by_step)


def _outcomes(run: RecordedRun, checkup: Checkup) -> Sequence[Outcome]:
    kept = run.conclusion is not None and checkup.step == run.best_step
    if kept and run.conclusion is not None and run.conclusion.best_gates:
        return run.conclusion.best_gates
    return checkup.verdict.outcomes


def _column(
    key: str,
    gate: Gate | None,
    checkups: Sequence[Checkup],
    outcomes: Sequence[dict[str, Outcome]],
) -> Column:
    name, _, slice_name = key.partition("/")
    cells, known = [], None
    for checkup, by_key in zip(checkups, outcomes, strict=True):
        outcome = by_key.get(key)
        measurement = outcome.measurement if outcome else checkup.find(name, slice_name)
        known = measurement or known
        cells.append(None if measurement is None else cell(measurement, outcome))
    unit = known.unit if known else ""
    return Column(
        key=key,
        title=title(key),
        unit=unit,
        limit=None if gate is None else gate.limit,
        limit_told="" if gate is None else bound(gate.limit, unit),
        higher_is_better=known is not None and known.higher_is_better,
        cells=tuple(cells),
    )


def cell(measurement: Measurement, outcome: Outcome | None = None) -> Cell:
    """One change as it is shown; where a share would mislead it is told in points, not drawn."""
    estimate = measurement.estimate
    before_after = ""
    if measurement.base is not None and measurement.now is not None:
        ends = [decimal(score_read(measurement, s)) for s in (measurement.base, measurement.now)]
        before_after = " → ".join(ends)
    state = outcome.state if outcome else ""
    sentence = told(outcome.explanation) if outcome else ""
    if estimate is None:
        return Cell(
            value=None,
            low=0.0,
            high=0.0,
            told=state or ("nothing to lose" if measurement.at_floor else "not measured"),
            interval="",
            before_after=before_after,
            n=measurement.num_scored,
            state=state,
            sentence=sentence or told(measurement.note),
            num_in_all=measurement.num_in_all,
        )
    change = change_of(measurement, estimate)
    return Cell(
        value=estimate.value if change.unit == measurement.unit else None,
        low=estimate.low,
        high=estimate.high,
        told=quantity(change.value, change.unit),
        interval=span(change.low, change.high, change.unit),
        before_after=before_after,
        n=estimate.n,
        state=state,
        sentence=sentence,
        note="; ".join(_notes(outcome)) if outcome else "",
        num_in_all=measurement.num_in_all,
    )


def _notes(outcome: Outcome) -> Iterator[str]:
    measurement, gate = outcome.measurement, outcome.gate
    if measurement.worst_slice not in ("", "all"):
        yield f"of {named(measurement.worst_slice)}"
    rise = measurement.estimate
    if gate.measurement == CALIBRATION and rise is not None:
        held_against = outcome.state in ("breach", "suspect")
        if held_against and rise.value <= gate.limit and measurement.own is not None:
            error, most = decimal(measurement.own.value), bound(gate.largest_error, POINTS)
            yield f"its own error, {error}, is beyond {most}"
        elif not held_against and rise.value > gate.limit:
            yield "beyond the limit, at no cost that is found"
    elif outcome.curve is not None and outcome.curve_differs:
        change = change_of(measurement, outcome.curve)
        yield f"by the run's curve {quantity(change.value, change.unit)}"


def frontier(shown: Sequence[Column]) -> Frontier | None:
    """Gain against cost, where both are measured."""
    gain = next((c for c in shown if c.key.startswith("target/")), None)
    gated = [c for c in shown if c.limit is not None and not c.higher_is_better]
    cost = next((c for key in COSTS for c in gated if c.key == key), next(iter(gated), None))
    if gain is None or cost is None:
        return None
    points = [
        (here.value, -there.value, place)
        for place, (here, there) in enumerate(zip(cost.cells, gain.cells, strict=True))
        if here and there and here.value is not None and there.value is not None
    ]
    best, most = [], float("inf")
    for _, less, place in sorted(points):
        if less < most:
            best.append(place)
            most = less
    return Frontier(gain=gain, cost=cost, best=tuple(best)) if points else None
