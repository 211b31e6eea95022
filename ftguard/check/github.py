"""Tells a decision to GitHub Actions: annotations of the commit, and the job's summary.

What a model or a probe says may look like a command of the runner's: all that is printed besides
is fenced off by `stop-commands`, and what goes into a command or into Markdown is escaped.
"""

import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ftguard.check.codes import BREACHED, PASSED
from ftguard.check.decision import Decision
from ftguard.check.results import GateResult, says
from ftguard.text.formatting import bound, decimal, encodable, printable, quantity, span
from ftguard.text.terminal import encoding_of

MOST = 600
"""Characters of a text that are shown."""
WORDS = {PASSED: "passed", BREACHED: "BLOCKED"}
_MARKUP = re.compile(r"[!-$&-*:<>-@\[-`{-~]|(?<=www)\.")


def on_github() -> bool:
    """Whether this is a job of GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


@contextmanager
def no_commands() -> Iterator[None]:
    """Have the runner take nothing that is printed meanwhile for a command."""
    token = secrets.token_hex(16)
    send(f"::stop-commands::{token}")
    try:
        yield
    finally:
        send(f"::{token}::")


def send(command: str) -> None:
    """Give the runner a command; what else is printed is kept from being one."""
    sys.stdout.write(encodable(command, encoding_of(sys.stdout)) + "\n")
    sys.stdout.flush()


def annotations(decision: Decision) -> Iterator[str]:
    """One command a gate that does not hold, and one for the whole."""
    for gate in decision.gates:
        if gate.bearing == "blocks":
            yield _command("error", f"ftguard: {gate.gate} breached", gate.explanation)
        elif gate.bearing == "open":
            yield _command("warning", f"ftguard: {gate.gate} {gate.state}", gate.explanation)
    level = {PASSED: "notice", BREACHED: "error"}.get(decision.exit_code, "warning")
    yield _command(level, f"ftguard: {decision.verdict}", decision.summary)


def append_summary(decision: Decision) -> None:
    """Append the table to the job's summary, where the runner has one."""
    place = os.environ.get("GITHUB_STEP_SUMMARY")
    if place:
        with Path(place).open("a", encoding="utf-8") as file:
            file.write("\n".join(summary(decision)) + "\n")


def summary(decision: Decision) -> Iterator[str]:
    """The decision as lines of Markdown."""
    word = WORDS.get(decision.exit_code, "undecided")
    yield f"### ftguard: {word}"
    yield ""
    yield markdown(decision.summary)
    yield ""
    yield "| gate | base | tuned | change (95 % interval) | limit | n | says |"
    yield "|---|---|---|---|---|---|---|"
    for gain in decision.gains:
        change = gain.change
        cells = (
            gain.name,
            "" if gain.base is None else decimal(gain.base),
            "" if gain.tuned is None else decimal(gain.tuned),
            ""
            if change is None
            else f"{quantity(change.value, 'points')} ({span(change.low, change.high, 'points')})",
            "",
            "" if change is None else str(change.n),
            "gain",
        )
        yield f"| {' | '.join(map(markdown, cells))} |"
    for gate in decision.gates:
        yield f"| {' | '.join(map(markdown, _cells(gate)))} |"
    yield ""
    for gate in decision.gates:
        if gate.state not in ("clear", "within"):
            yield f"- {markdown(gate.explanation)}"
    for text in decision.advice:
        yield f"- advice: {markdown(text)}"
    yield ""


def markdown(text: str) -> str:
    """The text as Markdown that shows it and does nothing else."""
    shown = printable(text)
    shown = shown if len(shown) <= MOST else f"{shown[:MOST]}..."
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", shown)


def _cells(gate: GateResult) -> tuple[str, ...]:
    change = gate.change
    return (
        gate.gate,
        "" if gate.base is None else decimal(gate.base),
        "" if gate.tuned is None else decimal(gate.tuned),
        ""
        if change is None
        else f"{quantity(change.value, gate.unit)} ({span(change.low, change.high, gate.unit)})",
        bound(gate.limit, gate.unit),
        "" if change is None else str(change.n),
        says(gate),
    )


def _command(level: str, title: str, text: str) -> str:
    data = printable(text[:MOST]).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    name = printable(title).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={name}::{data}"
