"""Serves the page on this machine alone, until Ctrl-C."""

import os
import secrets
import socket
import sys
import webbrowser

import typer
import uvicorn

from ftguard.errors import InputError
from ftguard.rating.access import guarded
from ftguard.rating.app import make_app
from ftguard.rating.session import RatingSession

HOST = "127.0.0.1"
PATIENCE = 2
"""Seconds that a request under way has after Ctrl-C."""


def serve(session: RatingSession, *, port: int, browser: bool) -> None:
    """Print the page's address, open it, and serve it until Ctrl-C.

    Args:
        session: what is rated.
        port: 0 for any that is free.
        browser: whether to open it in the user's browser.

    Raises:
        InputError: the port is taken.
    """
    with listen(port) as listener:
        address = f"{HOST}:{listener.getsockname()[1]}"
        token = secrets.token_urlsafe(24)
        url = f"http://{address}/{token}/"
        _announce(session, url, address)
        if browser and _has_screen():
            webbrowser.open(url)
        try:
            make_server(session, token=token, address=address).run(sockets=[listener])
        except KeyboardInterrupt:
            # uvicorn has finished what was under way, and hands the signal on.
            typer.echo()


def listen(port: int) -> socket.socket:
    """A socket that takes connections from this machine.

    Raises:
        InputError: the port is taken.
    """
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise InputError(
            f"cannot listen on port {port} ({error.strerror}): give another."
        ) from None
    return listener


def make_server(session: RatingSession, *, token: str, address: str) -> uvicorn.Server:
    """The page behind its token, ready to run."""
    app = guarded(make_app(session, token=token), token=token, address=address)
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="off",
            loop="asyncio",
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=PATIENCE,
        )
    )


def _announce(session: RatingSession, url: str, address: str) -> None:
    step, items = session.comparison.step, len(session.sample)
    typer.echo(f"ftguard rate: step {step} against the base, {items} items, blind")
    typer.echo(f"  open {url}")
    if os.environ.get("SSH_CONNECTION"):
        port = address.partition(":")[2]
        typer.echo(f"  from your own machine first: ssh -L {port}:{address} {socket.gethostname()}")
    typer.echo("  every choice is saved at once; Ctrl-C ends and prints the result")


def _has_screen() -> bool:
    # Without one a text browser would take over the terminal.
    wanted = ("DISPLAY", "WAYLAND_DISPLAY")
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in wanted)
