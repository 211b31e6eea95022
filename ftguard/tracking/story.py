"""Makes the charts that tell a run's story, as lines of numbers; who draws them is elsewhere."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ftguard.measures.reliability import Bin, Reliability, reliability
from ftguard.tracking.tracker import PASSED, SoFar
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import State
from ftguard.verdict.gates import Outcome

STEP = "training step"
SEVERITY: dict[State, int] = {
    "clear": 0,
    "within": 1,
    "nothing to lose": 2,
    "missing": 2,
    "too wide": 2,
    "not asked": 2,
    "suspect": 3,
    "breach": 4,
}
"""How bad a state is, as a height: 0 and 1 pass, 2 decides nothing, 3 may be, and 4 is a breach."""
SEVERITIES = "0 clear, 1 within, 2 undecided, 3 suspect, 4 breach"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a chart."""

    name: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Lines over one axis; all that its panel shows, the limit and the interval among them."""

    key: str
    """`ftguard/NAME`, with one slash: so every grouping of panels has them in one section."""
    title: str
    x: str
    """What the axis is."""
    lines: tuple[Line, ...]


def charts(so_far: SoFar) -> tuple[Chart, ...]:
    """The charts of a run up to now, each step once; those with nothing to draw are left out."""
    found = (*_over_steps(so_far.checkups), _frontier(so_far.checkups))
    return tuple(chart for chart in found if any(line.xs for line in chart.lines))


def reliability_charts(so_far: SoFar) -> tuple[Chart, ...]:
    """The reliability diagrams of the latest checkpoint, before and after."""
    if so_far.now is None:
        return ()
    found = reliability(so_far.opening.probes, so_far.base, so_far.now)
    return tuple(_diagram(one, so_far.checkup.step) for one in found)


def _over_steps(run: Sequence[Checkup]) -> Iterator[Chart]:
    target = _slice(run, "target", ("all", "likelihood"))
    yield Chart(
        key="ftguard/target",
        title=f"Target: gain ({target}), with its 95 % interval",
        x=STEP,
        lines=(
            *_band(run, "target", target, ""),
            *_limits(run, {f"target/{target}": "least gain"}),
        ),
    )
    name = "forgetting" if _measured(run, "forgetting", "all") else "own_answers"
    what = "share of general skills lost" if name == "forgetting" else "share of own answers lost"
    yield Chart(
        key="ftguard/forgetting",
        title=f"Forgetting: {what}, with its 95 % interval and limit",
        x=STEP,
        lines=(*_band(run, name, "all", ""), *_limits(run, {f"{name}/all": "limit"})),
    )
    yield Chart(
        key="ftguard/tail",
        title="Tail: share lost on the worst slice, with its 95 % interval and limit",
        x=STEP,
        lines=(*_band(run, "tail", "worst", ""), *_limits(run, {"tail/worst": "limit"})),
    )
    yield Chart(
        key="ftguard/calibration",
        title="Calibration: rise of the error, with 95 % intervals and limit",
        x=STEP,
        lines=(
            *_band(run, "calibration", "target", "target"),
            *_band(run, "calibration", "general", "general"),
            *_limits(run, {f"calibration/{s}": "limit" for s in ("target", "general")}),
        ),
    )
    yield Chart(
        key="ftguard/drift",
        title="Drift: nats per token away from the base's own answers, with its 95 % interval",
        x=STEP,
        lines=tuple(_band(run, "drift", "nats", "")),
    )
    yield Chart(
        key="ftguard/gates",
        title=f"Gates: {SEVERITIES}; passed is 1, undecided 0.5, blocked 0",
        x=STEP,
        lines=tuple(_gates(run)),
    )


def _slice(run: Sequence[Checkup], name: str, slices: Sequence[str]) -> str:
    """The first of the slices that was measured anywhere in the run."""
    return next((one for one in slices if _measured(run, name, one)), slices[0])


def _measured(run: Sequence[Checkup], name: str, slice: str) -> bool:
    found = (checkup.find(name, slice) for checkup in run)
    return any(one is not None and one.shown is not None for one in found)


def _band(run: Sequence[Checkup], name: str, slice: str, label: str) -> Iterator[Line]:
    """The estimate and the ends of its interval."""
    found = [
        (checkup.step, measurement.shown)
        for checkup in run
        if (measurement := checkup.find(name, slice)) and measurement.shown
    ]
    steps = tuple(float(step) for step, _ in found)
    for end, of in (("value", ""), ("low", "low end"), ("high", "high end")):
        ys = tuple(float(getattr(estimate, end)) for _, estimate in found)
        if steps:
            yield Line(name=" ".join(filter(None, (label, of))) or "estimate", xs=steps, ys=ys)


def _limits(run: Sequence[Checkup], gates: dict[str, str]) -> Iterator[Line]:
    """Limits as lines over the steps; gates of the same name and limit are one line."""
    told = set()
    for key, name in gates.items():
        found = [
            (float(checkup.step), outcome.gate.limit)
            for checkup in run
            for outcome in checkup.verdict.outcomes
            if outcome.gate.key == key
        ]
        line = Line(name=name, xs=tuple(x for x, _ in found), ys=tuple(y for _, y in found))
        if found and line not in told:
            told.add(line)
            taken = len(told) > 1
            yield Line(name=f"{name} of {key}", xs=line.xs, ys=line.ys) if taken else line


def _gates(run: Sequence[Checkup]) -> Iterator[Line]:
    steps = tuple(float(checkup.step) for checkup in run)
    yield Line(name="passed", xs=steps, ys=tuple(PASSED[c.verdict.passed] for c in run))
    outcomes: dict[str, list[tuple[float, float]]] = {}
    for checkup in run:
        for outcome in checkup.verdict.outcomes:
            of_gate = outcomes.setdefault(outcome.gate.key, [])
            of_gate.append((float(checkup.step), float(SEVERITY[outcome.state])))
    for key, found in outcomes.items():
        yield Line(name=key, xs=tuple(x for x, _ in found), ys=tuple(y for _, y in found))


def _frontier(run: Sequence[Checkup]) -> Chart:
    """Gain over cost: each checkpoint, those that no other beats in both, and the limit at 1."""
    points = sorted(
        (cost, gain)
        for checkup in run
        if (cost := cost_of(checkup)) is not None and (gain := gain_of(checkup)) is not None
    )
    best, frontier = -math.inf, []
    for cost, gain in points:
        if gain > best:
            best = gain
            frontier.append((cost, gain))
    gains = [gain for _, gain in points]
    ends = (min(0.0, *gains), max(0.0, *gains)) if gains else ()
    return Chart(
        key="ftguard/frontier",
        title="Gain over cost: target gain, by the worst cost as a multiple of its limit",
        x="worst cost / its limit",
        lines=(
            Line(name="checkpoints", xs=tuple(x for x, _ in points), ys=tuple(gains)),
            Line(
                name="frontier",
                xs=tuple(x for x, _ in frontier),
                ys=tuple(y for _, y in frontier),
            ),
            Line(name="limit", xs=(1.0,) * len(ends), ys=ends),
        ),
    )


def gain_of(checkup: Checkup) -> float | None:
    """The target's gain, in its unit."""
    target = checkup.target
    return None if target is None or target.shown is None else target.shown.value


def cost_of(checkup: Checkup) -> float | None:
    """The worst of what the gates judge, as a multiple of its limit: above 1 is beyond it."""
    found = [cost for o in checkup.verdict.outcomes if (cost := _multiple(o)) is not None]
    return max(found, default=None)


def _multiple(outcome: Outcome) -> float | None:
    judged = outcome.judged
    if judged is None or outcome.measurement.higher_is_better or outcome.gate.limit <= 0:
        return None
    return judged.value / outcome.gate.limit


def _diagram(of: Reliability, step: int) -> Chart:
    return Chart(
        key=f"ftguard/reliability_{of.split}",
        title=f"Reliability on {of.split} at step {step}: share right by confidence, n={of.n}",
        x="confidence",
        lines=(
            _bins("base", of.before),
            _bins("checkpoint", of.after),
            Line(name="as it should be", xs=(0.0, 1.0), ys=(0.0, 1.0)),
        ),
    )


def _bins(name: str, bins: Sequence[Bin]) -> Line:
    return Line(
        name=name,
        xs=tuple(one.confidence for one in bins),
        ys=tuple(one.accuracy for one in bins),
    )
