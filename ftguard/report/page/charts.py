"""Draws what a report shows as inline SVG; pure functions of its records.

Colours never tell alone: a limit is a dashed line, what is kept a diamond, the base a hollow
circle, and every drawing has its numbers in a table beside it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ftguard.measures.reliability import Bin, Reliability
from ftguard.report.page.scales import Scale, scale, tick_told, ticks
from ftguard.report.page.svg import dot, element, line, picture, words
from ftguard.report.shown.contents import Advised, Cell, Checkpoint, Column, RunShown
from ftguard.text.formatting import rate

BAR = (168.0, 26.0)
"""Width and height of an interval beside its number."""
CURVE = (340.0, 210.0)
FRONTIER = (640.0, 380.0)
SQUARE = 300.0
RATES = (320.0, 78.0)
LEFT, RIGHT, TOP, BOTTOM = 54.0, 14.0, 16.0, 34.0
LINE = 16.0
"""From one limit's words to those of the next."""
MOST_LABELS = 12
"""Points that are labelled; of more, those on the frontier, the kept and the last."""


def column_scale(column: Column) -> Scale:
    """The axis that all intervals of a column share."""
    known = [cell for cell in column.cells if cell is not None and cell.value is not None]
    ends = [end for cell in known for end in (cell.low, cell.high)]
    limit = [] if column.limit is None else [column.limit]
    return scale([*limit, *_without_the_absurd(ends, limit)], 6, BAR[0] - 6)


def _without_the_absurd(ends: Sequence[float], limit: Sequence[float]) -> list[float]:
    """Ends within a few limits: beyond, an interval runs out of the drawing."""
    if not limit or not limit[0]:
        return list(ends)
    most = 12 * abs(limit[0])
    return [min(max(end, -most), most) for end in ends]


def bar(cell: Cell, column: Column) -> Markup:
    """An interval with its value, the limit and no change."""
    if cell.value is None:
        return Markup("")
    of, middle = column_scale(column), BAR[1] / 2
    parts = [line(of(0), 3, of(0), BAR[1] - 3, "zero")]
    if column.limit is not None:
        parts.append(line(of(column.limit), 1, of(column.limit), BAR[1] - 1, "limit"))
    state = f"state-{cell.state.replace(' ', '-')}" if cell.state else "state-none"
    parts.append(line(of(cell.low), middle, of(cell.high), middle, f"whisker {state}"))
    parts.append(dot(of(cell.value), middle, "circle", f"point {state}", 4))
    return element(
        "svg",
        *parts,
        viewBox=f"0 0 {BAR[0]:g} {BAR[1]:g}",
        width=BAR[0],
        height=BAR[1],
        class_="bar",
        aria_hidden="true",
    )


def curve(column: Column, checkpoints: Sequence[Checkpoint]) -> Markup:
    """A measurement over steps with its interval, its limit and the kept checkpoint."""
    width, height = CURVE
    known = [
        (here.step, cell, here.kept)
        for here, cell in zip(checkpoints, column.cells, strict=True)
        if cell is not None and cell.value is not None
    ]
    across = Scale(
        low=0.0, high=max((c.step for c in checkpoints), default=1), start=LEFT, end=width - RIGHT
    )
    limit = [] if column.limit is None else [column.limit]
    ends = _without_the_absurd([e for _, c, _ in known for e in (c.low, c.high)], limit)
    up = scale([*limit, *ends], height - BOTTOM, TOP)
    parts = [*_axes(across, up, width, height, unit=column.unit)]
    if column.limit is not None:
        parts.append(line(LEFT, up(column.limit), width - RIGHT, up(column.limit), "limit"))
        parts.append(words(width - RIGHT, up(column.limit) - 4, "limit", "limit-word", "end"))
    if known:
        upper = [(across(step), up(cell.high)) for step, cell, _ in known]
        lower = [(across(step), up(cell.low)) for step, cell, _ in reversed(known)]
        parts.append(element("path", d=f"{_path([*upper, *lower])}z", class_="band"))
        middle = [(across(step), up(cell.value or 0.0)) for step, cell, _ in known]
        parts.append(element("path", d=_path(middle), class_="curve"))
        for (x, y), (_, _, kept) in zip(middle, known, strict=True):
            parts.append(dot(x, y, "diamond" if kept else "circle", "point kept" * kept or "point"))
    told = ", ".join(f"step {step} {cell.told}" for step, cell, _ in known)
    at = f", limit {column.limit_told}" if column.limit_told else ""
    return picture(width, height, f"{column.title} over steps{at}: {told}", *parts, class_="chart")


def frontier_chart(runs: Sequence[RunShown]) -> Markup:
    """Each checkpoint by its cost and its gain; a line joins those that no other one beats.

    Args:
        runs: that have a frontier, of the same gain and cost; of several each label has its number,
            and so has each limit where they differ.
    """
    width, height = FRONTIER
    points = [point for run in runs for point in _points(run, numbered=len(runs) > 1)]
    gain, cost = runs[0].frontier.gain, runs[0].frontier.cost  # type: ignore[union-attr]
    limits = _limits(runs)
    values = [end for point in points for end in (point.cost.low, point.cost.high)]
    known = _without_the_absurd(values, [max(limits)] if limits else [])
    across = scale([*limits, *known], LEFT, width - RIGHT)
    ups = [end for point in points for end in (point.gain.low, point.gain.high)]
    up = scale(ups, height - BOTTOM - 14, TOP)
    parts = [*_axes(across, up, width, height - 14, unit=gain.unit, below=cost.unit)]
    parts.append(words((LEFT + width - RIGHT) / 2, height - 4, f"{cost.title} →", "axis-name"))
    parts.append(words(LEFT, TOP - 4, f"↑ {gain.title}", "axis-name", "start"))
    for row, (limit, told) in enumerate(sorted(limits.items())):
        x = across(limit)
        parts.append(line(x, TOP, x, height - BOTTOM - 14, "limit"))
        # One below the other, so that limits side by side can be read.
        parts.append(words(x + 4, TOP + 10 + LINE * row, told, "limit-word", "start"))
    for point in points:
        x, y = point.at(across, up)
        parts.append(line(across(point.cost.low), y, across(point.cost.high), y, "whisker faint"))
        parts.append(line(x, up(point.gain.low), x, up(point.gain.high), "whisker faint"))
    for number in dict.fromkeys(point.run for point in points):
        best = [p.at(across, up) for p in points if p.run == number and p.rank is not None]
        ranks = [p.rank for p in points if p.run == number and p.rank is not None]
        in_turn = [place for _, place in sorted(zip(ranks, best, strict=True))]
        parts.append(element("path", d=_path(in_turn), class_="frontier"))
    for point in points:
        x, y = point.at(across, up)
        parts.append(dot(x, y, *_mark(point.checkpoint)))
        if len(points) <= MOST_LABELS or point.checkpoint.kept or point.rank is not None:
            parts.append(words(x + 8, y - 7, point.name, "label", "start"))
    told = "; ".join(f"{p.name} gains {p.gain.told} for {p.cost.told}" for p in points)
    label = f"{gain.title} against {cost.title}: {told}"
    return picture(width, height, label, *parts, class_="chart wide")


def _limits(runs: Sequence[RunShown]) -> dict[float, str]:
    """The cost's limits in words; of runs that differ in it, with the numbers of those it is of."""
    costs = [(run.number, run.frontier.cost) for run in runs if run.frontier is not None]
    of: dict[float, list[int]] = {}
    for number, cost in costs:
        if cost.limit is not None:
            of.setdefault(cost.limit, []).append(number)
    told = {cost.limit: cost.limit_told for _, cost in costs if cost.limit is not None}
    if len(of) == 1 and len(costs) == len(*of.values()):
        return {limit: f"limit {told[limit]}" for limit in of}
    return {
        limit: f"limit {told[limit]} of {', '.join(map(str, numbers))}"
        for limit, numbers in of.items()
    }


@dataclass(frozen=True, kw_only=True)
class _Point:
    """A checkpoint in the plane of cost and gain."""

    run: int
    name: str
    checkpoint: Checkpoint
    cost: Cell
    gain: Cell
    rank: int | None
    """Its place on the frontier, by cost; None off it."""

    def at(self, across: Scale, up: Scale) -> tuple[float, float]:
        return across(self.cost.value or 0.0), up(self.gain.value or 0.0)


def _points(run: RunShown, *, numbered: bool) -> Iterator[_Point]:
    of = run.frontier
    if of is None:
        return
    for place, (cost, gain) in enumerate(zip(of.cost.cells, of.gain.cells, strict=True)):
        if cost and gain and cost.value is not None and gain.value is not None:
            here = run.checkpoints[place]
            yield _Point(
                run=run.number,
                name=f"{run.number} · step {here.step}" if numbered else f"step {here.step}",
                checkpoint=here,
                cost=cost,
                gain=gain,
                rank=of.best.index(place) if place in of.best else None,
            )


def _mark(checkpoint: Checkpoint) -> tuple[str, str]:
    """Shape and class of a checkpoint: kept, passed, undecided or blocked."""
    if checkpoint.kept:
        return "diamond", "point kept"
    shapes = {"passed": "circle", "undecided": "square", "blocked": "cross"}
    return shapes[checkpoint.verdict], f"point {checkpoint.verdict}"


def reliability_chart(of: Reliability, title: str) -> Markup:
    """How often answers are right by how sure the model is of them, before and after."""
    size = SQUARE
    across = Scale(low=0.0, high=1.0, start=LEFT, end=size - RIGHT)
    up = Scale(low=0.0, high=1.0, start=size - BOTTOM - 12, end=TOP)
    parts = [*_axes(across, up, size, size - 12, unit="")]
    parts.append(words((LEFT + size - RIGHT) / 2, size - 4, "how sure →", "axis-name"))
    parts.append(words(LEFT, TOP - 4, "↑ how often right", "axis-name", "start"))
    parts.append(line(across(0), up(0), across(1), up(1), "diagonal"))
    most = max(found.n for found in (*of.before, *of.after))
    for found, shape, name in ((of.before, "circle", "before"), (of.after, "square", "after")):
        parts += _bins(found, (across, up), shape, name, most)
    label = (
        f"{title}, before: {_told(of.before)}. After: {_told(of.after)}. On the diagonal a model "
        "is as often right as it is sure."
    )
    return picture(size, size, label, *parts, class_="chart square")


def _bins(
    found: Sequence[Bin], scales: tuple[Scale, Scale], shape: str, name: str, most: int
) -> Iterator[Markup]:
    across, up = scales
    shift = -2 if name == "before" else 2
    places = [(across(each.confidence) + shift, up(each.accuracy)) for each in found]
    yield element("path", d=_path(places), class_=f"curve {name}")
    for each, (x, y) in zip(found, places, strict=True):
        yield line(x, up(each.accuracy_low), x, up(each.accuracy_high), f"whisker {name}")
        yield dot(x, y, shape, f"point {name}", 2.5 + 3.5 * math.sqrt(each.n / most))


def _told(found: Sequence[Bin]) -> str:
    return ", ".join(f"{b.confidence:.2f} sure {b.accuracy:.2f} right (n={b.n})" for b in found)


def rates_chart(advised: Advised) -> Markup:
    """The advised learning rate and its range beside the one that was used, by ratio."""
    if advised.rates is None:
        return Markup("")
    low, middle, high, used = advised.rates
    width, height = RATES
    ends = [math.log(value) for value in (min(advised.rates), max(advised.rates))]
    room = 0.2 * max(ends[1] - ends[0], 0.1)
    across = Scale(low=ends[0] - room, high=ends[1] + room, start=24, end=width - 24)
    at, y = {value: across(math.log(value)) for value in advised.rates}, 34.0
    parts = [
        line(24, y, width - 24, y, "axis"),
        line(at[low], y, at[high], y, "range"),
        dot(at[middle], y, "diamond", "point kept", 5),
        dot(at[used], y, "cross", "point blocked", 5),
        words(at[middle], y - 14, f"advised {rate(middle)}", "label"),
        words(at[used], y - 14, f"used {rate(used)}", "label"),
        words(at[low], y + 22, rate(low), "tick"),
        words(at[high], y + 22, rate(high), "tick"),
    ]
    label = f"learning rate {rate(middle)}, {rate(low)} to {rate(high)}, instead of {rate(used)}"
    return picture(width, height, label, *parts, class_="chart rates")


def _axes(
    across: Scale, up: Scale, width: float, height: float, *, unit: str, below: str | None = None
) -> Iterator[Markup]:
    """Round numbers along both axes; those below are steps unless a unit is given."""
    for value in ticks(up):
        yield line(LEFT, up(value), width - RIGHT, up(value), "zero" if not value else "grid")
        yield words(LEFT - 6, up(value) + 4, tick_told(value, unit), "tick", "end")
    for value in ticks(across):
        yield line(across(value), height - BOTTOM, across(value), height - BOTTOM + 4, "axis")
        text = f"{value:g}" if below is None else tick_told(value, below)
        yield words(across(value), height - BOTTOM + 18, text, "tick")
    yield line(LEFT, height - BOTTOM, width - RIGHT, height - BOTTOM, "axis")


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) if points else ""
