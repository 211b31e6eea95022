"""Refuses every request that does not come from the page that was opened on this machine."""

import secrets

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    # Nothing but the page's own files runs or loads, whatever an answer holds.
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # The token stands in the address. `no-referrer` would also hide the origin of forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


def guarded(app: ASGIApp, *, token: str, address: str, command: str) -> ASGIApp:
    """The app behind its token.

    Args:
        app: what is guarded.
        token: the first part of every path.
        address: the host and port that are listened on, `127.0.0.1:8123`.
        command: what printed the address, `ftguard rate`.
    """

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        why = refusal(scope, token=token, address=address, command=command)
        answer = PlainTextResponse(f"403: {why}\n", status_code=403) if why else app
        await answer(scope, receive, _with_headers(send))

    return guard


def refusal(scope: Scope, *, token: str, address: str, command: str) -> str | None:
    """Why a request is refused, if it is."""
    headers = Headers(scope=scope)
    if headers.getlist("host") != [address]:
        # A page of another site can make its own name point here (DNS rebinding).
        return f"open http://{address}, under no other name."
    # `OPTIONS *` and a path without a slash have no first part.
    given = scope["path"].removeprefix("/").split("/")[0]
    if not secrets.compare_digest(given.encode(), token.encode()):
        return f"open the whole address that `{command}` printed; each start has a new one."
    if scope["method"] in ("GET", "HEAD"):
        return None
    same_site = headers.get("sec-fetch-site", "same-origin") == "same-origin"
    if headers.get("origin") != f"http://{address}" or not same_site:
        return "only the page itself may send anything."
    return None


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            names = {name for name, _ in own}
            kept = [pair for pair in message["headers"] if pair[0].lower() not in names]
            message["headers"] = [*kept, *own]
        await send(message)

    return sending
