"""The command line: the command `ftguard` and all that it can do."""

import importlib.metadata
import sys
from pathlib import Path
from typing import Annotated

import typer

from ftguard.cli import probe_pages
from ftguard.cli.best import best
from ftguard.cli.card import card
from ftguard.cli.check import check
from ftguard.cli.compare import compare
from ftguard.cli.demo import demo
from ftguard.cli.examine import examine
from ftguard.cli.exits import ends_on_wrong_use
from ftguard.cli.glossary import glossary
from ftguard.cli.judge_agree import agree
from ftguard.cli.judge_check import judge_app
from ftguard.cli.manual import manual
from ftguard.cli.play import play
from ftguard.cli.rate import rate
from ftguard.cli.report import report
from ftguard.cli.show import show
from ftguard.cli.watch import watch
from ftguard.errors import InputError
from ftguard.probes import ProbeSet
from ftguard.terminal import write

app = typer.Typer(
    help="See what a fine-tune costs, and keep the best checkpoint that costs little enough.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _on_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    if asked:
        write(f"ftguard {importlib.metadata.version('ftguard')}\n")
        raise typer.Exit


@app.callback()
def main(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", help="print the version", is_eager=True, callback=_on_version),
    ] = False,
) -> None:
    """Common to all commands."""
    del version


probes = typer.Typer(help="Look at what is asked.", no_args_is_help=True)
app.add_typer(probes, name="probes")
judge_app.command("agree")(agree)
app.add_typer(judge_app, name="judge")
app.command("demo")(demo)
app.command("play")(play)
app.command("best")(best)
app.command("show")(show)
app.command("compare")(compare)
app.command("watch")(watch)
app.command("rate")(rate)
app.command("report")(report)
app.command("check")(check)
app.command("card")(card)
app.command("examine")(examine)
app.command("manual")(manual)
app.command("glossary")(glossary)

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
