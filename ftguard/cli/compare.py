"""The command `ftguard compare`: several runs side by side, and which of them to ship."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ftguard.cli.exits import ends_on_wrong_use
from ftguard.errors import InputError
from ftguard.folders import existing_run
from ftguard.text.formatting import printable
from ftguard.text.terminal import write


def compare(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN RUN ...", help="the runs' output directories")
    ],
) -> None:
    """Show runs side by side by the checkpoint that each keeps, and say which to ship.

    Differences have intervals where the runs asked the same probes of the same base.
    """
    with ends_on_wrong_use():
        if len(runs) < 2:  # noqa: PLR2004
            raise InputError("give two runs or more to compare.")
        for path in runs:
            existing_run(path)
        # What reads runs takes a while to import, which wrong use does without.
        from ftguard.report.recorded import read_run
        from ftguard.report.several.compared import contender
        from ftguard.report.terminal.compare_page import render_comparison

        recorded = [read_run(path) for path in runs]
        places = [Path(os.path.abspath(run.folder.output_dir)) for run in recorded]  # noqa: PTH100
        if len(set(places)) < len(places):
            raise InputError("a run is given twice: give each once.")
        named = zip(names_of(places), recorded, strict=True)
        contenders = [contender(name, run) for name, run in named]
        page = render_comparison(contenders, colour=sys.stdout.isatty())
    write(page)


def names_of(folders: Sequence[Path]) -> list[str]:
    """The shortest ends of the paths that tell them apart."""
    longest = max(len(folder.parts) for folder in folders)
    for size in range(1, longest + 1):
        names = ["/".join(folder.parts[-size:]) for folder in folders]
        if len(set(names)) == len(names):
            return [printable(name) for name in names]
    return [printable(str(folder)) for folder in folders]
