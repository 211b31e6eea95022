"""Runs on disk whose base and checkpoint answered in words, served by the real server."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ftguard import Probe
from ftguard.ask.answer import Answer
from ftguard.folders import CheckpointId, RunFolder
from ftguard.measures.measurement import Measurement
from ftguard.pages.serve import HOST, Place, listen
from ftguard.probes.probe import Role
from ftguard.probes.store import write_probes
from ftguard.rating.items import sample
from ftguard.rating.pairs import load_comparison
from ftguard.rating.serve import make_server
from ftguard.rating.session import RatingSession
from ftguard.rating.store import Choice, Rating, RatingsFile, Side
from ftguard.run.ledger import Examined, Ledger, RunStarted
from ftguard.scores.record import Score
from ftguard.scores.snapshot import Fingerprint, Snapshot, save_snapshot
from ftguard.stats.alpha_spending import Look
from ftguard.stats.estimates import Estimate
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import decide
from ftguard.verdict.run import Run

WORD = "a-word-of-the-tests"
"""The token of every page that is served here."""
FINGERPRINT = Fingerprint(
    weights="w", dtype="d", tokenizer="t", template="c", probes="p", scorers="1"
)

Said = tuple[Probe, str, str]
"""A probe with what the base and the checkpoint said."""
MakeRun = Callable[..., RunFolder]
StartSession = Callable[..., RatingSession]
Mark = Callable[..., Rating]
Serve = Callable[..., AbstractContextManager[tuple[str, RatingSession]]]


def probe(
    number: int, *, role: Role = "general", slices: Sequence[str] = (), prompt: str = ""
) -> Probe:
    """A probe that is answered in words, as a run asks it."""
    return Probe(
        id=f"{role}/{number}",
        prompt=prompt or f"{role} question {number}?",
        reference="yes",
        slices=slices,
        role=role,
    )


def said(count: int, *, role: Role = "general", slices: Sequence[str] = ()) -> list[Said]:
    """So many probes that base and checkpoint answered differently."""
    probes = [probe(number, role=role, slices=slices) for number in range(count)]
    return [(p, f"{p.id} in the words of one", f"{p.id} in the words of another") for p in probes]


def save_run(
    output_dir: Path, answers: Sequence[Said], *, steps: Sequence[tuple[int, bool]] = ((20, True),)
) -> RunFolder:
    """A run's files, as the callback leaves them; every step answered alike."""
    folder = RunFolder(output_dir)
    folder.check_writable()
    write_probes([item for item, _, _ in answers], folder.probes)
    ledger = Ledger(folder.ledger)
    ledger.append(RunStarted(run="r", attempt=1, step=0, record=_run()))
    before = [Answer(probe_id=item.id, text=text) for item, text, _ in answers]
    save_snapshot(_snapshot(0, before), folder.base)
    for step, passed in steps:
        now = [Answer(probe_id=item.id, text=text, finish="stop") for item, _, text in answers]
        save_snapshot(_snapshot(step, now), folder.answers(CheckpointId("r", 1, step)))
        checkup = _checkup(step, passed=passed)
        ledger.append(Examined(run="r", attempt=1, step=step, checkup=checkup))
    return folder


def _run() -> Run:
    return Run(
        id="r",
        attempt=1,
        resumed_from=0,
        method="full",
        learning_rate=1e-5,
        max_steps=100,
        planned_checkpoints=None,
        planned_looks=None,
        gates=(),
    )


def _snapshot(step: int, answers: Sequence[Answer]) -> Snapshot:
    scores = tuple(Score(probe_id=answer.probe_id, value=0.0) for answer in answers)
    return Snapshot(
        run="r", step=step, fingerprint=FINGERPRINT, answers=tuple(answers), scores=scores
    )


def _checkup(step: int, *, passed: bool) -> Checkup:
    value = 0.0 if passed else 0.5
    estimate = Estimate(
        value=value, low=value - 0.1, high=value + 0.1, level=0.95, n=99, stderr=0.05, dof=98
    )
    found = Measurement(name="forgetting", slice="all", estimate=estimate)
    gates = [Gate(measurement="forgetting", limit=0.1)]
    return Checkup(
        run="r",
        attempt=1,
        step=step,
        epoch=1.0,
        progress=step / 100,
        checkpoint=f"checkpoint-{step}",
        eval_loss=None,
        measurements=(found,),
        verdict=decide([found], gates, Look(number=1, planned=1)),
        advice=(),
        seconds=1.0,
    )


@pytest.fixture
def make_run(tmp_path: Path) -> MakeRun:
    """Makes a run from what was asked and answered."""

    def make(answers: Sequence[Said], **arguments: Sequence[tuple[int, bool]]) -> RunFolder:
        return save_run(tmp_path / "run", answers, **arguments)

    return make


@pytest.fixture
def ask() -> Callable[..., list[Said]]:
    """Makes probes of a role and slices that both models answered."""
    return said


@pytest.fixture
def make_probe() -> Callable[..., Probe]:
    """Makes a probe that is answered in words."""
    return probe


@pytest.fixture
def mark() -> Mark:
    """Makes one rating of step 20."""

    def make(
        probe_id: str, choice: Choice, *, rater: str = "anna", left: Side = "base", notes: str = ""
    ) -> Rating:
        return Rating(
            run="r",
            attempt=1,
            step=20,
            probe_id=probe_id,
            rater=rater,
            choice=choice,
            left=left,
            notes=notes,
            seconds=12.5,
            time=datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC),
        )

    return make


@pytest.fixture
def start_session() -> StartSession:
    """Starts a rating session of a run."""

    def make(folder: RunFolder, *, items: int = 150, rater: str | None = None) -> RatingSession:
        comparison = load_comparison(folder)
        return RatingSession(
            comparison=comparison,
            sample=sample(comparison.pairs, items, 0),
            file=RatingsFile(folder.root / "ratings.jsonl"),
            seed=0,
            rater=rater,
        )

    return make


@pytest.fixture
def serve(start_session: StartSession) -> Serve:
    """Serves a run's page with the real server, on loopback, in a thread: its address."""

    @contextmanager
    def serving(
        folder: RunFolder, *, items: int = 150, rater: str | None = None
    ) -> Iterator[tuple[str, RatingSession]]:
        session = start_session(folder, items=items, rater=rater)
        with listen(0) as listener:
            place = Place(token=WORD, address=f"{HOST}:{listener.getsockname()[1]}")
            server = make_server(session, place)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            try:
                while not server.started and thread.is_alive():
                    time.sleep(0.01)
                yield place.url, session
            finally:
                server.should_exit = True
                thread.join()

    return serving
