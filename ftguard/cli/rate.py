"""The command `ftguard rate RUN`: people rate base against fine-tuned blind."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ftguard.cli.exits import EXIT_CODES, ends_on_wrong_use
from ftguard.errors import InputError
from ftguard.folders import RunFolder, find_run, step_of
from ftguard.needs import needing
from ftguard.rating.items import sample
from ftguard.rating.pairs import load_comparison
from ftguard.rating.preference import EVEN
from ftguard.rating.session import RatingSession
from ftguard.rating.store import RatingsFile, standing
from ftguard.text.terminal import echo, write
from ftguard.verdict.gate import Gate

KEYS = "rating-keys"
"""The folder, beside the ratings, that tells which side of an export is whose."""
EXTRAS = dict.fromkeys(("krippendorff", "starlette", "uvicorn"), "rate")


@contextmanager
def _wrong_use_or_missing() -> Iterator[None]:
    """What cannot be used ends the command with its message, and nothing else.

    What the extra `rate` installs is loaded within the functions that need it.
    """
    with ends_on_wrong_use(), needing("rating", EXTRAS):
        yield


@_wrong_use_or_missing()
def rate(
    run: Annotated[Path, typer.Argument(help="the run's output directory")],
    *,
    step: Annotated[
        int | None,
        typer.Option(help="the checkpoint; by default the best that passed, or the last"),
    ] = None,
    rater: Annotated[str | None, typer.Option(help="who rates; by default the page asks")] = None,
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

    Keys: 1 or 2 for the better answer, 3 tie, s skip, n notes, u undo.

    Every choice stands in RUN/_ftguard/ratings.jsonl at once; start again to go
    on. Ctrl-C ends and prints how often the fine-tuned answer was preferred, with
    its interval. With --least the exit code is 0 where the gate passes, 1 in
    breach, 3 undecided.
    """
    if sum((export is not None, import_ is not None, result)) > 1:
        raise InputError("give only one of `--export`, `--import` and `--result`.")
    folder = find_run(run)
    comparison = load_comparison(folder, step_of(run) if step is None else step)
    chosen = [pair for pair in comparison.pairs if identical or not pair.identical]
    session = RatingSession(
        comparison=comparison,
        sample=sample(chosen, items, seed),
        file=RatingsFile(folder.root / "ratings.jsonl"),
        seed=seed,
        rater=rater,
    )
    if rater is not None:
        session = replace(session, rater=session.name(rater))
    if export is not None:
        _export(session, export, folder)
        return
    if import_ is not None:
        _import(session, import_, folder)
    elif not result:
        _serve(session, port=port, browser=browser)
    raise typer.Exit(EXIT_CODES[_tell(session, least)])


def _serve(session: RatingSession, *, port: int, browser: bool) -> None:
    from ftguard.rating.serve import serve

    if session.sample:
        serve(session, port=port, browser=browser)
    else:
        echo("ftguard rate: every answer is the same as the base's; nothing to choose")


def _export(session: RatingSession, path: Path, folder: RunFolder) -> None:
    from ftguard.rating.csv_files import export

    items = session.open_items(session.rater or "")
    if not items:
        raise InputError("nothing is left to rate: every item is rated, or the same twice.")
    keys = folder.root / KEYS
    export(items, session.comparison, path, keys=keys, rater=session.rater)
    echo(
        f"ftguard rate: {len(items)} items in {path}: write left, right, tie or skip into the "
        f"column `choice`, then `ftguard rate {folder.output_dir} --import {path}`"
    )


def _import(session: RatingSession, path: Path, folder: RunFolder) -> None:
    from ftguard.rating.csv_files import load_ratings

    keys = folder.root / KEYS
    ratings = load_ratings(path, session.comparison, keys=keys, rater=session.rater)
    earlier = len(standing(session.read()))
    session.file.append(ratings)
    replaced = len(ratings) - (len(standing(session.read())) - earlier)
    more = f", {replaced} of them in place of earlier ones" * bool(replaced)
    echo(f"ftguard rate: {len(ratings)} ratings imported from {path}{more}")


def _tell(session: RatingSession, least: float | None) -> bool | None:
    """Print the result; whether the gate passes, where there is one."""
    from ftguard.rating.result import render_result, sum_up

    gate = Gate(measurement="preference", limit=least - EVEN) if least is not None else None
    result = sum_up(session.comparison, standing(session.read()), gate=gate)
    write(render_result(result, colour=sys.stdout.isatty()))
    return result.verdict.passed if result.verdict else True
