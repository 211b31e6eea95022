"""Makes `Choice`, the checkpoint of a run whose keeping loses the user least."""

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ftguard.verdict.checkup import Checkup, target_score
from ftguard.verdict.curves import Measured, Reading, read_gain, read_gate
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import Verdict, judged_anew

ALIKE = 0.005
"""Checkpoints that differ by less than half a point are equals: finer signs decide."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The checkpoint to keep."""

    checkup: Checkup
    verdict: Verdict
    """Of that checkpoint, by the curves of the whole run."""


def choose(
    checkups: Sequence[Checkup], *, strict: bool = False, lost: AbstractSet[int] = frozenset()
) -> Choice | None:
    """The saved checkpoint that loses the user least, or None where none will do.

    It passes every gate: none is a breach, and what the curve of all of the run's looks says of it
    is within each limit. Of those it is the one with the most target score, less the gates' price
    for each point that it is expected to be beyond a limit; the target is read off its curve too.
    Equals are told apart by the target's likelihood, then by `eval_loss`, then the later one wins.

    Without target probes the Trainer's `eval_loss` ranks, and without that the latest one wins:
    such scores have no points that a price could be held against.

    A gate that is too uncertain to decide on excludes nothing, though the verdict stays undecided:
    of such checkpoints, too, one is the likeliest to do.

    Args:
        checkups: of one run, in the order of steps.
        strict: whether every gate must be proven clear.
        lost: steps whose files are gone.
    """
    run = [Measured.at(c.progress, c.measurements) for c in checkups]
    read = {gate: read_gate(gate, run) for gate in _gates(checkups)}
    gains = _gains(checkups, run)
    found = []
    for place, checkup in enumerate(checkups):
        readings = {gate: at[place] for gate, at in read.items() if place in at}
        verdict = judged_anew(checkup.verdict, {gate.key: r for gate, r in readings.items()})
        there = checkup.checkpoint is not None and checkup.step not in lost
        if there and _will_do(verdict, strict=strict):
            value = _value(checkup, gains.get(place), readings)
            found.append((value, Choice(checkup=checkup, verdict=verdict)))
    if not found:
        return None
    most = max(value for value, _ in found)
    equals = [choice for value, choice in found if value >= most - ALIKE]
    return max(equals, key=lambda choice: _finer(choice.checkup))


def read_curves(
    gates: Sequence[Gate], past: Sequence[Checkup], now: Measured
) -> Mapping[str, Reading]:
    """What the curve so far says of a new checkpoint, by the gates' keys."""
    run = [*(Measured.at(c.progress, c.measurements) for c in past), now]
    read = ((gate.key, read_gate(gate, run).get(len(past))) for gate in gates)
    return {key: reading for key, reading in read if reading is not None}


def _gates(checkups: Sequence[Checkup]) -> tuple[Gate, ...]:
    """Each gate's latest limit: a resume may have moved it."""
    return tuple({o.gate.key: o.gate for c in checkups for o in c.verdict.outcomes}.values())


def _will_do(verdict: Verdict, *, strict: bool) -> bool:
    """Whether it passed, or only what is too uncertain keeps it from passing."""
    if strict:
        return verdict.proven
    if verdict.passed is not None:
        return verdict.passed
    states = {outcome.state for outcome in verdict.outcomes}
    return "too wide" in states and not states & {"suspect", "missing"}


def _gains(checkups: Sequence[Checkup], run: Sequence[Measured]) -> Mapping[int, float]:
    """The target's gain at each place by its curve, where it has one."""
    ranked = {c.target.slice for c in checkups if c.target is not None}
    return {place: gain for name in ranked for place, gain in read_gain(name, run).items()}


def _value(checkup: Checkup, gain: float | None, readings: Mapping[Gate, Reading]) -> float:
    score = target_score(checkup)
    if checkup.target is None:
        return score
    if gain is not None and checkup.target.base is not None:
        score = checkup.target.base + gain
    return score - math.fsum(gate.price * reading.excess for gate, reading in readings.items())


def _finer(checkup: Checkup) -> tuple[float, float, int]:
    read = checkup.find("target", "likelihood")
    likelihood = read.now if read is not None and read.now is not None else 0.0
    loss = checkup.eval_loss if checkup.eval_loss is not None else math.inf
    return likelihood, -loss, checkup.step
