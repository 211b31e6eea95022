"""The report's page decides as Python does: on any limits, the same states and the same best."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.random import Generator, default_rng
from playwright.sync_api import Page

from ftguard.report.limits.figures import Figures, GateAt, OnCurve, figures
from ftguard.report.recorded import RecordedRun, read_run
from ftguard.run.again import decided_anew
from ftguard.run.state import RunState
from ftguard.verdict import again, choice, curves
from ftguard.verdict.calibrated import MOVES
from ftguard.verdict.curves import Measured, Places, read_unheld
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import Verdict

MakeRun = Callable[..., RecordedRun]
Limits = Mapping[str, float | None]

SETTINGS = 1_400
FORGETTING = Gate(measurement="forgetting", limit=0.10)
SURE = (
    Gate(measurement="calibration", slice="target", limit=0.05, own_limit=0.10),
    Gate(measurement="calibration", slice="general", limit=0.05),
)
OWN_GATES = (
    FORGETTING,
    Gate(measurement="target", limit=0.10),
    Gate(measurement="tail", slice="slice 1", limit=0.10, price=1.0),
    Gate(measurement="drift", slice="nats", limit=0.10),
    Gate(measurement="mine", limit=-0.10),
)
STILL: dict[str, object] = {"target": 2, "learn": 0.0, "churn": 0.0}
LIKELY = Gate(measurement="target", slice="likelihood", limit=-0.10, price=30.0)
COSTS = ("calibration", "brier")
LITTLE: dict[str, object] = {
    "gates": SURE[1:],
    "questions": 300,
    "over": 0.12,
    "drop": 0.0,
    "churn": 0.0,
}
RUNS: dict[str, dict[str, object]] = {
    "one checkpoint": {"looks": 1, "target": 100},
    "two that cost little": {"looks": 2, "drop": 0.05, "over": 0.0, "noise": 0.02},
    "three that differ from themselves": {"target": 100, "noise": 0.4, "drop": 0.6},
    "no more than they differ from themselves": {"noise": 0.3, "drop": 0.0, "gates": (FORGETTING,)},
    "a weak base": {"accuracy": 0.08, "drop": 0.5},
    "a base that knows nothing": {"accuracy": 0.0, "drop": 0.2, "gates": (FORGETTING, *SURE)},
    "a tail that the base cannot answer": {"accuracy": 0.0, "gates": OWN_GATES[2:3]},
    "an answer in five unscored": {"failing": 0.2, "target": 110, "drop": 0.1},
    "gates of one's own": {"gates": OWN_GATES, "own": True, "drop": 0.15, "noise": 0.1},
    "own gates, one missing": {"gates": OWN_GATES, "own": True, "failing": 0.3},
    "gains are asked for": {"gates": (*OWN_GATES[:2], LIKELY), "drop": 0.2, "looks": 6},
    "overconfident": {"gates": SURE, "target": 110, "over": 0.3},
    "a little": LITTLE,
    "a little, as by chance": LITTLE | {"noise": 0.3, "noisy": MOVES},
    "overconfident by its nature": {"gates": SURE, "over": 0.3, "noise": 0.2, "noisy": COSTS},
    "overconfident from the start": {"gates": SURE, "overconfident": 0.25, "over": 0.05},
    "moved by its nature": {
        "gates": SURE,
        "target": 110,
        "over": 0.2,
        "noise": 0.3,
        "noisy": MOVES,
    },
    "gained so much": {
        "gates": SURE[:1],
        "target": 110,
        "target_accuracy": 0.05,
        "learn": 0.8,
        "over": 0.9,
    },
    "calibrated by learning": {
        "gates": (replace(SURE[0], own_limit=0.6),),
        "target": 110,
        "learn": 0.98,
        "churn": 0.0,
        "over": 0.45,
    },
    "few questions": {"gates": SURE, "target": 20, "over": 0.1, "questions": 30},
    "no target": {"target": 0, "eval_loss": True, "drop": 0.1, "looks": 4},
    "equals by loss": STILL | {"eval_loss": True, "looks": 6, "lost": (40,), "drop": 0.05},
    "equals by time": STILL | {"drop": 0.05},
    "few probes": {"general": 8, "slices": 0, "strict": True},
    "gains are asked for of few": {"gates": OWN_GATES[1:2], "target": 20, "looks": 3},
    "few probes, some unscored": {
        "general": 8,
        "accuracy": 0.9,
        "drop": 0.0,
        "failing": 0.3,
        "failing_roles": ("tail",),
        "gates": (FORGETTING, OWN_GATES[2]),
    },
    "a quarter at each": {"looks": 8, "part": 0.25, "drop": 0.1, "questions": 300},
    "not all asked at each": {
        "looks": 8,
        "part": 0.5,
        "drop": 0.05,
        "target": 110,
        "left_out": ((2, "general"), (4, "tail"), (5, "target"), (6, "general"), (7, "tail")),
        "gates": (FORGETTING, OWN_GATES[2], Gate(measurement="tail", slice="worst", limit=0.15)),
    },
    "general asked at the end alone": {
        "looks": 4,
        "left_out": ((1, "general"), (2, "general"), (3, "general")),
        "gates": (FORGETTING,),
    },
    "twenty checkpoints": {"looks": 20, "drop": 0.15, "slices": 2},
    "twenty that leap": {"looks": 20, "drop": 0.4, "slices": 4, "target": 12, "lost": (10,)},
}


@pytest.fixture
def same_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Curves do not depend on limits, so each is fitted once; advice decides nothing.

    All else is decided anew for each setting, by the product's own code.
    """
    known: dict[object, Places] = {}

    def read_once(name: str, slice: str, run: Sequence[Measured]) -> Places:
        looks = tuple((one.progress, *map(id, one.measurements.values())) for one in run)
        key = (name, slice, looks)
        if key not in known:
            known[key] = read_unheld(name, slice, run)
        return known[key]

    for module in (curves, choice):
        monkeypatch.setattr(module, "read_unheld", read_once)
    monkeypatch.setattr(again, "advise", lambda *_, **__: ())


@pytest.fixture(scope="session")
def runs(made: MakeRun, forgetful: Path) -> dict[str, RecordedRun]:
    """A real run, and runs made from simulated answers."""
    simulated = {name: made(seed, **kind) for seed, (name, kind) in enumerate(RUNS.items())}
    return {"a real run": read_run(forgetful), **simulated}


def _ends(at: GateAt) -> Iterator[float]:
    """Limits at which something turns, or nearly does."""
    if at.calibration is not None:
        its = at.calibration
        yield from (its.rise, its.rise_high, its.own, its.own_high, its.reach, *its.sizes)
        yield from (its.own - errors * its.own_stderr for errors in (1.5, 2, 2.5))
    else:
        yield from (at.value, at.high, at.noise, at.width / 2, at.unseen)
        yield from (at.value - errors * at.stderr for errors in (2, 2.5))
    for curve in (at.so_far, at.at_end):
        if isinstance(curve, OnCurve):
            yield from (curve.value, curve.high, curve.width / 2, curve.whole.least)
            yield from (mean for mean, _ in (curve.whole.alone, curve.whole.near))
            yield from (end for one in curve.slices for end in (one.least, one.every[0]))


def _limit(place: int, found: Figures, generator: Generator) -> float | None:
    """Off, at what was measured, next to it, or anywhere; always one that Python would take."""
    gate = found.gates[place]
    draw = generator.random()
    if draw < 0.12:
        return None
    signed = gate.least < 0
    limit = float(10 ** generator.uniform(-3, 0)) * (-1 if signed and draw > 0.8 else 1)
    if draw < 0.7:
        at = found.checkups[generator.integers(len(found.checkups))].gates[place]
        end = float(generator.choice(list(_ends(at)))) * (-1 if at.gain else 1)
        end = float(generator.choice([end, end, np.nextafter(end, 9), np.nextafter(end, -9)]))
        limit = end if (-1 if signed else 0) < end <= 1 else limit
    return limit


def _settings(found: Figures, number: int, seed: int) -> list[tuple[Limits, bool]]:
    """The first moves nothing; later ones leave some limits as they are."""
    generator = default_rng([seed, 7])
    drawn: list[tuple[Limits, bool]] = [({}, found.strict)]
    while len(drawn) < number:
        moved = {
            gate.key: _limit(place, found, generator)
            for place, gate in enumerate(found.gates)
            if generator.random() < 0.8
        }
        drawn.append((moved, bool(generator.random() < 0.15)))
    return drawn


def _by_python(state: RunState, limits: Limits, *, strict: bool) -> object:
    known = {gate.key: gate for gate in state.attempts[-1].gates}
    moved = {
        key: None if limit is None else replace(known[key], limit=limit, advise_at=None)
        for key, limit in limits.items()
    }
    found = decided_anew(state, moved, strict=strict)
    best = found.choice
    return {
        "checkups": [_told(checkup.step, checkup.verdict) for checkup in found.checkups],
        "best": _told(best.checkup.step, best.verdict) if best else None,
    }


def _told(step: int, verdict: Verdict) -> object:
    outcomes = [{"gate": one.gate.key, "state": one.state} for one in verdict.outcomes]
    return {"step": step, "passed": verdict.passed, "proven": verdict.proven, "outcomes": outcomes}


def _in_page(rule: Page, found: Figures, settings: Sequence[tuple[Limits, bool]]) -> list[object]:
    given = [{"limits": limits, "strict": strict} for limits, strict in settings]
    # As text: it is how the figures come into the page.
    texts = [msgspec.json.encode(value).decode() for value in (found, given)]
    decided: list[object] = rule.evaluate(
        """([figures, settings]) => {
            const all = JSON.parse(figures);
            return JSON.parse(settings).map((one) => ftguardRule.decide(all, one));
        }""",
        texts,
    )
    return decided


@pytest.mark.long
@pytest.mark.usefixtures("same_curves")
def test_the_page_and_python_agree_on_a_thousand_settings_and_more(
    rule: Page, runs: dict[str, RecordedRun]
) -> None:
    """Every state, pass, proof and the kept checkpoint, in runs of 1 to 20 checkpoints.

    All states and all three verdicts are met, in checkpoints and in what is kept.
    """
    share, met = -(-SETTINGS // len(runs)), set()
    total = 0
    for seed, (name, run) in enumerate(runs.items()):
        found = figures(run)
        settings = _settings(found, share, seed)
        decided = _in_page(rule, found, settings)
        for (limits, strict), page in zip(settings, decided, strict=True):
            python = _by_python(run.state, limits, strict=strict)
            assert page == python, f"{name}: {limits}, strict={strict}"
            met |= _met(python)
        total += len(settings)

    assert total >= SETTINGS
    assert met >= {
        *("clear", "within", "breach", "suspect", "too wide", "nothing to lose", "missing"),
        "not asked",
        *((True, True), (True, False), (None, False), (False, False)),
        *("kept passed", "kept undecided", "none kept"),
    }


def _met(decided: object) -> set[object]:
    assert isinstance(decided, dict)
    found: set[object] = {(one["passed"], one["proven"]) for one in decided["checkups"]}
    found |= {out["state"] for one in decided["checkups"] for out in one["outcomes"]}
    best = decided["best"]
    kept = "none kept" if best is None else "kept passed" if best["passed"] else "kept undecided"
    return found | {kept}


def test_what_is_no_limit_is_refused_by_name(rule: Page, runs: dict[str, RecordedRun]) -> None:
    """A gate that the run has not, as in a link from another run, and a limit that is no number."""
    found = msgspec.json.encode(figures(runs["a weak base"])).decode()
    for limits, told in (('{"x/y": 1}', "no gate is called x/y"), ('{"tail/worst": "1"}', "1")):
        with pytest.raises(Exception, match=told):
            rule.evaluate(f"ftguardRule.decide({found}, {{limits: {limits}}})")


def test_without_a_gate_forgetting_that_was_not_measured_is_no_pass(
    rule: Page, made: MakeRun
) -> None:
    """With all gates off a checkpoint passes, unproven; but where no probe was left to measure
    forgetting by, it is undecided.
    """
    for not_measured, passed in (((), True), (("forgetting/all",), None)):
        run = made(0, looks=1, gates=(), questions=0, not_measured=not_measured)
        (decided,) = _in_page(rule, figures(run), [({}, False)])
        assert decided == _by_python(run.state, {}, strict=False)
        assert isinstance(decided, dict)
        assert decided["checkups"][0]["passed"] is passed


def test_a_slider_moves_smoothly(rule: Page, runs: dict[str, RecordedRun]) -> None:
    """Deciding 20 checkpoints takes less than a frame of 60 a second, with room for slow days."""
    found = msgspec.json.encode(figures(runs["twenty checkpoints"])).decode()
    taken = rule.evaluate(
        """(text) => {
            const figures = JSON.parse(text);
            const taken = [];
            for (let i = 1; i <= 40; i += 1) {
                const start = performance.now();
                ftguardRule.decide(figures, {limits: {"forgetting/all": i / 40}});
                taken.push(performance.now() - start);
            }
            return taken.sort((a, b) => a - b)[20];
        }""",
        found,
    )
    assert taken < 16


def test_figures_are_small(runs: dict[str, RecordedRun]) -> None:
    """Of 20 checkpoints they take less than 400 kB of the page."""
    for name in ("twenty checkpoints", "twenty that leap"):
        assert len(msgspec.json.encode(figures(runs[name]))) < 400_000
