"""Serves a page on this machine alone, until Ctrl-C."""

import os
import secrets
import socket
import sys
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from ftguard.errors import InputError
from ftguard.pages.access import guarded
from ftguard.text.terminal import echo

HOST = "127.0.0.1"
PATIENCE = 2
"""Seconds that a request under way has after Ctrl-C."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a page is."""

    token: str
    """The first part of every path."""
    address: str
    """The host and port that are listened on, `127.0.0.1:8123`."""

    @property
    def url(self) -> str:
        """What to open."""
        return f"http://{self.address}/{self.token}/"

    @property
    def tunnel(self) -> str | None:
        """What leads here from one's own machine, where this one is used from afar."""
        if not os.environ.get("SSH_CONNECTION"):
            return None
        port = self.address.partition(":")[2]
        return f"ssh -L {port}:{self.address} {socket.gethostname()}"


def serve(
    make: Callable[[Place], uvicorn.Server],
    *,
    port: int,
    browser: bool,
    announce: Callable[[Place], None],
) -> None:
    """Announce the page, open it, and serve it until Ctrl-C.

    Args:
        make: makes its server, once it is known where it is (`make_server`).
        port: 0 for any that is free.
        browser: whether to open it in the user's browser.
        announce: says where it is.

    Raises:
        InputError: the port is taken.
    """
    with listen(port) as listener:
        address = f"{HOST}:{listener.getsockname()[1]}"
        place = Place(token=secrets.token_urlsafe(24), address=address)
        server = make(place)
        announce(place)
        if browser and _has_screen():
            webbrowser.open(place.url)
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:
            # uvicorn has finished what was under way, and hands the signal on.
            echo("")


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


def make_server(app: ASGIApp, place: Place, *, command: str) -> uvicorn.Server:
    """The app behind its token, ready to run; `command` is what printed its address."""
    return uvicorn.Server(
        uvicorn.Config(
            guarded(app, token=place.token, address=place.address, command=command),
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


def _has_screen() -> bool:
    # Without one a text browser would take over the terminal.
    wanted = ("DISPLAY", "WAYLAND_DISPLAY")
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in wanted)
