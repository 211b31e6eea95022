"""Makes what trackers record of a run and of checkpoints, as plain values that may be sent."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from ftguard.tracking.leaving import cleaned
from ftguard.tracking.tracker import PASSED, Opening
from ftguard.verdict.checkup import Checkup, guard_score
from ftguard.verdict.choice import Choice
from ftguard.verdict.gates import Verdict

MOST = 500
"""Measurements that are recorded of a checkpoint."""


def run_record(opening: Opening) -> dict[str, Any]:
    """What a run is held against, and what was asked of what: gates, fingerprints, versions."""
    run, base = opening.run, opening.base
    roles = [probe.role or "" for probe in opening.probes]
    return {
        "run": run.id,
        "attempt": run.attempt,
        "resumed_from": run.resumed_from,
        "method": run.method,
        "learning_rate": run.learning_rate,
        "max_steps": run.max_steps,
        "strict": run.strict,
        "gates": {
            _name(gate.key): {
                name: value
                for name, value in asdict(gate).items()
                if name not in ("measurement", "slice") and value is not None
            }
            for gate in run.gates
        },
        "not_measured": [cleaned(name) for name in run.not_measured],
        "left_out": [cleaned(name) for name in run.left_out],
        "probes": {role: roles.count(role) for role in sorted(set(roles))},
        "fingerprint": {
            part.name: cleaned(getattr(base.fingerprint, part.name))
            for part in fields(base.fingerprint)
        },
        "versions": {name: cleaned(version) for name, version in base.versions.items()},
    }


def checkup_record(choice: Choice) -> dict[str, Any]:
    """A kept checkpoint's checkup: its numbers, and its gates by the curves of the run."""
    checkup = choice.checkup
    return {
        "run": checkup.run,
        "attempt": checkup.attempt,
        "step": checkup.step,
        "epoch": checkup.epoch,
        "eval_loss": checkup.eval_loss,
        "learning_rate": checkup.learning_rate,
        "verdict": _verdict(choice.verdict),
        "gates": {
            _name(outcome.gate.key): {
                "state": outcome.state,
                "limit": outcome.gate.limit,
                "explanation": cleaned(outcome.explanation),
            }
            for outcome in choice.verdict.outcomes
        },
        "measurements": {
            _name(measurement.key): {
                "value": estimate.value,
                "low": estimate.low,
                "high": estimate.high,
                "n": estimate.n,
                "base": measurement.base,
                "now": measurement.now,
            }
            for measurement in checkup.measurements[:MOST]
            if (estimate := measurement.shown) is not None
        },
        "advice": [cleaned(advice.text) for advice in checkup.advice],
    }


def last_record(checkup: Checkup, *, strict: bool) -> dict[str, Any]:
    """The latest checkpoint in a few numbers, for a run's summary."""
    return _record(checkup, checkup.verdict, strict=strict)


def kept_record(choice: Choice | None, *, strict: bool) -> dict[str, Any]:
    """The kept checkpoint in as many; all None where none is kept, so that nothing stays stale."""
    if choice is None:
        return dict.fromkeys(("step", "verdict", "passed", "score", "target", "gates"))
    return _record(choice.checkup, choice.verdict, strict=strict)


def _record(checkup: Checkup, verdict: Verdict, *, strict: bool) -> dict[str, Any]:
    return {
        "step": checkup.step,
        "verdict": _verdict(verdict),
        "passed": PASSED[verdict.passed],
        "score": guard_score(checkup, strict=strict),
        "target": checkup.target.now if checkup.target else None,
        "gates": _states(verdict),
    }


def _states(verdict: Verdict) -> str:
    """All gates in one text: a mapping would keep those that are held no more."""
    return cleaned(", ".join(f"{o.gate.key}: {o.state}" for o in verdict.outcomes))


def _verdict(verdict: Verdict) -> str:
    words: Mapping[bool | None, str] = {True: "passed", None: "undecided", False: "blocked"}
    return words[verdict.passed]


def _name(key: str) -> str:
    return cleaned(key)[:200]
