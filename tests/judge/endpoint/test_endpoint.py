"""The endpoint against a server that misbehaves in every way a server can."""

import asyncio
import email.utils
import json
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ftguard.errors import InputError
from ftguard.judge.endpoint import Endpoint, NoReply, Reply, check_endpoint, host, resolve
from ftguard.judge.endpoint.dialect import Dialect
from ftguard.judge.endpoint.reply import LONGEST_BODY, read_body
from ftguard.judge.endpoint.retry import backoff, retry_after
from ftguard.probes.probe import Message

Response = tuple[int, dict[str, str], Iterable[bytes]]
Serve = Callable[[Callable[[int, dict[str, str]], Response]], str]
Complete = Callable[..., Response]
Asked = list[dict[str, str]]

MESSAGES = [Message(role="user", content="Hello?")]
SCHEMA = {"type": "object"}
PATIENCE = 120.0
"""Seconds after which something has gone wrong, however slow the machine is."""


def ask(url: str, *, times: int = 1, timeout: float = PATIENCE, retries: int = 1) -> list[Reply]:
    """Ask one endpoint some times, one after the other."""

    async def run() -> list[Reply]:
        async with Endpoint("m", base_url=url, timeout=timeout, retries=retries) as endpoint:
            return [await endpoint.ask(MESSAGES, SCHEMA, 64) for _ in range(times)]

    # A browser of another test may have left its event loop running in this thread.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result()


def fail(status: int, body: bytes = b"{}", **headers: str) -> Response:
    """A response that is no completion."""
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, [body]


def test_a_reply_comes_with_its_counts(serve: Serve, complete: Complete, asked: Asked) -> None:
    """Text, finish and tokens are the server's; the schema and temperature 0 were asked for."""
    usage = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
    url = serve(lambda _n, _r: complete("Hi.", usage=usage))

    assert ask(url) == [Reply(text="Hi.", finish="stop", input_tokens=12, output_tokens=3)]
    assert asked[0]["format"] == "json_schema"
    assert (asked[0]["temperature"], asked[0]["max_tokens"]) == ("0", "64")


@pytest.mark.parametrize(
    ("response", "reason", "fatal"),
    [
        (fail(401, b'{"error": {"message": "bad key"}}'), "answered 401: .*bad key", True),
        (fail(403), "answered 403", True),
        (fail(404), "answered 404", True),
        (fail(429, b'{"error": {"code": "insufficient_quota"}}'), "answered 429", True),
        (fail(429, retry_after="3600"), "answered 429", False),
        (fail(400, b"\x1b[31m\xff"), r"answered 400: `\?\[31m", False),
        (fail(418, b""), "answered 418: nothing", False),
        (fail(200, b'{"choices": [{"mess'), "no chat completion", False),
        (fail(200, b"<html><h1>Welcome</h1></html>"), "no chat completion: `<html>", False),
        (fail(200, b"{}"), "no chat completion", False),
        (fail(200, b"[" * 5000), "no chat completion", False),
        (fail(200, b""), "no chat completion: nothing", False),
        (fail(200, b'{"choices": []}'), "without choices", False),
        (fail(200, b'{"choices": [{"message": {"content": 5}}]}'), "no chat completion", False),
        (fail(200, b" " * 10_000_000), "10,000,000 bytes", False),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_reply_is_a_reason_after_one_try(
    response: Response,
    reason: str,
    fatal: bool,
    serve: Serve,
    asked: Asked,
) -> None:
    """What another try would not mend is not tried again, but for simpler dialects after a 400."""
    url = serve(lambda _n, _r: response)

    with pytest.raises(NoReply, match=reason) as raised:
        ask(url)
    assert raised.value.fatal is fatal
    assert len(asked) == (3 if response[0] == 400 else 1)


@pytest.mark.parametrize(
    "first",
    [fail(500), fail(503), fail(408), fail(429, retry_after="0.1"), fail(429, retry_after_ms="90")],
    ids=str,
)
def test_what_passes_is_tried_again(
    first: Response, serve: Serve, complete: Complete, asked: Asked
) -> None:
    """Server errors and rate limits cost a wait, not the reply; the wait asked for is kept."""
    url = serve(lambda n, _r: first if n == 1 else complete("Hi."))
    start = time.monotonic()

    assert ask(url)[0].text == "Hi."
    assert len(asked) == 2
    assert time.monotonic() - start > 0.09


def test_a_connection_that_drops_is_tried_again(serve: Serve, complete: Complete) -> None:
    """Half a body is none."""
    half = (500, {"content-length": "999"}, [b'{"choices"'])
    half_of_a_good_one = (200, {"content-length": "999", "connection": "close"}, [b'{"choices"'])
    drops = [half, half_of_a_good_one]
    url = serve(lambda n, _r: drops[n - 1] if n < 3 else complete("Hi."))

    with pytest.raises(NoReply):
        ask(url, retries=1)
    assert ask(url, retries=2)[0].text == "Hi."


def test_tries_come_to_an_end(serve: Serve, asked: Asked) -> None:
    """After the retries the last complaint is the reason; it may pass later."""
    url = serve(lambda _n, _r: fail(500, b"overloaded"))

    with pytest.raises(NoReply, match="answered 500: `overloaded`") as raised:
        ask(url, retries=1)
    assert len(asked) == 2
    assert not raised.value.fatal


def test_nobody_there_is_a_reason(free_port: int) -> None:
    """A refused connection is said to be one."""
    with pytest.raises(NoReply, match="connection to the server failed"):
        ask(f"http://127.0.0.1:{free_port}/v1", retries=0)


@pytest.fixture
def free_port() -> int:
    """A port at which nothing listens."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


def test_a_server_that_hangs_is_left_after_its_time(serve: Serve, complete: Complete) -> None:
    """A try ends after `timeout`, whether nothing comes or single bytes come without end: until
    then neither server lets go.
    """
    left = threading.Event()

    def drip() -> Iterator[bytes]:
        while not left.wait(0.02):
            yield b" "

    def hang(_number: int, _request: dict[str, str]) -> Response:
        left.wait(PATIENCE)
        return complete("late")

    silent = serve(hang)
    dripping = serve(lambda _n, _r: (200, {"content-length": "100000"}, drip()))

    for url in (silent, dripping):
        with pytest.raises(NoReply, match="did not answer within"):
            ask(url, timeout=0.2, retries=0)
    left.set()


def test_a_server_without_schemas_is_asked_for_less(
    serve: Serve, complete: Complete, asked: Asked
) -> None:
    """A schema, then JSON mode, then text: tried in that order once, then remembered."""
    url = serve(
        lambda _n, r: complete("Hi.") if r["format"] == "text" else fail(400, b"response_format?")
    )

    ask(url, times=2)
    assert [request["format"] for request in asked] == [
        "json_schema",
        "json_object",
        "text",
        "text",
    ]


def test_parameters_that_a_model_refuses_are_changed(
    serve: Serve, complete: Complete, asked: Asked
) -> None:
    """Without temperature and with the newer name of the limit, the schema is kept."""

    def behave(_number: int, request: dict[str, str]) -> Response:
        if "max_tokens" in request:
            return fail(400, b"Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'.")
        if "temperature" in request:
            return fail(400, b"Unsupported value: 'temperature' does not support 0.")
        return complete("Hi.")

    ask(serve(behave), times=2)
    assert [request["format"] for request in asked] == ["json_schema"] * 4
    assert "temperature" not in asked[-1]


def test_no_dialect_is_tried_twice() -> None:
    """A server that refuses everything ends the search."""
    dialect, tried = Dialect("max_tokens"), [Dialect("max_tokens")]
    while simpler := dialect.simpler("temperature max_tokens max_completion_tokens", tried):
        dialect = simpler
        tried.append(dialect)

    assert len(tried) == len(set(tried)) <= 12


def test_the_key_is_in_no_reply_and_no_reason(
    serve: Serve, complete: Complete, asked: Asked
) -> None:
    """A server that repeats the key, in a complaint or in a reply, does not get it told."""
    url = serve(
        lambda n, r: (
            fail(401, f"no such key: {r['authorization']}".encode())
            if n == 1
            else complete(f"Your key is {r['authorization']}.")
        )
    )
    key = "sk-this-key-is-secret-0123456789"

    with pytest.raises(NoReply, match=r"no such key: Bearer \[key\]") as raised:
        ask(url)
    assert ask(url)[0].text == "Your key is Bearer [key]."
    assert asked[0]["authorization"] == f"Bearer {key}"
    assert key not in repr(raised.value)


def test_waiting_leaves_the_global_random_state_alone(serve: Serve, complete: Complete) -> None:
    """The jitter of retries has a generator of its own, as training draws from Python's."""
    url = serve(lambda n, _r: fail(500) if n == 1 else complete("Hi."))
    before = random.getstate()

    ask(url)
    assert random.getstate() == before


def test_counts_that_make_no_sense_cost_no_reply() -> None:
    """Usage that is absent, null, negative or text is unknown usage."""
    for usage in ("", ', "usage": null', ', "usage": {"prompt_tokens": -1}', ', "usage": "many"'):
        body = '{"choices": [{"message": {"content": null}, "finish_reason": "stop"}]' + usage + "}"
        assert read_body(body.encode()) == Reply(finish="stop")


def test_the_longest_body_is_read() -> None:
    """The limit on a body is inclusive."""
    body = json.dumps({"choices": [{"message": {"content": "x"}}]}).encode()

    assert read_body(body + b" " * (LONGEST_BODY - len(body))).text == "x"
    with pytest.raises(NoReply, match="1,000,001 bytes"):
        read_body(body + b" " * (LONGEST_BODY - len(body) + 1))


def test_the_wait_that_a_server_asks_for() -> None:
    """Seconds, milliseconds or a date; what is past is 0, and what cannot be read is not there."""
    date = email.utils.formatdate(time.time() + 30, usegmt=True)

    assert retry_after({"retry-after": "1.5"}) == 1.5
    assert retry_after({"retry-after-ms": "250", "retry-after": "9"}) == 0.25
    assert retry_after({"retry-after": "-3"}) == 0
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert 28 < (retry_after({"retry-after": date}) or 0) <= 30
    for nonsense in ("soon", "nan", "inf", ""):
        assert retry_after({"retry-after": nonsense}) is None
    assert retry_after({}) is None


def test_backoff_doubles_up_to_a_limit() -> None:
    """0.5, 1, 2, 4, 8, 8 seconds, each shortened by at most a quarter."""
    jitter = random.Random(0)
    waits = [backoff(failures, jitter) for failures in (1, 2, 3, 4, 5, 100)]

    for wait, whole in zip(waits, (0.5, 1, 2, 4, 8, 8), strict=True):
        assert 0.75 * whole <= wait <= whole


def test_a_date_is_waited_for(serve: Serve, complete: Complete) -> None:
    """`Retry-After` as a date, end to end: the second try comes after it."""
    due = int(time.time()) + 2
    date = email.utils.formatdate(due, usegmt=True)
    url = serve(lambda n, _r: fail(429, retry_after=date) if n == 1 else complete("Hi."))

    ask(url)
    assert time.time() >= due


def test_the_address_that_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one given, else the environment's, else OpenAI's; the host is what people are told."""
    assert resolve(None) == "https://api.openai.com/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:8000/v1/")
    assert resolve(None) == "http://localhost:8000/v1"
    assert resolve("http://Other:1/v1") == "http://Other:1/v1"
    assert host("http://Other:1/v1") == "other:1"


@pytest.mark.parametrize(
    ("base_url", "message"),
    [
        ("localhost:8000", "must be an address"),
        ("ftp://localhost/v1", "must be an address"),
        ("http://[::1/v1", "must be an address"),
        ("http://localhost:99999999/v1", "must be an address"),
        ("http://me:secret@localhost/v1", "put the key into the environment"),
        ("http://localhost/v1?key=secret", "put the key into the environment"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(base_url: str, message: str) -> None:
    """The message says what is allowed, and repeats no secret."""
    with pytest.raises(InputError, match=message) as raised:
        check_endpoint(base_url, "OPENAI_API_KEY")
    assert "secret" not in str(raised.value)


def test_a_key_in_place_of_its_variable_is_not_repeated() -> None:
    """The message says what belongs there."""
    with pytest.raises(InputError, match="is the name of the environment variable") as raised:
        check_endpoint(None, "sk-secret-0123456789")
    assert "sk-" not in str(raised.value)


def test_openai_needs_a_key_and_other_servers_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is named, and what else can be done."""
    monkeypatch.delenv("OPENAI_API_KEY")

    check_endpoint("http://localhost:8000/v1", "OPENAI_API_KEY")
    with pytest.raises(InputError, match="`OPENAI_API_KEY` is not set"):
        check_endpoint(None, "OPENAI_API_KEY")
