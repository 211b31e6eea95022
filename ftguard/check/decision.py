"""Makes `Decision`, what came of a run as machines read it, and the exit code that says it."""

import importlib.metadata
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from ftguard.disk import write_json
from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import Estimate
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion
from ftguard.verdict.defaults import FORGETTING
from ftguard.verdict.gate import State
from ftguard.verdict.gates import Outcome
from ftguard.verdict.run import Kind, Run

PASSED, BREACHED, WRONG_USE, UNDECIDED = 0, 1, 2, 3
"""The exit codes of `best`, `check`, `examine` and `card`; the manual's page `deploying` has them
in a table."""
SCHEMA = 1
"""Raised whenever a field of `Decision` changes its meaning or goes."""
LIBRARIES = ("ftguard", "torch", "transformers", "tokenizers", "peft")

VerdictWord = Literal["passed", "breach", "undecided"]
WORDS: Mapping[int, VerdictWord] = {PASSED: "passed", BREACHED: "breach", UNDECIDED: "undecided"}


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A number with its interval."""

    value: float
    low: float
    high: float
    level: float
    """The share of such intervals that hold the true value."""
    n: int
    """Probes that tell it."""


@dataclass(frozen=True, kw_only=True)
class GateResult:
    """What one gate says."""

    gate: str
    """`forgetting/all`."""
    state: State
    limit: float
    unit: str
    """Of limit and change: `relative` (0.1 is 10 %), `points` or `nats`."""
    higher_is_better: bool
    change: Interval | None
    """Against the base; None where it could not be measured."""
    base: float | None
    """The base's mean on the same probes."""
    tuned: float | None
    """The tuned model's."""
    explanation: str
    """One sentence with its numbers."""


@dataclass(frozen=True, kw_only=True)
class Gain:
    """A gain on the target: of answers, or of the likelihood of the right ones."""

    name: str
    change: Interval | None
    base: float | None
    tuned: float | None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What came of a run; the file that `--json` writes."""

    schema: int
    verdict: VerdictWord
    exit_code: int
    kind: Kind
    """What was examined: a guarded `training`, a `check` of two models, or a run that was
    `examine`d."""
    base: str
    """The base's folder or hub name; empty where it was made in memory."""
    step: int | None
    """The step that the gates below are of: the best one's, else the last one's."""
    model: str | None
    """Where that model is; None where nothing was examined."""
    best_step: int | None
    """The step to keep; None where none will do."""
    last_step: int | None
    learned: bool
    """Whether the best gained on the target, where that was measured."""
    strict: bool
    """Whether only proven gates let a model pass."""
    gates: tuple[GateResult, ...]
    gains: tuple[Gain, ...]
    advice: tuple[str, ...]
    notes: tuple[str, ...]
    """What did not go by plan."""
    not_held: tuple[str, ...] = ()
    """The default gates that nothing was held against, each with the reason in brackets."""
    summary: str
    """One line for people."""
    folder: str
    """Where the run's files are."""
    versions: Mapping[str, str]
    """Of ftguard, Python and the libraries that ask."""


def exit_code_of(conclusion: Conclusion) -> int:
    """0 where the best passed and learned something, 1 where none passed and the last is in breach.

    All else is 3: undecided, unproven with `strict`, nothing measured or nothing learned. So is a
    pass of a `check` or an `examine` in which nothing told what was forgotten; a training without
    general probes was set up so.
    """
    if conclusion.best_step is not None:
        unseen = conclusion.kind != "training" and conclusion.forgetting_unseen
        passed = conclusion.learned and conclusion.best_passed and not unseen
        return PASSED if passed else UNDECIDED
    return BREACHED if conclusion.last_passed is False else UNDECIDED


def decision_on(
    conclusion: Conclusion,
    run: Run,
    checkup: Checkup | None,
    *,
    base: str,
    folder: Path,
    strict: bool,
) -> Decision:
    """Put down what came of a run.

    Args:
        conclusion: the outcome.
        run: the attempt that it is of.
        checkup: of the model that the outcome's gates are of; None where nothing was examined.
        base: the base's folder or hub name.
        folder: where the run's files are.
        strict: whether only what is proven passes.
    """
    code = exit_code_of(conclusion)
    outcomes = conclusion.best_gates or conclusion.last_gates
    found = {m.key: m for m in checkup.measurements} if checkup else {}
    return Decision(
        schema=SCHEMA,
        verdict=WORDS[code],
        exit_code=code,
        kind=run.kind,
        base=shown(base),
        step=checkup.step if checkup else None,
        model=_model(conclusion, run, checkup),
        best_step=conclusion.best_step,
        last_step=conclusion.last_step,
        learned=conclusion.learned,
        strict=strict,
        gates=tuple(map(_result, outcomes)),
        gains=tuple(_gain(m) for m in found.values() if m.name == "target"),
        advice=tuple(advice.text for advice in conclusion.advice),
        notes=checkup.notes if checkup else (),
        not_held=tuple(map(shown, conclusion.not_held)),
        summary=shown(sentence(conclusion, run, strict=strict)),
        folder=shown(str(folder)),
        versions=_versions(),
    )


def write_decision(decision: Decision, path: Path) -> None:
    """Write it as JSON that people can read too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, _as_utf8(msgspec.to_builtins(decision)))


def sentence(conclusion: Conclusion, run: Run, *, strict: bool) -> str:
    """What came of it in one line: of two models, which are no run, in other words."""
    if run.kind != "check":
        return conclusion.summary
    told = _sentence(conclusion, strict=strict)
    if not conclusion.not_held:
        return told
    return f"{told}; not held: {', '.join(conclusion.not_held)}"


def _sentence(conclusion: Conclusion, *, strict: bool) -> str:
    code = exit_code_of(conclusion)
    outcomes = conclusion.best_gates or conclusion.last_gates
    by_state: dict[str, list[str]] = {}
    for outcome in outcomes:
        by_state.setdefault(outcome.state, []).append(outcome.gate.key)
    if code == BREACHED:
        return f"BLOCKED: beyond its limit and beyond chance: {', '.join(by_state['breach'])}"
    if code == PASSED:
        unproven = len(by_state.get("within", ()))
        proven = "proven" if not unproven else f"{unproven} of them not proven"
        return f"passed: {len(outcomes)} gate{'s' * (len(outcomes) != 1)} held, {proven}"
    if not conclusion.learned:
        return "NOTHING WAS LEARNED: no gate is against it, but the target did not gain"
    if not outcomes:
        return "UNDECIDED: nothing could be measured"
    if conclusion.best_passed and conclusion.forgetting_unseen:
        return f"UNDECIDED: {FORGETTING} was not measured, and what was is no pass without it"
    doubtful = ("suspect", "too wide", "missing", "nothing to lose", *(("within",) * strict))
    why = [f"{state}: {', '.join(by_state[state])}" for state in doubtful if state in by_state]
    return f"UNDECIDED: {'; '.join(why)}"


def _as_utf8(value: object) -> object:
    if isinstance(value, str):
        return as_utf8(value)
    if isinstance(value, Mapping):
        return {as_utf8(str(key)): _as_utf8(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_as_utf8(held) for held in value]
    return value


def as_utf8(text: str) -> str:
    """The text with what no file can hold written out: names of files may hold any byte."""
    return text.encode("utf-8", "backslashreplace").decode()


def shown(text: str) -> str:
    """The text as others may see it: the home directory, which names its owner, as `~`."""
    home = str(Path.home())
    return as_utf8(text if home == "/" else re.sub(rf"{re.escape(home)}(?=/|$)", "~", text))


def is_undecided(gate: GateResult, *, strict: bool) -> bool:
    """Whether a gate neither lets a model pass nor blocks it."""
    if gate.state in ("suspect", "too wide", "missing"):
        return True
    return strict and gate.state == "within"


def _model(conclusion: Conclusion, run: Run, checkup: Checkup | None) -> str | None:
    """Where the model is: of two that are compared the tuned one's own folder."""
    own = checkup.checkpoint if checkup else None
    place = own if run.kind == "check" else conclusion.best_folder or own
    return None if place is None else shown(place)


def _result(outcome: Outcome) -> GateResult:
    measurement = outcome.measurement
    return GateResult(
        gate=outcome.gate.key,
        state=outcome.state,
        limit=outcome.gate.limit,
        unit=measurement.unit,
        higher_is_better=measurement.higher_is_better,
        change=_interval(measurement.estimate),
        base=measurement.base,
        tuned=measurement.now,
        explanation=outcome.explanation,
    )


def _gain(measurement: Measurement) -> Gain:
    return Gain(
        name=measurement.key,
        change=_interval(measurement.estimate),
        base=measurement.base,
        tuned=measurement.now,
    )


def _interval(estimate: Estimate | None) -> Interval | None:
    if estimate is None:
        return None
    return Interval(
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        level=estimate.level,
        n=estimate.n,
    )


def _versions() -> Mapping[str, str]:
    found = {"python": sys.version.split()[0]}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
