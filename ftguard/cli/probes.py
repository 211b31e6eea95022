"""`ftguard probes`: what is asked, before any run and as a run asked it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ftguard.cli import probe_pages
from ftguard.cli.exits import ends_on_wrong_use
from ftguard.errors import InputError
from ftguard.probes import ProbeSet
from ftguard.text.terminal import write

probes = typer.Typer(help="Look at what is asked.", no_args_is_help=True, add_completion=False)

SOURCE = typer.Argument(
    help="general, quick or calibration (built in), a run's output directory, a file, or the name "
    "of a dataset"
)


@probes.command("list")
def list_probes(
    source: Annotated[str, SOURCE] = "general",
    *,
    slice: Annotated[str | None, typer.Option(help="only those of this slice")] = None,
    tier: Annotated[int | None, typer.Option(min=1, max=4, help="only those of this tier")] = None,
) -> None:
    """List probes: id, tier, scorer and the beginning of what is asked."""
    with ends_on_wrong_use():
        found = [
            probe
            for probe in ProbeSet.load(source)
            if slice in (None, *probe.slices) and tier in (None, probe.tier)
        ]
        if not found:
            raise InputError(f"`{source}` has no probe of that slice and tier.")
    write(probe_pages.render_table(found, colour=sys.stdout.isatty()))


@probes.command("show")
def show_probe(
    probe_id: Annotated[str, typer.Argument(metavar="ID", help="as `list` prints it")],
    source: Annotated[str | None, SOURCE] = None,
    *,
    rendered: Annotated[
        bool, typer.Option("--rendered", help="as the model got to see it in that run")
    ] = False,
) -> None:
    """Show everything about one probe; without a source those that ship with ftguard are tried."""
    with ends_on_wrong_use():
        if rendered:
            page = probe_pages.render_as_seen(probe_id, source, colour=sys.stdout.isatty())
            write(page)
            return
        sources = [source] if source else ["general", "calibration"]
        found = [probe for each in sources for probe in ProbeSet.load(each)]
        probe = probe_pages.find_probe(probe_id, found)
    write(probe_pages.render_page(probe, colour=sys.stdout.isatty()))


@probes.command("leaks")
def list_leaks(
    run: Annotated[Path, typer.Argument(help="the run's output directory")],
) -> None:
    """List the probes of a run that stand in its training data, with the text there."""
    with ends_on_wrong_use():
        page = probe_pages.render_leaks(run, colour=sys.stdout.isatty())
    write(page)
