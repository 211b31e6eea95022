"""The page that people rate on: three views and what they send."""

import math
import time
from pathlib import Path
from urllib.parse import urlencode

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ftguard.errors import FtguardError, InputError
from ftguard.pages.sent import read_form
from ftguard.rating.session import LONGEST_NAME, LONGEST_NOTES, RatingSession
from ftguard.rating.store import Pick
from ftguard.text.visible import segments, visible

PAGES = Path(__file__).with_name("pages")
LONGEST_SESSION = 86_400.0
"""Seconds; a page that was open for longer says nothing of the time that a choice took."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What the form of one item sends."""

    rater: str
    item: str
    pick: Pick
    notes: str = ""
    shown: float = math.nan
    """When the item was sent to the page, in seconds since 1970."""


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    """What the button to take a choice back sends."""

    rater: str


def make_app(session: RatingSession, *, token: str) -> Starlette:
    """The page under `/TOKEN/`."""
    pages = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.globals.update(
        segments=segments, visible=visible, longest_name=LONGEST_NAME, longest_notes=LONGEST_NOTES
    )

    def view(name: str, **values: object) -> Response:
        return HTMLResponse(pages.get_template(name).render(values))

    async def show(request: Request) -> Response:
        given = request.query_params.get("rater") or session.rater
        if given is None:
            return view("who.html", names=session.names())
        progress = session.progress(session.name(given))
        name = "done.html" if progress.item is None else "item.html"
        return view(name, progress=progress, now=time.time())

    async def who(_request: Request) -> Response:
        return view("who.html", names=session.names())

    async def rate(request: Request) -> Response:
        sent = await read_form(request, Sent)
        name = session.name(sent.rater)
        notes = sent.notes.replace("\r\n", "\n").strip()
        session.rate(name, sent.item, sent.pick, notes=notes, seconds=_since(sent.shown))
        return _back_to(name)

    async def undo(request: Request) -> Response:
        name = session.name((await read_form(request, Undone)).rater)
        session.undo(name)
        return _back_to(name)

    async def failed(_request: Request, error: Exception) -> Response:
        status = 400 if isinstance(error, InputError) else 500
        return PlainTextResponse(f"{status}: {error}\n", status_code=status)

    routes = [
        Route("/", show),
        Route("/who", who),
        Route("/rate", rate, methods=["POST"]),
        Route("/undo", undo, methods=["POST"]),
        Mount("/static", StaticFiles(directory=PAGES / "static")),
    ]
    return Starlette(
        routes=[Mount(f"/{token}", routes=routes)],
        exception_handlers={FtguardError: failed, OSError: failed},
    )


def _since(shown: float) -> float | None:
    seconds = time.time() - shown
    return round(seconds, 1) if 0 <= seconds <= LONGEST_SESSION else None


def _back_to(rater: str) -> Response:
    # 303: the browser asks for the page anew, and a reload sends nothing twice.
    return RedirectResponse(f"./?{urlencode({'rater': rater})}", status_code=303)
