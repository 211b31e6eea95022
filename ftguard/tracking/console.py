"""Tells the terminal: one compact, aligned block a checkpoint."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.padding import Padding
from rich.text import Text
from tqdm.auto import tqdm

from ftguard.formatting import PERCENT, WIDTH, drawn, duration, percent, printable, quantity, span
from ftguard.measures.measurement import Measurement
from ftguard.verdict.advice import GoFurther
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion
from ftguard.verdict.gate import State

INDENT = 2
SHOWN = 3
"""Categories that are named; the others are in the ledger."""
COLUMNS = (19, 11, 7, 14, 6, 5)
"""Least widths of key, before and after, estimate, interval, n and limit; the state follows."""
VERDICTS = {
    True: ("passed", "bold green"),
    None: ("undecided", "bold yellow"),
    False: ("BLOCKED", "bold red"),
}
COLOURS: dict[State, str] = {
    "clear": "green",
    "within": "green",
    "breach": "bold red",
    "suspect": "yellow",
    "nothing to lose": "dim",
    "missing": "yellow",
}


@dataclass(frozen=True)
class ConsoleTracker:
    """Writes to standard output, above any progress bar."""

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


def _aligned(rows: Sequence[tuple[Sequence[str], Text]]) -> Iterator[Text]:
    """Cells padded into columns, and what ends each row; long names are cut to fit the width."""
    widths = [
        max([least, *(cell_len(cells[column]) for cells, _ in rows if column < len(cells))])
        for column, least in enumerate(COLUMNS)
    ]
    ending = max([end.cell_len for cells, end in rows if len(cells) == len(COLUMNS)], default=0)
    spare = WIDTH - INDENT - sum(widths) - len(widths) - ending
    widths[0] += min(0, spare)
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
        elif measurement.name == "format":
            yield _cells(measurement, ""), Text("form", "dim")
        elif measurement.headline:
            yield _cells(measurement, ""), Text("yours", "dim")
    for outcome in checkup.verdict.outcomes:
        limit, unit = outcome.gate.limit, outcome.measurement.unit
        bound = percent(limit) if unit == PERCENT else f"{limit:.2f}"
        yield _cells(outcome.measurement, bound), Text(outcome.state, COLOURS[outcome.state])


def _cells(measurement: Measurement, bound: str) -> Sequence[str]:
    before_after = ""
    if measurement.base is not None and measurement.now is not None:
        before_after = f"{measurement.base:.3f}→{measurement.now:.3f}"
    estimate = measurement.estimate
    if estimate is None:
        return printable(measurement.key), before_after
    return (
        printable(measurement.key),
        before_after,
        quantity(estimate.value, measurement.unit),
        span(estimate.low, estimate.high, measurement.unit).replace(" to ", ".."),
        f"n={estimate.n}",
        bound,
    )


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
        names = [f"{m.slice} {quantity(m.shrunk.value, PERCENT)}" for m in worst if m.shrunk]
        yield f"lost most: {', '.join(names[:SHOWN])}"
    for advice in checkup.advice:
        sure = advice.finding or isinstance(advice, GoFurther)
        kind = "advice" if sure else "advice (on a suspicion)"
        yield f"{kind}: {advice.text}"
    for outcome in checkup.verdict.outcomes:
        if outcome.state in ("missing", "nothing to lose"):
            yield outcome.explanation
    for note in checkup.notes:
        yield f"note: {note}"
