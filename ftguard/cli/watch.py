"""The command `ftguard watch`: follows a run from another terminal while it trains."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.text import Text

from ftguard.check.codes import UNDECIDED
from ftguard.cli.best import RUN
from ftguard.cli.exits import ends_on_wrong_use
from ftguard.errors import InputError
from ftguard.folders import no_run, runs_below
from ftguard.report.recorded import RecordedRun
from ftguard.report.terminal.so_far import news
from ftguard.report.terminal.watch_page import BARS, line_of, render_watch
from ftguard.text.formatting import WIDTH, printable, wrapped
from ftguard.text.terminal import encoding_of, write
from ftguard.tracking.block import HANGING
from ftguard.tracking.console import OURS, laid_out


def watch(
    run: Annotated[Path, RUN],
    *,
    every: Annotated[float, typer.Option(min=0.1, help="seconds between looks")] = 1.0,
) -> None:
    """Follow a run while it trains, until it ends or Ctrl-C; training takes no notice.

    RUN may begin later. A resume, or a new run in the same folder, is followed. Where the output
    is no terminal, each new checkpoint is a line.

    Exit codes: 0 training ended (`ftguard best` says with what), 2 wrong use, 3 it was interrupted.
    """
    try:
        with ends_on_wrong_use():
            last = _live(run, every) if _can_draw() else _lines(run, every)
    except KeyboardInterrupt:
        write("ftguard: no longer watching; the run is not touched\n")
        return
    if last is None:
        return
    write(f"{OURS}{laid_out(last.so_far.summary, taken=len(OURS))}\n")
    if last.so_far.interrupted:
        write(f"{OURS}watch it again once it is resumed\n")
        raise typer.Exit(UNDECIDED)


def _live(path: Path, every: float) -> RecordedRun | None:
    found = None
    console = Console(width=WIDTH, highlight=False, legacy_windows=False)
    with Live(console=console, auto_refresh=False) as live:
        for found in _news(path, every):
            page = (
                Text(wrapped(_waiting(path)))
                if found is None
                else render_watch(found, height=console.height)
            )
            live.update(page, refresh=True)
    return found


def _lines(path: Path, every: float) -> RecordedRun | None:
    found: RecordedRun | None = None
    told: set[tuple[str, str]] = set()
    for found in _news(path, every):
        of = "" if found is None else found.run.id
        for line in _new(path, found):
            if (of, line) not in told:
                # Late scores of a judge, or a resume, decide on a step once more.
                step = line.partition(" · ")[0]
                again = any(run == of and other.startswith(f"{step} · ") for run, other in told)
                told.add((of, line))
                write(wrapped(f"{line} · decided anew" if again else line, then=HANGING) + "\n")
    return found


def _news(path: Path, every: float) -> Iterator[RecordedRun | None]:
    """The run as it goes on; one that has not begun is waited for, but not beside others.

    Raises:
        InputError: it is no run's folder, and there are runs in it.
    """
    for found in news(path, every):
        if found is None and runs_below(path):
            raise InputError(no_run(path))
        yield found


def _new(path: Path, run: RecordedRun | None) -> list[str]:
    if run is None:
        return [f"{OURS}{_waiting(path)}"]
    attempt = f", attempt {run.run.attempt} from step {run.run.resumed_from}"
    again = attempt if run.run.attempt > 1 else ""
    first = f"{OURS}watching run {run.run.id}{again}"
    return [first, *(line_of(checkup) for checkup in run.checkups)]


def _waiting(path: Path) -> str:
    return printable(f"waiting for a run in `{path}`: none has begun there yet")


def _can_draw() -> bool:
    """Whether a picture can be drawn over: on a terminal that has the signs of curves."""
    try:
        BARS.encode(encoding_of(sys.stdout))
    except UnicodeEncodeError:
        return False
    return sys.stdout.isatty()
