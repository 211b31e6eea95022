"""Draws a run while it trains: its curves with their limits, its checkpoints, its newest block."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ftguard.measures.change import change_of, score_read
from ftguard.measures.measurement import Measurement
from ftguard.report.recorded import RecordedRun
from ftguard.report.terminal.so_far import (
    Curve,
    curves,
    judged_so_far,
    last_event,
    quiet_for,
    to_come,
)
from ftguard.text.formatting import (
    WIDTH,
    bound,
    decimal,
    duration,
    printable,
    quantity,
    wrapped,
)
from ftguard.tracking.block import COLOURS, VERDICTS, reason, render_checkup
from ftguard.verdict.calibration_words import direction
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.defaults import OWN_ANSWERS
from ftguard.verdict.gate import CALIBRATION

BARS = "▁▂▃▄▅▆▇█"
LONGEST = 24
"""Checkpoints that a curve shows, the latest ones."""
ROWS = 6
"""Checkpoints that the table shows at most."""
SHOWN = (
    "target/all",
    "forgetting/all",
    "own_answers/all",
    "tail/worst",
    "calibration/target",
    "calibration/general",
)
"""Columns of the table, where they are measured."""
HEADS = {
    "own_answers/all": "own answers",
    "calibration/target": "cal. target",
    "calibration/general": "cal. general",
}
LEAST_BLOCK = 4
"""Lines of the newest block that are shown on however low a terminal."""
QUIET = 300.0
"""Seconds without news after which it is said that training may have ended."""


def render_watch(run: RecordedRun, *, height: int) -> RenderableType:
    """The whole picture, 80 columns wide.

    Args:
        run: as it stands now.
        height: lines that the terminal has; older checkpoints give way, then the end of the block.
    """
    head = Text(wrapped(f"ftguard watches {printable(str(run.folder.output_dir))}"), "bold")
    foot = [Text(wrapped(line), "dim") for line in _foot(run)]
    if not run.checkups:
        return Group(head, Text("no checkpoint is examined yet"), *foot)
    drawn = [_curve(curve) for curve in curves(run)]
    block = list(Text.from_ansi(render_checkup(run.checkups[-1], colour=True)).split())
    room = max(LEAST_BLOCK, height - len(drawn) - len(foot) - 3)
    if len(block) > room:
        block = [*block[: room - 1], Text("  …", "dim")]
    rows = min(ROWS, room - len(block) - 2)
    table: list[RenderableType] = [_table(run.checkups[-rows:]), Text()] if rows > 0 else []
    return Group(head, *drawn, *foot, Text(), *table, *block)


def line_of(checkup: Checkup) -> str:
    """One checkpoint in one line."""
    parts = [
        f"step {checkup.step}",
        f"{VERDICTS[checkup.verdict.passed][0]}{reason(checkup.verdict)}",
    ]
    for key in _shown(checkup):
        measurement = next((m for m in checkup.measurements if m.key == key), None)
        if measurement is not None and measurement.estimate is not None:
            parts.append(f"{key.removesuffix('/all')} {_value(measurement)}")
    return printable(" · ".join(parts))


def _foot(run: RecordedRun) -> Iterator[str]:
    attempt = f", attempt {run.run.attempt}" if run.run.attempt > 1 else ""
    yield f"run {run.run.id}{attempt}: {to_come(run)}"
    quiet = quiet_for(run)
    told = f"last: {last_event(run.events)}, {duration(quiet)} ago"
    outcome = run.so_far
    if quiet > QUIET and not outcome.finished and outcome.life is None:
        told += " (training may be slow, or may have been ended; a resume is followed)"
    yield printable(told)
    if outcome.interrupted:
        yield outcome.state
    judged = judged_so_far(run)
    if judged:
        yield judged


def spark(values: Sequence[float | None], limit: float | None) -> str:
    """A curve of one sign a value, from 0 to twice the limit or to the largest value.

    Args:
        values: None is drawn as a blank.
        limit: the curve's height is at least twice this, so that its middle is the limit.
    """
    known = [value for value in values if value is not None]
    low = min([0.0, *known])
    high = max([low + 1e-9, *known, *([2 * limit] if limit is not None and limit > 0 else [])])
    steps = len(BARS) - 1
    return "".join(
        " " if value is None else BARS[round(steps * (value - low) / (high - low))]
        for value in values
    )


def _curve(curve: Curve) -> Text:
    limit = curve.gate.limit if curve.gate is not None else None
    drawn = Text(f"{printable(curve.key):<20.20} ")
    values = curve.values[-LONGEST:]
    for value, sign in zip(values, spark(values, limit), strict=True):
        beyond = value is not None and limit is not None and _beyond(curve, value, limit)
        drawn.append(sign, "red" if beyond else "green")
    drawn.append(f" {_value(curve.last)}")
    if curve.gate is not None:
        of = "rise limited to" if curve.last.name == CALIBRATION else "limit"
        drawn.append(f", {of} {bound(curve.gate.limit, curve.last.unit)}", "dim")
    way = direction(curve.last)
    if way:
        drawn.append(f", {way}")
    drawn.truncate(WIDTH, overflow="ellipsis")
    return drawn


def _beyond(curve: Curve, value: float, limit: float) -> bool:
    return value < limit if curve.last.higher_is_better else value > limit


def _table(checkups: Sequence[Checkup]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    keys = _shown(checkups[-1])
    for name in ("step", "verdict", *(HEADS.get(key, key.partition("/")[0]) for key in keys)):
        table.add_column(name, no_wrap=True, justify="right" if name == "step" else "left")
    for checkup in checkups:
        word, style = VERDICTS[checkup.verdict.passed]
        states = {outcome.gate.key: outcome.state for outcome in checkup.verdict.outcomes}
        cells = []
        for key in keys:
            found = next((m for m in checkup.measurements if m.key == key), None)
            told = _value(found) if found is not None else ""
            cells.append(Text(told, COLOURS[states[key]] if key in states else ""))
        table.add_row(str(checkup.step), Text(word, style), *cells)
    return table


def _shown(checkup: Checkup) -> list[str]:
    """The columns of the table: what is measured, and the base's own answers where they count."""
    measured = {measurement.key for measurement in checkup.measurements}
    gated = {outcome.gate.key for outcome in checkup.verdict.outcomes}
    return [key for key in SHOWN if key in measured and (key != OWN_ANSWERS.key or key in gated)]


def _value(measurement: Measurement) -> str:
    # Of calibration the error itself says more than its rise, which is mostly a fall.
    if measurement.name in ("target", CALIBRATION) and measurement.now is not None:
        return decimal(score_read(measurement, measurement.now))
    if measurement.estimate is None:
        return "none"
    change = change_of(measurement, measurement.estimate)
    return quantity(change.value, change.unit)
