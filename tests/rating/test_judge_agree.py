"""Tests of a judge against people: the same pairs of a run, put to a real server on loopback."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner

from ftguard import InputError
from ftguard.cli.judge_agree import BASE, TIE, TUNED, rated_pairs
from ftguard.cli.main import app
from ftguard.folders import RunFolder
from ftguard.rating.store import Choice, Rating, RatingsFile

MakeRun = Callable[..., RunFolder]
Mark = Callable[..., Rating]


@pytest.fixture
def prefers_another(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A judge that prefers whatever was said "in the words of another", in either order."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            shown = body["messages"][-1]["content"]
            first = shown.index("words of another") < shown.index("words of one")
            content = json.dumps({"justification": "Wording.", "better": "A" if first else "B"})
            message = {"role": "assistant", "content": content}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            reply = json.dumps({"choices": [choice]}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # A judge opens its 32 connections at once.

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def _rate(folder: RunFolder, mark: Mark, choices: Sequence[tuple[int, Choice, str]]) -> None:
    ratings = [mark(f"general/{n}", choice, rater=rater) for n, choice, rater in choices]
    RatingsFile(folder.root / "ratings.jsonl").append(ratings)


def test_what_people_found_on_the_whole(
    make_run: MakeRun, ask: Callable[..., object], mark: Mark
) -> None:
    """One for each side is a tie, two to one is not, a skip says nothing."""
    folder = make_run(ask(5))
    choices: list[tuple[int, Choice, str]] = [
        *((0, "tuned", "anna"), (0, "base", "bob")),
        *((1, "tuned", "anna"), (1, "tuned", "bob"), (1, "base", "cleo")),
        *((2, "base", "anna"), (3, "skip", "anna")),
    ]
    _rate(folder, mark, choices)

    assert [(r.pair.key, r.people) for r in rated_pairs(folder)] == [
        ("general/0", TIE),
        ("general/1", TUNED),
        ("general/2", BASE),
    ]


def test_a_judge_is_held_against_people(
    make_run: MakeRun, ask: Callable[..., object], mark: Mark, prefers_another: str
) -> None:
    """It prefers the tuned answer always, people in half of the pairs: no more than chance."""
    folder = make_run(ask(8))
    _rate(folder, mark, [(n, "tuned" if n % 2 else "base", "anna") for n in range(8)])

    command = ["judge", "agree", str(folder.output_dir), "--model", "m", "--base-url"]
    told = CliRunner().invoke(app, [*command, prefers_another])

    assert told.exit_code == 0, told.output
    assert "weighted kappa 0.00" in told.output
    assert "over 8 pairs that people rated" in " ".join(told.output.split())


def test_without_ratings_the_command_says_how_to_get_some(
    make_run: MakeRun, ask: Callable[..., object]
) -> None:
    """Nobody has rated: `ftguard rate RUN` is named."""
    with pytest.raises(InputError, match=r"nobody has rated step 20 of .*: ftguard rate"):
        rated_pairs(make_run(ask(3)))
