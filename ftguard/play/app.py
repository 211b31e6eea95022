"""The page: one view, what it asks for every second, and the two things that it sends."""

from pathlib import Path

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ftguard.demo.dials import Dials
from ftguard.demo.explained import DATA, DIALS
from ftguard.demo.failures import FAILURES, SOUND, find_failure
from ftguard.errors import FtguardError, InputError
from ftguard.needs import need
from ftguard.pages.sent import read_json
from ftguard.play.guess import GUESSES, Guess
from ftguard.play.runs import Runs
from ftguard.play.told import tell
from ftguard.verdict.defaults import DEFAULT_GATES
from ftguard.verdict.gate import CALIBRATION

PAGES = Path(__file__).with_name("pages")
MOST_SHOWN = 2
LONGEST_NUMBER = 9
"""Digits of a run's number."""
LIMITS = {gate.measurement: gate.limit for gate in DEFAULT_GATES}
"""The limits that the page moves; `calibration` is of both splits."""


class Start(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the button to run sends."""

    guess: Guess
    failure: str | None = None
    """A named setting, or the dials as they stand on the page."""
    dials: Dials | None = None


def make_app(runs: Runs, *, token: str) -> Starlette:
    """The page under `/TOKEN/`."""
    pages = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = pages.get_template("play.html").render(
        failures={
            name: {"failure": failure, "dials": msgspec.json.encode(failure.dials).decode()}
            for name, failure in FAILURES.items()
        },
        guesses=GUESSES,
        explained=DIALS,
        data=DATA,
        sound=SOUND,
        limits=LIMITS,
        calibration=CALIBRATION,
    )

    async def show(_request: Request) -> Response:
        return HTMLResponse(page)

    async def state(request: Request) -> Response:
        given = [n for n in request.query_params.getlist("shown") if n.isascii() and n.isdigit()]
        shown = [int(number[:9]) for number in given[:MOST_SHOWN]]
        return _json(await run_in_threadpool(tell, runs, shown))

    async def begin(request: Request) -> Response:
        start = await read_json(request, Start)
        dials = find_failure(start.failure).dials if start.failure else start.dials
        if dials is None:
            raise InputError("choose a failure, or turn the dials.")
        if dials.lora:
            need("peft", "peft", "a LoRA adapter")
        record = await run_in_threadpool(
            runs.begin, failure=start.failure, dials=dials, guess=start.guess
        )
        return _json({"number": record.number})

    async def stop(request: Request) -> Response:
        record = await run_in_threadpool(runs.stop, _number(request.path_params["number"]))
        return _json({"number": record.number})

    async def failed(_request: Request, error: Exception) -> Response:
        status = 400 if isinstance(error, InputError) else 500
        return _json({"error": str(error)}, status=status)

    routes = [
        Route("/", show),
        Route("/state", state),
        Route("/runs", begin, methods=["POST"]),
        Route("/runs/{number}/stop", stop, methods=["POST"]),
        Mount("/static", StaticFiles(directory=PAGES / "static")),
    ]
    return Starlette(
        routes=[Mount(f"/{token}", routes=routes)],
        exception_handlers={FtguardError: failed, OSError: failed},
    )


def _number(text: str) -> int:
    """A run's number, of no more digits than there will ever be runs.

    Raises:
        HTTPException: 404, it is none.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise HTTPException(404)
    return int(text)


def _json(value: object, *, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status_code=status, media_type="application/json")
