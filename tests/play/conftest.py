"""A real run of the page's, made tiny, and the real server over it."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ftguard.demo.dials import Dials
from ftguard.demo.quiet import hush
from ftguard.demo.tune import tune
from ftguard.demo.watched import Watched
from ftguard.folders import RunFolder
from ftguard.pages.serve import HOST, Place, listen
from ftguard.play.found import read_found
from ftguard.play.guess import Guess, last_of
from ftguard.play.record import End, PlayRecord, write_record
from ftguard.play.runs import Runs, open_runs
from ftguard.play.serve import make_server
from ftguard.scores.snapshot import load_snapshot, save_snapshot
from ftguard.verdict.checkup import Checkup

WORD = "a-word-of-the-tests"
"""The token of every page that is served here."""
SHORT = Dials(steps=6, checkpoints=2, probes=0.05, learning_rate=2e-4, data="every-team")
"""Six steps and two looks with 34 questions: a second of training."""

KeepRun = Callable[..., PlayRecord]
Serve = Callable[[Path], AbstractContextManager[tuple[str, Runs]]]


@pytest.fixture(scope="session")
def short_dials() -> Dials:
    """The dials of the short run."""
    return SHORT


@pytest.fixture(scope="session")
def short_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was trained to its end with the short dials, as a worker trains it."""
    out = tmp_path_factory.mktemp("short")
    hush()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FTGUARD_CACHE", str(tmp_path_factory.mktemp("cache")))
        tune(SHORT, out, callbacks=[Watched(out, stop=lambda: False)])
    return out


@pytest.fixture
def keep_run(short_run: Path) -> KeepRun:
    """Puts the short run into a page's folder, under a number, a guess and an end."""

    def keep(
        out: Path,
        number: int,
        *,
        guess: Guess = "undecided",
        how: End | None = "finished",
        failure: str | None = None,
        said: Sequence[str] = (),
    ) -> PlayRecord:
        last = read_found(short_run).last
        assert last is not None
        record = PlayRecord(
            number=number,
            failure=failure,
            dials=SHORT,
            guess=guess,
            began=1_000_000.0,
            ended=None if how is None else 1_000_012.0,
            how=how,
            last=None if how is None else last_of(last),
        )
        shutil.copytree(short_run, out / record.name)
        write_record(record, out / record.name)
        if said:
            _say(said, RunFolder(out / record.name), last)
        return record

    return keep


def _say(texts: Sequence[str], folder: RunFolder, last: Checkup) -> None:
    """Let both models have said four texts, right before and wrong after."""
    for place, score in ((folder.base, 1.0), (folder.answers(last.id), 0.0)):
        whole = load_snapshot(place)
        ids = [answer.probe_id for answer in whole.answers]
        # Two of each role are shown.
        shown = [
            name
            for role in ("general/", "tail/")
            for name in [name for name in ids if name.startswith(role)][:2]
        ]
        new = dict(zip(shown, texts, strict=True))
        save_snapshot(
            replace(
                whole,
                answers=tuple(
                    replace(a, text=f"{score:.0f} {new[a.probe_id]}") if a.probe_id in new else a
                    for a in whole.answers
                ),
                scores=tuple(
                    replace(s, value=score) if s.probe_id in new else s for s in whole.scores
                ),
            ),
            place,
        )


@pytest.fixture
def serve() -> Serve:
    """Serves a folder's page with the real server, on loopback, in a thread: its address."""

    @contextmanager
    def serving(out: Path) -> Iterator[tuple[str, Runs]]:
        with open_runs(out) as runs, listen(0) as listener:
            place = Place(token=WORD, address=f"{HOST}:{listener.getsockname()[1]}")
            server = make_server(runs, place)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            try:
                while not server.started and thread.is_alive():
                    time.sleep(0.01)
                yield place.url, runs
            finally:
                server.should_exit = True
                thread.join()

    return serving
