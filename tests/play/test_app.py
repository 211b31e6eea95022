"""The page over HTTP: who may ask, what is refused, and what it answers; the real server."""

import http.client
import socket
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from ftguard.play.record import PlayRecord
from ftguard.play.runs import Runs

Serve = Callable[[Path], AbstractContextManager[tuple[str, Runs]]]
KeepRun = Callable[..., PlayRecord]
START = {"guess": "passed", "failure": "sound"}


def send(
    url: str, body: object = None, *, headers: Mapping[str, str] | None = None
) -> tuple[int, Mapping[str, str], str]:
    """Send one request as the page does: a GET, or a POST of JSON."""
    parts = urlsplit(url)
    own = {"Host": parts.netloc, "Connection": "close"}
    if body is not None:
        own |= {"Origin": f"http://{parts.netloc}", "Sec-Fetch-Site": "same-origin"}
    connection = http.client.HTTPConnection(str(parts.hostname), int(parts.port or 0), timeout=60)
    connection.request(
        "GET" if body is None else "POST",
        parts.path + (f"?{parts.query}" if parts.query else ""),
        body=None if body is None else msgspec.json.encode(body),
        headers=own | dict(headers or {}),
    )
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply.status, dict(reply.getheaders()), text


def _raw(url: str, line: str) -> int:
    """The status of a request that no browser sends."""
    place = urlsplit(url).netloc
    host, port = place.split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(
            f"{line} HTTP/1.1\r\nHost: {place}\r\nConnection: close\r\n\r\n".encode()
        )
        return int(connection.recv(64).split()[1])


def test_only_the_page_itself_is_answered(tmp_path: Path, serve: Serve) -> None:
    """Not without the token, under another name, or from another site; and nothing runs then."""
    with serve(tmp_path) as (url, runs):
        place = f"http://{urlsplit(url).netloc}"
        assert send(f"{place}/")[0] == 403
        assert _raw(url, "OPTIONS *") == _raw(url, "GET foo") == 403
        assert send(f"{url}runs/{'1' * 4_400}/stop", {})[0] == 404
        assert "`ftguard play` printed" in send(f"{place}/wrong/state")[2]
        assert send(url, headers={"Host": "evil.example"})[0] == 403
        for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            assert send(f"{url}runs", START, headers=headers)[0] == 403
        status, headers_, text = send(url)
        assert runs.records == ()

    assert status == 200
    assert "script-src 'self'" in headers_["content-security-policy"]
    assert "<script>" not in text
    assert " style=" not in text
    assert " onclick=" not in text


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ({"guess": "passed"}, "choose a failure"),
        ({"guess": "sure", "failure": "sound"}, "cannot be used"),
        ({"failure": "sound"}, "guess"),
        ({"guess": "none", "failure": "tidy"}, "there is no failure"),
        ({"guess": "none", "dials": {"learning_rate": 1000}}, "must be above 0 to 100, got 1000"),
        ({"guess": "none", "dials": {"limits": {"tail": 15}}}, "did you mean 0.15"),
        ({"guess": "none", "dials": {"steps": "many"}}, "steps"),
        ({"guess": "none", "failure": "sound", "shell": "rm"}, "shell"),
        ([], "cannot be used"),
    ],
)
def test_what_cannot_be_run_is_told(tmp_path: Path, serve: Serve, start: object, told: str) -> None:
    """400 with the words that the page shows; no run begins."""
    with serve(tmp_path) as (url, runs):
        status, _, text = send(f"{url}runs", start)
        assert runs.records == ()

    assert status == 400
    assert told in msgspec.json.decode(text)["error"]


def test_a_huge_body_is_refused(tmp_path: Path, serve: Serve) -> None:
    """Before it is read to its end."""
    with serve(tmp_path) as (url, _):
        assert send(f"{url}runs", {"guess": "x" * 300_000})[0] == 413


def test_runs_that_are_not_there_are_passed_over(
    tmp_path: Path, serve: Serve, keep_run: KeepRun
) -> None:
    """In the address of a page that was open elsewhere; to stop one is an error in words."""
    keep_run(tmp_path, 1)
    with serve(tmp_path) as (url, _):
        status, _, text = send(f"{url}state?shown=1&shown=99&shown=x")
        stopped = send(f"{url}runs/99/stop", {})

    told = msgspec.json.decode(text)
    assert (status, [run["line"]["number"] for run in told["shown"]]) == (200, [1])
    assert [line["title"] for line in told["runs"]] == ["Your own dials"]
    assert (stopped[0], "no run 99" in stopped[2]) == (400, True)
