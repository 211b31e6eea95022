"""A real server on loopback that misbehaves as told, and what a judge would say."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

KEY = "sk-this-key-is-secret-0123456789"

Response = tuple[int, dict[str, str], Iterable[bytes]]
Behave = Callable[[int, dict[str, str]], Response]
Serve = Callable[[Behave], str]
Complete = Callable[..., Response]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key, no other server, and no proxy on the way to loopback."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def asked() -> list[dict[str, str]]:
    """The body of every request that a server got, with its `authorization`; filled as they come.

    The messages are joined under `messages`; `format` is the type of the reply asked for.
    """
    return []


class Server(ThreadingHTTPServer):
    """Answers as `behave` says, and notes in `asked` what it got."""

    daemon_threads = True
    request_queue_size = 128
    """A judge opens its 32 connections at once; the backlog of 5 that is the default drops some of
    them on a busy machine, and each waits seconds for its next try."""

    def __init__(self, behave: Behave, asked: list[dict[str, str]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behave, self.asked, self.lock = behave, asked, threading.Lock()


class Handler(BaseHTTPRequestHandler):
    """One connection to a `Server`."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Note the request, and send what the server's behaviour gives."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        request = {name: str(value) for name, value in body.items()}
        request["authorization"] = self.headers["authorization"]
        request["format"] = body.get("response_format", {}).get("type", "text")
        request["messages"] = "\n".join(message["content"] for message in body["messages"])
        with self.server.lock:
            self.server.asked.append(request)
            number = len(self.server.asked)
        self._send(*self.server.behave(number, request))

    def _send(self, status: int, headers: dict[str, str], parts: Iterable[bytes]) -> None:
        self.send_response(status)
        if "content-length" not in headers:
            parts = list(parts)
            headers = {**headers, "content-length": str(sum(map(len, parts)))}
        if status != 200:
            headers = {**headers, "connection": "close"}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        # The client may have gone.
        with contextlib.suppress(OSError):
            for part in parts:
                self.wfile.write(part)
                self.wfile.flush()
        self.close_connection |= headers.get("connection") == "close"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def serve(asked: list[dict[str, str]]) -> Iterator[Serve]:
    """Starts a server that answers its n-th request, from 1, as a function says; gives its URL.

    The function's status, headers and parts of the body go out as they are; a `content-length`
    that is larger than the body makes a connection that drops in its middle.
    """
    servers: list[Server] = []

    def start(behave: Behave) -> str:
        server = Server(behave, asked)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/v1"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def complete() -> Complete:
    """Makes the response that a chat completion comes in: content, finish, refusal, usage."""

    def make(
        content: str | None,
        *,
        finish: str | None = "stop",
        refusal: str | None = None,
        usage: object = None,
    ) -> Response:
        message = {"role": "assistant", "content": content, "refusal": refusal}
        body = {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}
        whole = body if usage is None else {**body, "usage": usage}
        return 200, {"content-type": "application/json"}, [json.dumps(whole).encode()]

    return make


@pytest.fixture
def graded() -> Callable[[int], str]:
    """Makes a judge's reply that gives every dimension of the default rubric one rating."""

    def make(rating: int) -> str:
        ratings = dict.fromkeys(["helpful", "accurate", "coherent"], rating)
        return json.dumps({"justification": f"It earns a {rating}.", **ratings})

    return make
