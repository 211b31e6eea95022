"""Serves the page that people rate on."""

import uvicorn

from ftguard.pages import serve as pages
from ftguard.rating.app import make_app
from ftguard.rating.session import RatingSession
from ftguard.text.terminal import echo

COMMAND = "ftguard rate"


def serve(session: RatingSession, *, port: int, browser: bool) -> None:
    """Print the page's address, open it, and serve it until Ctrl-C.

    Args:
        session: what is rated.
        port: 0 for any that is free.
        browser: whether to open it in the user's browser.

    Raises:
        InputError: the port is taken.
    """

    def announce(place: pages.Place) -> None:
        step, items = session.comparison.step, len(session.sample)
        echo(f"ftguard rate: step {step} against the base, {items} items, blind")
        echo(f"  open {place.url}")
        if place.tunnel:
            echo(f"  from your own machine first: {place.tunnel}")
        echo("  every choice is saved at once; Ctrl-C ends and prints the result")

    pages.serve(
        lambda place: make_server(session, place), port=port, browser=browser, announce=announce
    )


def make_server(session: RatingSession, place: pages.Place) -> uvicorn.Server:
    """The page behind its token, ready to run."""
    return pages.make_server(make_app(session, token=place.token), place, command=COMMAND)
