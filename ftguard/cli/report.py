"""The command `ftguard report RUN [RUN ...]`: a page of one run, or of several side by side."""

import webbrowser
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ftguard.cli.exits import ends_on_wrong_use
from ftguard.errors import InputError
from ftguard.folders import existing_run
from ftguard.text.formatting import printable
from ftguard.text.terminal import echo, write

SEVERAL = Path("report.html")
"""Where a page of several runs goes by default: into no run's own folder."""


def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN", help="output directories of runs")],
    *,
    text: Annotated[
        bool, typer.Option("--text", help="print it as plain text, 80 columns wide")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="the file; by default RUN/_ftguard/report.html, of several report.html"),
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="open the page in your browser")] = False,
) -> None:
    """Write the report of a run, or of several side by side, as one page that opens offline.

    Ship or not, gain beside cost, what was forgotten, what to change. It is
    made from what the run left on disk, while it trains or after; no model is
    loaded. Runs that train write it anew as their checkpoints come.
    """
    with ends_on_wrong_use():
        if text and open_:
            raise InputError("`--open` opens a page: leave `--text` out.")
        for run in runs:
            existing_run(run)
        # What reads and draws takes a while to import, which wrong use does without.
        from ftguard.report.page.page import render
        from ftguard.report.page.plain import render_text
        from ftguard.report.recorded import read_run
        from ftguard.report.shown.gathering import contents

        read = [read_run(run) for run in runs]
        shown = contents(read, now=datetime.now().astimezone())
        if text:
            _print(render_text(shown), out)
            return
        path = out or (read[0].folder.report if len(read) == 1 else SEVERAL)
        _write(render(shown), path)
    echo(f"ftguard report: {printable(str(path))}")
    if open_ and not webbrowser.open(path.resolve().as_uri()):
        echo("ftguard report: no browser was found; open that file in one", err=True)


def _print(text: str, out: Path | None) -> None:
    if out is not None:
        _write(text, out)
        return
    write(text)


def _write(text: str, path: Path) -> None:
    from ftguard.report.writing import write_page

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_page(text, path)
    except OSError as error:
        raise InputError(
            f"cannot write `{path}` ({error.strerror}): give another file with `--out`."
        ) from None
