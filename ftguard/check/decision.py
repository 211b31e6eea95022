"""Makes `Decision`, what came of a run as machines read it, and the exit code that says it."""

import importlib.metadata
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from ftguard.check.codes import BREACHED, PASSED, UNDECIDED
from ftguard.check.results import Gain, GateResult, gain_of, gate_results, says
from ftguard.disk import write_json
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion
from ftguard.verdict.defaults import FORGETTING
from ftguard.verdict.learned import unsure_gain
from ftguard.verdict.run import Kind, Run

SCHEMA = 1
"""Raised whenever a field of `Decision` changes its meaning or goes."""
LIBRARIES = ("ftguard", "torch", "transformers", "tokenizers", "peft")

DOUBTFUL = (
    "suspect",
    "too wide",
    "not asked",
    "missing",
    "nothing to lose",
    "within",
    "clear",
    "breach",
)
"""States in the order in which they are told where they leave a verdict open."""

VerdictWord = Literal["passed", "breach", "undecided"]
WORDS: Mapping[int, VerdictWord] = {PASSED: "passed", BREACHED: "breach", UNDECIDED: "undecided"}


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
        gates=gate_results(outcomes, strict=strict),
        gains=tuple(gain_of(m) for m in found.values() if m.name == "target"),
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
    found = gate_results(outcomes, strict=strict)
    if code == BREACHED:
        blocking = [gate.gate for gate in found if gate.bearing == "blocks"]
        return f"BLOCKED: beyond its limit and beyond chance: {', '.join(blocking)}"
    aside = [f"{gate.gate} ({says(gate)})" for gate in found if gate.bearing == "aside"]
    not_counted = f"; not counted: {', '.join(aside)}" if aside else ""
    if code == PASSED:
        holding = [gate.state for gate in found if gate.bearing == "holds"]
        unproven = holding.count("within")
        proven = "proven" if not unproven else f"{unproven} of them not proven"
        many = f"{len(holding)} gate{'s' * (len(holding) != 1)} held"
        return f"passed: {many}{f', {proven}' if holding else ''}{not_counted}"
    opened = _open(found)
    if not conclusion.learned:
        return f"{_not_learned(conclusion)}{f'; {opened}' if opened else ''}{not_counted}"
    if not outcomes:
        return "UNDECIDED: nothing could be measured"
    if conclusion.best_passed and conclusion.forgetting_unseen:
        return f"UNDECIDED: {FORGETTING} was not measured, and what was is no pass without it"
    return f"UNDECIDED: {opened or 'its files are gone'}{not_counted}"


def _open(gates: Sequence[GateResult]) -> str:
    """What keeps it undecided, by states: `suspect: tail/worst; missing: forgetting/all`."""
    by_state: dict[str, list[str]] = {}
    for gate in sorted(gates, key=lambda gate: DOUBTFUL.index(gate.state)):
        if gate.bearing == "open":
            by_state.setdefault(gate.state, []).append(gate.gate)
    return "; ".join(f"{state}: {', '.join(names)}" for state, names in by_state.items())


def _not_learned(conclusion: Conclusion) -> str:
    if conclusion.learned_by == "unsure":
        gain = unsure_gain(conclusion.chosen)
        return f"NOT KNOWN TO HAVE LEARNED: the target's gain of {gain} may be chance"
    return "NOTHING WAS LEARNED: no gate is against it, but the target did not gain"


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


def _model(conclusion: Conclusion, run: Run, checkup: Checkup | None) -> str | None:
    """Where the model is: of two that are compared the tuned one's own folder."""
    own = checkup.checkpoint if checkup else None
    place = own if run.kind == "check" else conclusion.best_folder or own
    return None if place is None else shown(place)


@cache
def _versions() -> Mapping[str, str]:
    found = {"python": sys.version.split()[0]}
    for name in LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
