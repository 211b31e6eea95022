"""Tells the terminal: one compact, aligned block a checkpoint."""

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.padding import Padding
from rich.text import Text
from tqdm.auto import tqdm

from ftguard.checkup import Checkup
from ftguard.conclusion import Conclusion
from ftguard.formatting import PERCENT, duration, percent, quantity, span
from ftguard.gates import Outcome, State
from ftguard.measurement import Measurement

WIDTH = 80
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
    tqdm.write(f"ftguard: {text}")


def render_checkup(checkup: Checkup, share: float, *, colour: bool) -> str:
    """One checkup as text, at most 80 columns wide.

    Shown are the target's gain, every gated measurement with its interval, n and limit, and what
    to do; the rest is in the ledger.
    """
    output = io.StringIO()
    console = Console(
        file=output, width=WIDTH, force_terminal=colour, no_color=not colour, highlight=False
    )
    title = Text.assemble(
        ("ftguard ", "bold"),
        f"step {checkup.step} · epoch {checkup.epoch:.2f} · ",
        VERDICTS[checkup.verdict.passed],
    )
    console.print(title)
    for row in _rows(checkup):
        console.print(Text("  ").append_text(row))
    for line in _lines(checkup):
        console.print(Padding(Text(line), (0, 0, 0, 2)))
    spent = f"{duration(checkup.seconds)} for this check; {percent(share)} of the run so far"
    console.print(Padding(Text(spent, "dim"), (0, 0, 0, 2)))
    return "".join(line.rstrip() + "\n" for line in output.getvalue().splitlines())


def _rows(checkup: Checkup) -> Iterator[Text]:
    gated = {outcome.gate.key for outcome in checkup.verdict.outcomes}
    for measurement in checkup.measurements:
        if measurement.name == "target" and measurement.key not in gated:
            yield _row(measurement, Text("gain"))
    for outcome in checkup.verdict.outcomes:
        yield _row(outcome.measurement, _state(outcome))


def _row(measurement: Measurement, ending: Text) -> Text:
    before_after = ""
    if measurement.base is not None and measurement.now is not None:
        before_after = f"{measurement.base:.3f}→{measurement.now:.3f}"
    row = f"{measurement.key:<19} {before_after:<11} "
    estimate = measurement.estimate
    if estimate is not None:
        value = quantity(estimate.value, measurement.unit)
        interval = span(estimate.low, estimate.high, measurement.unit).replace(" to ", "..")
        row += f"{value:>7} {interval:>14} n={estimate.n:<4} "
    return Text(row).append_text(ending)


def _state(outcome: Outcome) -> Text:
    if outcome.measurement.estimate is None:
        return Text(outcome.state, COLOURS[outcome.state])
    limit = outcome.gate.limit
    bound = percent(limit) if outcome.measurement.unit == PERCENT else f"{limit:.2f}"
    return Text(f"{bound:>5} ").append(outcome.state, COLOURS[outcome.state])


def _lines(checkup: Checkup) -> Iterator[str]:
    for advice in checkup.advice:
        kind = "advice" if advice.finding else "advice (on a suspicion)"
        yield f"{kind}: {advice.text}"
    for outcome in checkup.verdict.outcomes:
        if outcome.state in ("missing", "nothing to lose"):
            yield outcome.explanation
    for note in checkup.notes:
        yield f"note: {note}"
