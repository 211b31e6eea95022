"""Runs made from simulated answers by the real measures, and the rule in a headless Chromium."""

import base64
import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.random import Generator, default_rng
from playwright.sync_api import Browser, Page

from ftguard.ask.answer import Answer
from ftguard.folders import RunFolder
from ftguard.measures.measurement import Measurement
from ftguard.measures.measuring import measure
from ftguard.probes import Probe
from ftguard.report.page import page
from ftguard.report.recorded import RecordedRun
from ftguard.run.ledger import AnyEvent, Examined, Lost, RunStarted
from ftguard.run.state import fold
from ftguard.scores.record import Score
from ftguard.scores.snapshot import Fingerprint, Snapshot, values
from ftguard.stats.estimates import Array, mean_estimate
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.defaults import applicable
from ftguard.verdict.gate import CALIBRATION, Gate
from ftguard.verdict.gates import UNDECIDED
from ftguard.verdict.run import Run

RULE = page.STATIC / "rule.js"
MakeRun = Callable[..., RecordedRun]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a made run is like."""

    looks: int = 3
    accuracy: float = 0.7
    """Of the base, but for the target."""
    target_accuracy: float = 0.4
    drop: float = 0.2
    """The share of right answers that are lost by the end."""
    learn: float = 0.5
    """The share of wrong target answers that are right by the end."""
    churn: float = 0.04
    """The share of answers that flip by chance at each checkpoint."""
    overconfident: float = 0.0
    """By how much the base's confidence is above its accuracy."""
    over: float = 0.15
    """By how much confidence outgrows accuracy by the end."""
    general: int = 120
    target: int = 60
    slices: int = 3
    questions: int | None = None
    """Calibration probes; None for 100 where no gates are given and the looks are few, since the
    measure of so many takes a while."""
    noise: float = 0.0
    noisy: tuple[str, ...] = ()
    """The measurements that are; without a name all but the target."""
    failing: float = 0.0
    """The share of probes that the checkpoint in the middle could not be scored on."""
    failing_roles: tuple[str, ...] = ("target", "general", "tail", "calibration")
    part: float = 1.0
    """The share of the probes that each checkpoint but the last one asks, in turn."""
    left_out: tuple[tuple[int, str], ...] = ()
    """Checkpoints, by number, with a role of which they ask nothing."""
    own: bool = False
    """Whether a measure of the user's own is there, `mine/all`."""
    gates: tuple[Gate, ...] | None = None
    strict: bool = False
    eval_loss: bool = False
    lost: tuple[int, ...] = ()
    not_measured: tuple[str, ...] = ()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> MakeRun:
    """Make a run: `made(seed, looks=20, ...)`, with the fields of `Kind`."""
    folder = RunFolder(tmp_path_factory.mktemp("made"))

    def make(seed: int, **fields: object) -> RecordedRun:
        kind = Kind(**fields)  # type: ignore[arg-type]
        events = tuple(_events(kind, default_rng(seed)))
        state = fold(events, "run", strict=kind.strict)
        return RecordedRun(folder=folder, events=events, run=state.attempts[-1], state=state)

    return make


def _events(kind: Kind, generator: Generator) -> Iterator[AnyEvent]:
    probes = _probes(kind)
    base, *later = _snapshots(kind, probes, generator)
    run = Run(
        id="run",
        attempt=1,
        resumed_from=0,
        method="full",
        learning_rate=1e-4,
        max_steps=kind.looks * 10,
        planned_checkpoints=kind.looks,
        planned_looks=kind.looks,
        gates=applicable(kind.gates, _measured(kind, probes, base, base)),
        not_measured=kind.not_measured,
        strict=kind.strict,
    )
    yield RunStarted(run="run", attempt=1, step=0, record=run)
    for number, now in enumerate(later, 1):
        checkup = _checkup(number, kind, _measured(kind, probes, base, now))
        yield Examined(run="run", attempt=1, step=number * 10, checkup=checkup)
    for step in kind.lost:
        yield Lost(run="run", attempt=1, step=step)


def _measured(
    kind: Kind, probes: Sequence[Probe], base: Snapshot, now: Snapshot
) -> tuple[Measurement, ...]:
    own = (_mine,) if kind.own else ()
    found = measure(probes, base, now, own)
    noisy = kind.noisy or {m.name for m in found} - {"target"}
    return tuple(replace(m, noise=kind.noise * (m.name in noisy)) for m in found)


def _mine(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> Iterator[Measurement]:
    """Answers lost among the first tail probes, as the worse of two ways to look at it."""
    asked = [probe.id for probe in probes if probe.role == "tail"][:40]
    before, after = values(base.scores), values(now.scores)
    changes = [before[one] - after[one] for one in asked if one in before and one in after]
    estimate = mean_estimate(np.array(changes), discrete=True)
    yield Measurement(name="mine", slice="all", estimate=estimate, unit="points", num_comparisons=2)


def _checkup(number: int, kind: Kind, measurements: tuple[Measurement, ...]) -> Checkup:
    return Checkup(
        run="run",
        attempt=1,
        step=number * 10,
        epoch=number / kind.looks,
        progress=number / kind.looks,
        checkpoint=f"checkpoint-{number * 10}",
        eval_loss=1 + number % 3 / 10 if kind.eval_loss and number != kind.looks else None,
        measurements=measurements,
        verdict=UNDECIDED,
        advice=(),
        seconds=0.0,
    )


def _probes(kind: Kind) -> list[Probe]:
    """Of each role; the target's are asked and read, the tail's in slices of 40."""
    gates = kind.gates or ()
    wanted = kind.looks < 4 and (not gates or any(g.measurement == CALIBRATION for g in gates))
    questions = 100 * wanted if kind.questions is None else kind.questions
    tail = [(f"slice {i}", 40) for i in range(kind.slices)]
    groups = [
        ("target", kind.target, ("all of it",), "auto"),
        ("target", kind.target // 2, (), "likelihood"),
        *(("general", kind.general // 2, (name,), "auto") for name in ("math", "facts")),
        *(("tail", size, (name,), "auto") for name, size in tail),
        ("calibration", questions, (), "auto"),
    ]
    return [
        Probe(
            id=f"{role}/{group}-{number}",
            prompt=f"question {group}-{number} of {role}",
            reference="answer",
            slices=slices,
            scorer=scorer,
            source=f"{group}-{number}",
            role=role,  # type: ignore[arg-type]
        )
        for group, (role, size, slices, scorer) in enumerate(groups)
        for number in range(size)
    ]


def _snapshots(kind: Kind, probes: Sequence[Probe], generator: Generator) -> Iterator[Snapshot]:
    """The base and each checkpoint: what is lost grows, some answers flip by chance."""
    size = len(probes)
    is_target = np.array([p.role == "target" for p in probes])
    accuracy = np.where(is_target, kind.target_accuracy, kind.accuracy)
    sure = np.clip(accuracy + generator.uniform(-0.25, 0.25, size), 0.01, 0.99)
    right = generator.random(size) < np.where(accuracy > 0, sure, 0.0)
    nature, read = generator.random(size), generator.uniform(0.2, 0.8, size)
    sure = np.clip(sure + kind.overconfident, 0.01, 0.99)
    yield _snapshot(probes, right.astype(float), sure, read, set())
    for look in range(1, kind.looks + 1):
        share = look / kind.looks
        drops = kind.drop * share
        now = np.where(is_target, right | (nature < kind.learn * share), right & (nature >= drops))
        now = np.where(generator.random(size) < kind.churn, ~now, now)
        likely = np.clip(read * (1 - drops) + generator.normal(0, 0.02, size), 0.01, 0.99)
        surer = np.clip(sure + kind.over * share, 0.01, 0.99)
        failing = kind.failing if look == (kind.looks + 1) // 2 else 0.0
        may_fail = [i for i, probe in enumerate(probes) if probe.role in kind.failing_roles]
        failed = {i for i in may_fail if generator.random() < failing}
        taken = _snapshot(probes, now.astype(float), surer, likely, failed)
        yield _asked(taken, _left(kind, probes, look))


def _left(kind: Kind, probes: Sequence[Probe], look: int) -> set[str]:
    """The probes that a checkpoint asks: of each slice in turn, so that the next asks others."""
    every = 1 if look == kind.looks else round(1 / kind.part)
    roles = {role for number, role in kind.left_out if number == look}
    in_turn = [p.id for i, p in enumerate(probes) if i % every == look % every]
    of_role = {p.id for p in probes if p.role in roles}
    return set(in_turn) - of_role


def _asked(snapshot: Snapshot, ids: AbstractSet[str]) -> Snapshot:
    """A snapshot of these probes alone."""
    return replace(
        snapshot,
        answers=tuple(a for a in snapshot.answers if a.probe_id in ids),
        scores=tuple(s for s in snapshot.scores if s.probe_id in ids),
        base_answer_logprobs=tuple(a for a in snapshot.base_answer_logprobs if a.probe_id in ids),
    )


def _snapshot(
    probes: Sequence[Probe], right: Array, sure: Array, read: Array, failed: AbstractSet[int]
) -> Snapshot:
    parts = ("weights", "dtype", "tokenizer", "template", "probes", "scorers")
    scores, answers, own = [], [], []
    for i, probe in enumerate(probes):
        value = float(read[i]) if probe.kind == "likelihood" else float(right[i])
        gone = i in failed
        scores.append(
            Score(probe_id=probe.id, unscored="lost")
            if gone
            else Score(probe_id=probe.id, value=value)
        )
        answers.append(Answer(probe_id=probe.id, logprobs=(math.log(sure[i]),)))
        if probe.role == "general":
            own.append(Answer(probe_id=probe.id, token_ids=(1,), logprobs=(math.log(read[i]),)))
    return Snapshot(
        run="run",
        step=0,
        fingerprint=Fingerprint(**dict.fromkeys(parts, "")),
        answers=tuple(answers),
        scores=tuple(scores),
        base_answer_logprobs=tuple(own),
    )


@pytest.fixture(scope="session")
def rule(chromium: Browser) -> Iterator[Page]:
    """A page whose policy lets only the rule's own text run, as a report's does."""
    text = RULE.read_text()
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    policy = f"default-src 'none'; script-src 'sha256-{digest}'"
    page = chromium.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the script failed: {error}"))
    page.set_content(
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><script>{text}</script>'
    )
    yield page
    page.close()
