"""Hands a decision out: to the terminal, to files, and to GitHub Actions."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from ftguard.check.decision import Decision, write_decision
from ftguard.check.github import annotations, append_summary, no_commands, on_github, send
from ftguard.check.junit import write_junit
from ftguard.check.told import render_decision
from ftguard.errors import InputError
from ftguard.report.recorded import RecordedRun
from ftguard.report.writing import write_report
from ftguard.text.formatting import drawn, printable
from ftguard.text.terminal import write


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """Where a decision goes besides the terminal."""

    json: Path | None = None
    junit: Path | None = None
    report: Path | None = None
    github: bool | None = None
    """None to tell GitHub Actions where it is what runs this."""

    def __post_init__(self) -> None:
        for name in ("json", "junit", "report"):
            path = getattr(self, name)
            if path is not None and path.is_dir():
                raise InputError(f"`--{name} {path}` is a folder: give a file.")
            try:
                if path is not None:
                    path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                # Before models are asked for an hour.
                raise InputError(
                    f"`--{name} {path}` cannot be written ({error.strerror})."
                ) from None

    @property
    def on_github(self) -> bool:
        """Whether GitHub Actions is told."""
        return on_github() if self.github is None else self.github

    @contextmanager
    def fenced(self) -> Iterator[None]:
        """On GitHub, nothing that is printed meanwhile is a command of the runner's."""
        if not self.on_github:
            yield
            return
        with no_commands():
            yield

    def hand_out(self, decision: Decision, run: RecordedRun) -> None:
        """Write the files, and tell GitHub; the terminal has `show`.

        Args:
            decision: what is told.
            run: what it is of.

        Raises:
            InputError: a file cannot be written.
        """
        try:
            if self.json is not None:
                write_decision(decision, self.json)
            if self.junit is not None:
                write_junit(decision, self.junit)
            if self.on_github:
                append_summary(decision)
                for line in annotations(decision):
                    send(line)
            if self.report is not None:
                write_report(run, self.report)
        except OSError as error:
            raise InputError(f"cannot write `{error.filename}` ({error.strerror}).") from None


def show(decision: Decision, more: Sequence[str] = ()) -> None:
    """Print the decision, and what else there is to say of it, a line each."""
    colour = sys.stdout.isatty()
    write(render_decision(decision, colour=colour))
    write(drawn(*(Text(printable(line)) for line in more), colour=colour))
    sys.stdout.flush()
