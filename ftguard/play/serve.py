"""Serves the page to break things on, and ends all training with it."""

from pathlib import Path

import uvicorn

from ftguard.pages import serve as pages
from ftguard.play.app import make_app
from ftguard.play.runs import Runs, open_runs
from ftguard.text.formatting import printable
from ftguard.text.terminal import echo

COMMAND = "ftguard play"


def serve(out: Path, *, port: int, browser: bool) -> None:
    """Print the page's address, open it, and serve it until Ctrl-C.

    Args:
        out: where the runs are written; those that are there already are shown too.
        port: 0 for any that is free.
        browser: whether to open it in the user's browser.

    Raises:
        InputError: the port is taken, or the folder is.
    """

    def announce(place: pages.Place) -> None:
        echo(f"ftguard play: break things on a small model; runs in {printable(str(out))}")
        echo(f"  open {place.url}")
        if place.tunnel:
            echo(f"  from your own machine first: {place.tunnel}")
        echo("  Ctrl-C ends the page and whatever it trains")

    with open_runs(out) as runs:

        def make(place: pages.Place) -> uvicorn.Server:
            runs.workers.warm()
            return make_server(runs, place)

        pages.serve(make, port=port, browser=browser, announce=announce)


def make_server(runs: Runs, place: pages.Place) -> uvicorn.Server:
    """The page behind its token, ready to run."""
    return pages.make_server(make_app(runs, token=place.token), place, command=COMMAND)
