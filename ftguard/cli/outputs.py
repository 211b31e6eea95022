"""Hands a decision out: to the terminal, to files, and to GitHub Actions."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from ftguard.check.decision import Decision, write_decision
from ftguard.check.github import annotations, append_summary, no_commands, on_github
from ftguard.check.junit import write_junit
from ftguard.check.told import render_decision
from ftguard.errors import InputError
from ftguard.folders import RunFolder

REPORT = "report.html"
"""The report's name in a run's folder."""


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

    def hand_out(self, decision: Decision, run: Path) -> None:
        """Write the files, and tell GitHub; the terminal has `show`.

        Args:
            decision: what is told.
            run: the output directory that it is of.

        Raises:
            InputError: a file cannot be written.
        """
        try:
            if self.json is not None:
                write_decision(decision, self.json)
            if self.junit is not None:
                write_junit(decision, self.junit)
            if self.report is not None:
                _copy_report(RunFolder(run), self.report)
            if self.on_github:
                append_summary(decision)
        except OSError as error:
            raise InputError(f"cannot write `{error.filename}` ({error.strerror}).") from None
        if self.on_github:
            for line in annotations(decision):
                typer.echo(line)


def show(decision: Decision) -> None:
    """Print the decision."""
    typer.echo(render_decision(decision, colour=sys.stdout.isatty()), nl=False)
    sys.stdout.flush()


def _copy_report(folder: RunFolder, to: Path) -> None:
    """The one place that hands out the HTML report, which the run's folder holds."""
    report = folder.root / REPORT
    if not report.is_file():
        raise InputError(f"there is no report in `{folder.root}` to copy.")
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(report, to)
