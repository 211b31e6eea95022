"""The command `ftguard show`: what a checkpoint answers, beside what its base answered."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ftguard.cli.best import RUN
from ftguard.cli.exits import ends_on_wrong_use
from ftguard.folders import existing_run, step_of
from ftguard.text.formatting import wrapped
from ftguard.text.terminal import write


def show(
    run: Annotated[Path, RUN],
    *,
    lost: Annotated[bool, typer.Option("--lost", help="only what turned wrong")] = False,
    gained: Annotated[bool, typer.Option("--gained", help="only what turned right")] = False,
    slice: Annotated[
        str | None, typer.Option(help="only those of this category, role or kind of edge case")
    ] = None,
    id: Annotated[str | None, typer.Option("--id", help="this probe")] = None,
    n: Annotated[int, typer.Option("-n", min=1, help="how many")] = 3,
    step: Annotated[
        int | None, typer.Option(help="the checkpoint; by default the one to keep, or the last")
    ] = None,
    numbers: Annotated[
        bool, typer.Option("--numbers", help="instead: what every gate measured, exactly")
    ] = False,
) -> None:
    """Show answers of a checkpoint beside the base's, changed words marked; lost ones first."""
    colour = sys.stdout.isatty()
    with ends_on_wrong_use():
        existing_run(run)
        # What reads a run takes a while to import, which wrong use does without.
        from ftguard.report.recorded import read_run
        from ftguard.report.terminal.example_page import render_examples
        from ftguard.report.terminal.examples import Wish, choose
        from ftguard.report.terminal.numbers_page import render_numbers

        recorded = read_run(run)
        checkup = recorded.checkup_at(step_of(run) if step is None else step)
        if numbers:
            page = render_numbers(checkup)
        else:
            pairs = recorded.pairs(checkup)
            wish = Wish(lost=lost, gained=gained, slice=slice, id=id)
            asked = {pair.probe.id for pair in pairs}
            not_asked = [probe.id for probe in recorded.probes if probe.id not in asked]
            shown = choose(pairs, wish, n, not_asked=not_asked)
            page = render_examples(
                checkup.step, pairs, shown, num_not_asked=len(not_asked), colour=colour
            )
    if recorded.so_far.state:
        line = f"ftguard: {recorded.so_far.state}; this is what was measured"
        page = f"{wrapped(line, then='    ')}\n{page}"
    write(page)
