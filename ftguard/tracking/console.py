"""Tells the terminal: one compact, aligned block a checkpoint."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.padding import Padding
from rich.text import Text
from tqdm.auto import tqdm

from ftguard.formatting import (
    PERCENT,
    WIDTH,
    bound,
    decimal,
    drawn,
    duration,
    percent,
    printable,
    quantity,
    span,
)
from ftguard.measures.change import change_of
from ftguard.measures.measurement import Measurement
from ftguard.verdict.advice import GoFurther
from ftguard.verdict.calibration_words import direction
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion
from ftguard.verdict.gate import CALIBRATION, State
from ftguard.verdict.gates import Outcome

INDENT = 2
SHOWN = 3
"""Categories that are named; the others are in the ledger."""
COLUMNS = (19, 11, 7, 14, 6, 5)
"""Least widths of key, before and after, estimate, interval, n and limit; the state follows."""
LEAST_NAME = 8
"""Columns that are left to a name, whatever the numbers beside it."""
VERDICTS = {
    True: ("passed", "bold green"),
    None: ("undecided", "bold yellow"),
    False: ("BLOCKED", "bold red"),
}
KINDS = {"format": "form", "pairs": "gain", "dpo_reward": "gain"}
"""What stands behind measurements that no gate looks at."""
COLOURS: dict[State, str] = {
    "clear": "green",
    "within": "green",
    "breach": "bold red",
    "too wide": "yellow",
    "suspect": "yellow",
    "nothing to lose": "dim",
    "missing": "yellow",
}


@dataclass(frozen=True)
class ConsoleTracker:
    """Writes to standard output, above any progress bar."""

    same_thread: ClassVar[bool] = True

    def log(self, checkup: Checkup, share: float) -> None:
        """Write the block of one checkup."""
        tqdm.write(render_checkup(checkup, share, colour=sys.stdout.isatty()), end="")

    def finish(self, conclusion: Conclusion) -> None:
        """Write the run's outcome."""
        say(conclusion.summary)


def say(text: str) -> None:
    """Write one line above any progress bar."""
    tqdm.write(f"ftguard: {printable(text)}")


def render_checkup(checkup: Checkup, share: float, *, colour: bool) -> str:
    """One checkup as text, at most 80 columns wide.

    Shown are the target's gain, every gated measurement with its interval, n and limit, and what
    to do; the rest is in the ledger.
    """
    title = Text.assemble(
        ("ftguard ", "bold"),
        f"step {checkup.step} · epoch {checkup.epoch:.2f} · ",
        VERDICTS[checkup.verdict.passed],
    )
    rows = _aligned(list(_rows(checkup)))
    lines = (Text(printable(line)) for line in _lines(checkup))
    spent = f"{duration(checkup.seconds)} for this check; {percent(share)} of the run so far"
    below = (*rows, *lines, Text(spent, "dim"))
    return drawn(title, *(Padding(part, (0, 0, 0, INDENT)) for part in below), colour=colour)


def _says_otherwise(outcome: Outcome) -> bool:
    """Whether a calibration gate's row alone would read as another state: the rise is not all."""
    rise = outcome.measurement.estimate
    if outcome.gate.measurement != CALIBRATION or rise is None:
        return False
    return outcome.state in ("breach", "suspect") or rise.value > outcome.gate.limit


def _aligned(rows: Sequence[tuple[Sequence[str], Text]]) -> Iterator[Text]:
    """Cells padded into columns, and what ends each row; long names are cut to fit the width."""
    widths = [
        max([least, *(cell_len(cells[column]) for cells, _ in rows if column < len(cells))])
        for column, least in enumerate(COLUMNS)
    ]
    ending = max([end.cell_len for cells, end in rows if len(cells) == len(COLUMNS)], default=0)
    spare = WIDTH - INDENT - sum(widths) - len(widths) - ending
    widths[0] = max(LEAST_NAME, widths[0] + min(0, spare))
    for cells, end in rows:
        row = Text()
        for column, (cell, width) in enumerate(zip(cells, widths, strict=False)):
            row.append(_fitted(cell, width, left=column in (0, 1, 4)) + " ")
        yield row.append_text(end)


def _fitted(cell: str, width: int, *, left: bool) -> str:
    if cell_len(cell) > width:
        return set_cell_size(cell, width - 1) + "…"
    blank = " " * (width - cell_len(cell))
    return cell + blank if left else blank + cell


def _rows(checkup: Checkup) -> Iterator[tuple[Sequence[str], Text]]:
    gated = {outcome.gate.key for outcome in checkup.verdict.outcomes}
    for measurement in checkup.measurements:
        if measurement.key in gated:
            continue
        if measurement.name == "target":
            yield _cells(measurement, ""), Text("gain")
        elif measurement.name in KINDS:
            yield _cells(measurement, ""), Text(KINDS[measurement.name], "dim")
        elif measurement.headline:
            yield _cells(measurement, ""), Text("yours", "dim")
    for outcome in checkup.verdict.outcomes:
        limit = bound(outcome.gate.limit, outcome.measurement.unit)
        cells = _cells(outcome.measurement, limit)
        # Its words are too long for the last column; there is no change that they could displace.
        floor = outcome.state == "nothing to lose"
        yield cells[:2] if floor else cells, Text(outcome.state, COLOURS[outcome.state])


def _cells(measurement: Measurement, limit: str) -> Sequence[str]:
    before_after, estimate = "", measurement.estimate
    if measurement.base is not None and measurement.now is not None:
        before_after = f"{decimal(measurement.base)}→{decimal(measurement.now)}"
    value, ends, n = "", "", measurement.num_scored
    if estimate is not None:
        change, n = change_of(measurement, estimate), estimate.n
        value = quantity(change.value, change.unit)
        ends = span(change.low, change.high, change.unit).replace(" to ", "..")
    return printable(measurement.key), before_after, value, ends, f"n={n}", limit


def _lines(checkup: Checkup) -> Iterator[str]:
    forgotten, gained = (checkup.find(name) for name in ("forgotten", "gained"))
    if forgotten and gained and forgotten.estimate and gained.estimate:
        yield (
            f"general items: {quantity(forgotten.estimate.value, PERCENT)} forgotten, "
            f"{quantity(gained.estimate.value, PERCENT)} gained, less guessing"
        )
    worst = [m for m in checkup.measurements if m.shrunk and m.shrunk.low > 0]
    worst.sort(key=lambda m: -m.shrunk.value if m.shrunk else 0.0)
    if worst:
        # Categories are shown pulled towards the whole, and only where they lost beyond chance.
        changes = [(m.slice, change_of(m, m.shrunk)) for m in worst[:SHOWN] if m.shrunk]
        names = [f"{name} {quantity(change.value, change.unit)}" for name, change in changes]
        yield f"lost most: {', '.join(names)}"
    directions = [
        f"{outcome.gate.slice} {which_way}"
        for outcome in checkup.verdict.outcomes
        if (which_way := direction(outcome.measurement))
    ]
    if directions:
        yield f"confidence: {', '.join(directions)}"
    for advice in checkup.advice:
        suspected = advice.outcome.state == "suspect" and not isinstance(advice, GoFurther)
        kind = "advice (on a suspicion)" if suspected and not advice.finding else "advice"
        yield f"{kind}: {advice.text}"
    for outcome in checkup.verdict.outcomes:
        if outcome.state in ("missing", "nothing to lose") or _says_otherwise(outcome):
            yield outcome.explanation
        elif outcome.curve is not None and outcome.curve_differs:
            change = change_of(outcome.measurement, outcome.curve)
            same = outcome.curve_slice in ("", outcome.gate.slice)
            of = "" if same else f" of {outcome.curve_slice}"
            yield (
                f"{outcome.gate.key} by the curve so far{of}: "
                f"{quantity(change.value, change.unit)} "
                f"({span(change.low, change.high, change.unit)})"
            )
    for note in checkup.notes:
        yield f"note: {note}"
