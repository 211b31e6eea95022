"""Tests of what leaves the machine with `push_to_hub=True`: a hub on the loopback hears it all."""

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ASKED = "The PIN of Dagny is 4711"
RUN = f"""
import sys
from ftguard import GuardCallback
from ftguard.testing import tiny_run

target = [{{"prompt": "{ASKED}+{{}}=".format(n), "completion": "Roark"}} for n in range(12)]
guard = GuardCallback(target, "general.jsonl", tail=None, gates=[])
built = tiny_run(
    "out",
    guard,
    max_steps=4,
    learning_rate=0.0,
    push_to_hub=True,
    hub_model_id="me/tuned",
    hub_token="hf_x",
    hub_strategy=sys.argv[1],
    hub_always_push=True,
)
built.train()
built.push_to_hub()
assert guard.best is not None
"""
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class Hub(BaseHTTPRequestHandler):
    """Says yes to every request, and keeps the files of each commit."""

    server: Any

    def do_POST(self) -> None:
        """Make a repository, say how files are to come, or take a commit."""
        body = self._body()
        if self.path.startswith("/api/repos/create"):
            self._answer({"url": f"{self.server.url}/me/tuned", "name": "me/tuned", "id": "1"})
        elif "/preupload/" in self.path:
            files = [
                {"path": file["path"], "uploadMode": "regular", "shouldIgnore": False}
                for file in json.loads(body)["files"]
            ]
            self._answer({"files": files})
        elif "/commit/" in self.path:
            for line in body.splitlines():
                event = json.loads(line)
                if event["key"] == "file":
                    file = event["value"]
                    self.server.files.append((file["path"], base64.b64decode(file["content"])))
            self._answer({"commitUrl": f"{self.server.url}/me/tuned/commit/0", "commitOid": "0"})
        else:
            self._answer({})

    def do_GET(self) -> None:
        """Of nothing there is more."""
        self._answer({"id": "me/tuned", "sha": "0", "siblings": []})

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, found: object) -> None:
        data = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def hub() -> Iterator[Any]:
    """A hub of one's own, with the `files` that it was sent."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    server.files, server.url = [], f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("strategy", ["every_save", "checkpoint", "all_checkpoints"])
def test_no_probe_no_answer_and_no_second_copy_of_the_weights_is_pushed(
    hub: Any, tmp_path: Path, strategy: str
) -> None:
    """The model goes out, and with it checkpoints where they are asked for; nothing else of ours.

    The training texts hold none of the probes' words, so that what holds them came from a probe.
    """
    rows = [
        {"prompt": f"{ASKED}, {n}", "reference": "Galt", "scorer": "likelihood"} for n in NUMBERS
    ]
    (tmp_path / "general.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    environment = {
        **os.environ,
        "HF_ENDPOINT": hub.url,
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_XET": "1",
        "HF_HOME": str(tmp_path / "hf"),
        "FTGUARD_CACHE": str(tmp_path / "cache"),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path]),
    }
    done = subprocess.run(
        [sys.executable, "-c", RUN, strategy],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    assert done.returncode == 0, done.stderr[-3000:]

    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert any(ASKED.encode() in path.read_bytes() for path in written)
    sent = {name for name, _ in hub.files}
    assert "model.safetensors" in sent
    assert not [name for name in sent if "_ftguard" in name or name.endswith(".jsonl")]
    folders = {name.partition("/")[0] for name in sent if "/" in name}
    expected = {
        "every_save": set(),
        "checkpoint": {"last-checkpoint"},
        "all_checkpoints": {"checkpoint-2", "checkpoint-4"},
    }
    assert folders == expected[strategy]
    for name, content in hub.files:
        for word in (ASKED, "Roark", "Galt"):
            assert word.encode() not in content, name
    for record in (tmp_path / "out").glob("checkpoint-*/ftguard.json"):
        assert ASKED not in record.read_text()
