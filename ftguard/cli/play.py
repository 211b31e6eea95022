"""The command `ftguard play`: a local page to break fine-tunes on."""

from pathlib import Path
from typing import Annotated

import typer

from ftguard.cli.exits import ends_on_wrong_use
from ftguard.needs import need, needing

EXTRAS = {"starlette": "rate", "uvicorn": "rate"}
"""The page is served as the one of `ftguard rate` is."""


def play(
    *,
    out: Annotated[Path, typer.Option(help="where the runs are written")] = Path("ftguard-play"),
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any that is free")] = 0,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="open the page in your browser")
    ] = True,
) -> None:
    """Break a fine-tune on a page of this machine: guess what the guard will say, and watch.

    Choose a failure (a rate too high, narrow data, leaked test rows, ...) or turn
    the dials, guess, and see loss, target, forgetting, tail and calibration move
    while a small model trains. Offline; a run takes about half a minute. Ctrl-C
    ends the page and whatever it trains.
    """
    with ends_on_wrong_use(), needing("the page", EXTRAS):
        need("accelerate", "demo", "the demo")
        from ftguard.play.serve import serve

        serve(out, port=port, browser=browser)
