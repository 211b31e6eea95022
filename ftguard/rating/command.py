"""The command `ftguard rate RUN`: people rate base against fine-tuned blind."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ftguard.errors import InputError
from ftguard.folders import RunFolder
from ftguard.gates import Gate
from ftguard.rating.items import for_rater, sample
from ftguard.rating.pairs import Comparison, load_comparison
from ftguard.rating.preference import EVEN
from ftguard.rating.sitting import Sitting, checked_name
from ftguard.rating.store import RatingsFile, standing

EXIT_CODES = {True: 0, False: 1, None: 3}
"""By the gate's verdict, as `ftguard best` exits."""


def rate(  # noqa: PLR0913
    run: Annotated[Path, typer.Argument(help="the run's output directory")],
    *,
    step: Annotated[
        int | None, typer.Option(help="the checkpoint; by default the best that passed, or the last")
    ] = None,
    rater: Annotated[
        str | None, typer.Option(help="who rates; by default the page asks")
    ] = None,
    items: Annotated[int, typer.Option(min=1, help="how many to rate")] = 150,
    seed: Annotated[int, typer.Option(help="of the sample, the order and the sides")] = 0,
    identical: Annotated[
        bool, typer.Option("--identical", help="show pairs with the same answer twice, too")
    ] = False,
    export: Annotated[
        Path | None, typer.Option(help="write what is to rate to a CSV file instead")
    ] = None,
    import_: Annotated[
        Path | None, typer.Option("--import", help="read a filled-in export, and print the result")
    ] = None,
    result: Annotated[bool, typer.Option("--result", help="print the result, and no page")] = False,
    least: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="gate: the least win rate, such as 0.45; exits with 1 in breach"
        ),
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any that is free")] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="open the page in your browser")
    ] = True,
) -> None:
    """Rate base against fine-tuned blind, side by side, on a page of this machine.

    Keys: 1 and 2 for the better answer, 3 tie, s skip, n notes, u undo. Ctrl-C ends and prints how
    often the fine-tuned answer was preferred, with its interval. Ratings stand in
    RUN/ftguard/ratings.jsonl; start again to go on. With --least it exits with 0 where the gate
    passes, 1 in breach, 3 undecided.
    """
    folder = RunFolder(run)
    comparison = load_comparison(folder, step)
    chosen = [pair for pair in comparison.pairs if identical or not pair.identical]
    sitting = Sitting(
        comparison=comparison,
        sample=sample(chosen, items, seed),
        file=RatingsFile(folder.root / "ratings.jsonl"),
        seed=seed,
        rater=checked_name(rater) if rater is not None else None,
    )
    ...
