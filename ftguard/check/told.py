"""Tells a decision in the terminal, at most 80 columns wide."""

from collections.abc import Iterator

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ftguard.check.codes import BREACHED, PASSED
from ftguard.check.decision import Decision
from ftguard.check.results import Gain, GateResult, says
from ftguard.text.formatting import decimal, drawn, printable, quantity, span

TITLES = {PASSED: ("passed", "bold green"), BREACHED: ("BLOCKED", "bold red")}
UNDECIDED_TITLE = ("undecided", "bold yellow")
COLOURS = {
    "clear": "green",
    "within": "green",
    "breach": "bold red",
    "nothing to lose": "dim",
}
ORDER = (
    *("breach", "missing", "suspect", "too wide", "not asked", "nothing to lose"),
    *("within", "clear"),
)
"""States, what is to be read first at the top."""
STATE_WIDTH = 15
INDENT = 2


def render_decision(decision: Decision, *, colour: bool) -> str:
    """The verdict, both models, what was gained, each gate in a sentence, advice, exit code."""
    kind = "examine" if decision.kind == "examine" else "check"
    title, style = TITLES.get(decision.exit_code, UNDECIDED_TITLE)
    table = Table.grid(padding=(0, 1))
    table.add_column(width=STATE_WIDTH, no_wrap=True)
    table.add_column(overflow="fold")
    for name, text, of in _rows(decision):
        table.add_row(Text(name, of), Text(printable(text)))
    return drawn(
        Text.assemble(("ftguard ", "bold"), f"{kind} · ", (title, style)),
        Padding(table, (0, 0, 0, INDENT)),
        Text(printable(decision.summary)),
        Text(f"exit code {decision.exit_code}; files: {printable(decision.folder)}", "dim"),
        colour=colour,
    )


def _rows(decision: Decision) -> Iterator[tuple[str, str, str]]:
    if decision.base:
        yield "base", decision.base, ""
    if decision.model:
        at = "" if decision.kind == "check" else f"step {decision.step}, "
        yield "tuned", f"{at}{decision.model}", ""
    for gain in decision.gains:
        yield "gain", _gained(gain), ""
    for gate in sorted(decision.gates, key=_urgency):
        aside = f" Not counted: {says(gate)}." * (gate.bearing == "aside")
        colour = "dim" if aside else COLOURS.get(gate.state, "yellow")
        yield gate.state, f"{gate.explanation}{aside}", colour
    for text in decision.advice:
        yield "advice", text, ""
    for note in decision.notes:
        yield "note", note, "yellow"


def _urgency(gate: GateResult) -> int:
    return ORDER.index(gate.state)


def _gained(gain: Gain) -> str:
    if gain.change is None or gain.base is None or gain.tuned is None:
        return f"{gain.name}: not measured"
    change = gain.change
    return (
        f"{gain.name}: from {decimal(gain.base)} to {decimal(gain.tuned)}, "
        f"{quantity(change.value, 'points')} ({span(change.low, change.high, 'points')}, "
        f"n={change.n})"
    )
