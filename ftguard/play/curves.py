"""Makes the curves of a run: what was measured at each checkpoint, with its interval and limit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from ftguard.measures.change import error_read, score_read
from ftguard.measures.measurement import Measurement
from ftguard.play.found import Found
from ftguard.stats.estimates import Estimate
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate

Panel = Literal["target", "forgetting", "tail", "calibration"]


@dataclass(frozen=True, kw_only=True)
class Point:
    """What was measured at one checkpoint; step 0 is the base."""

    step: int
    value: float
    low: float
    high: float
    state: str = ""
    """What the gate says of it."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """One line of a panel."""

    panel: Panel
    label: str
    points: tuple[Point, ...]
    limit: float | None = None
    """The largest acceptable value."""


def curves_of(found: Found) -> tuple[Curve, ...]:
    """The target's score, what was lost in general and on the tail, and the calibration errors."""
    gates = {gate.key: gate for gate in found.run.gates} if found.run else {}
    checkups = found.checkups
    return (
        Curve(panel="target", label="right on the target", points=_scores(checkups)),
        _drop(checkups, gates, "forgetting", "all", "general skills lost"),
        _drop(checkups, gates, "tail", "worst", "rare teams lost"),
        _errors(checkups, gates, "target"),
        _errors(checkups, gates, "general"),
    )


def _scores(checkups: Iterable[Checkup]) -> tuple[Point, ...]:
    """The score itself: the base's, and the interval of the gain put on top of it."""
    points: list[Point] = []
    for checkup in checkups:
        target = checkup.target
        if target is None or target.estimate is None or target.base is None:
            continue
        if not points:
            points.append(_at(0, target.base))
        gain, base = target.estimate, target.base
        low, high = (min(1.0, max(0.0, base + end)) for end in (gain.low, gain.high))
        points.append(Point(step=checkup.step, value=base + gain.value, low=low, high=high))
    return tuple(points)


def _drop(
    checkups: Iterable[Checkup], gates: dict[str, Gate], name: str, slice_name: str, label: str
) -> Curve:
    key = f"{name}/{slice_name}"
    points = [
        _point(checkup, key, found.estimate)
        for checkup, found in _measured(checkups, name, slice_name)
        if found.estimate is not None
    ]
    gate = gates.get(key)
    return Curve(
        panel="forgetting" if name == "forgetting" else "tail",
        label=label,
        points=(_at(0, 0.0), *points) if points else (),
        limit=gate.limit if gate else None,
    )


def _errors(checkups: Iterable[Checkup], gates: dict[str, Gate], split: str) -> Curve:
    """The checkpoint's own error beside its own limit.

    A rise from the base is held against a limit too, but only where answers are worse for it: a
    line would tell too much.
    """
    key = f"calibration/{split}"
    measured = list(_measured(checkups, "calibration", split))
    points = [_point(checkup, key, error_read(m.own)) for checkup, m in measured if m.own]
    base = next((score_read(m, m.base) for _, m in measured if m.base is not None), None)
    gate = gates.get(key)
    return Curve(
        panel="calibration",
        label=f"error on {'the target' if split == 'target' else 'general skills'}",
        points=(_at(0, base), *points) if points and base is not None else (),
        limit=gate.largest_error if gate else None,
    )


def _measured(
    checkups: Iterable[Checkup], name: str, slice_name: str
) -> Iterator[tuple[Checkup, Measurement]]:
    for checkup in checkups:
        found = checkup.find(name, slice_name)
        if found is not None:
            yield checkup, found


def _point(checkup: Checkup, key: str, estimate: Estimate) -> Point:
    states = {outcome.gate.key: outcome.state for outcome in checkup.verdict.outcomes}
    return Point(
        step=checkup.step,
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        state=states.get(key, ""),
    )


def _at(step: int, value: float) -> Point:
    return Point(step=step, value=value, low=value, high=value)
