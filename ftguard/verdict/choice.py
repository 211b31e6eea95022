"""Makes `Choice`, the checkpoint of a run whose keeping loses the user least."""

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ftguard.verdict.checkup import Checkup, target_score
from ftguard.verdict.curves import Measured, Reading, read_gain, read_unheld
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
    of such checkpoints, too, one is the likeliest to do. Nor does one that a budget left out at a
    checkpoint, where the curve of the looks around it is within the limit; where no curve says so
    it is missing, which excludes it.

    Args:
        checkups: of one run, in the order of steps.
        strict: whether every gate must be proven clear.
        lost: steps whose files are gone.
    """
    run = [Measured.at(c.progress, c.measurements) for c in checkups]
    read = [(gate, read_unheld(gate.measurement, gate.slice, run)) for gate in _gates(checkups)]
    found: list[tuple[float, Merit, Choice]] = []
    most = -math.inf
    of_each = zip(checkups, _merits(checkups, run, lost), range(len(checkups)), strict=True)
    for checkup, merit, place in sorted(of_each, key=lambda one: one[1].score, reverse=True):
        # No price makes a score larger: what comes now is beaten already.
        if merit.score < most - ALIKE:
            break
        if not merit.there or any(o.state == "breach" for o in checkup.verdict.outcomes):
            continue
        readings = {gate: at[place].held(gate) for gate, at in read if place in at}
        verdict = judged_anew(checkup.verdict, {gate.key: r for gate, r in readings.items()})
        if _will_do(verdict, strict=strict):
            value = merit.less(readings)
            found.append((value, merit, Choice(checkup=checkup, verdict=verdict)))
            most = max(most, value)
    if not found:
        return None
    equals = [(merit, choice) for value, merit, choice in found if value >= most - ALIKE]
    return max(equals, key=lambda one: one[0].finer)[1]


@dataclass(frozen=True, kw_only=True)
class Merit:
    """What speaks for keeping a checkpoint before it is held against limits."""

    there: bool
    """Whether its files are."""
    score: float
    """What it is ranked by, in [0, 1]."""
    priced: bool
    """Whether the score is in points that a gate's price can be held against."""
    finer: tuple[float, float, int]
    """What tells equals apart, the larger the better: the target's likelihood, less the
    `eval_loss`, the step."""

    def less(self, readings: Mapping[Gate, Reading]) -> float:
        """The score, less the gates' price for what is beyond a limit."""
        if not self.priced:
            return self.score
        return self.score - math.fsum(gate.price * r.excess for gate, r in readings.items())


def merits(checkups: Sequence[Checkup], lost: AbstractSet[int] = frozenset()) -> list[Merit]:
    """Of each checkpoint of a run; the arguments are those of `choose`."""
    run = [Measured.at(c.progress, c.measurements) for c in checkups]
    return _merits(checkups, run, lost)


def _merits(
    checkups: Sequence[Checkup], run: Sequence[Measured], lost: AbstractSet[int]
) -> list[Merit]:
    gains = _gains(checkups, run)
    return [
        Merit(
            there=checkup.checkpoint is not None and checkup.step not in lost,
            score=_score(checkup, gains.get(place)),
            priced=checkup.target is not None,
            finer=_finer(checkup),
        )
        for place, checkup in enumerate(checkups)
    ]


def read_curves(
    gates: Sequence[Gate], past: Sequence[Checkup], now: Measured
) -> Mapping[str, Reading]:
    """What the curve so far says of a new checkpoint, by the gates' keys."""
    run = [*(Measured.at(c.progress, c.measurements) for c in past), now]
    place = len(past)
    read = ((gate, read_unheld(gate.measurement, gate.slice, run).get(place)) for gate in gates)
    return {gate.key: unheld.held(gate) for gate, unheld in read if unheld is not None}


def _gates(checkups: Sequence[Checkup]) -> tuple[Gate, ...]:
    """Each gate's latest limit: a resume may have moved it."""
    return tuple({o.gate.key: o.gate for c in checkups for o in c.verdict.outcomes}.values())


def _will_do(verdict: Verdict, *, strict: bool) -> bool:
    """Whether it passed, or only what is too uncertain, or was not asked, keeps it from passing."""
    if strict:
        return verdict.proven
    if verdict.passed is not None:
        return verdict.passed
    states = {outcome.state for outcome in verdict.outcomes}
    return bool(states & {"too wide", "not asked"}) and not states & {"suspect", "missing"}


def _gains(checkups: Sequence[Checkup], run: Sequence[Measured]) -> Mapping[int, float]:
    """The target's gain at each place by its curve, where it has one."""
    ranked = {c.target.slice for c in checkups if c.target is not None}
    return {place: gain for name in ranked for place, gain in read_gain(name, run).items()}


def _score(checkup: Checkup, gain: float | None) -> float:
    target = checkup.target
    if target is None or target.base is None or gain is None:
        return target_score(checkup)
    return target.base + gain


def _finer(checkup: Checkup) -> tuple[float, float, int]:
    read = checkup.find("target", "likelihood")
    likelihood = read.now if read is not None and read.now is not None else 0.0
    loss = checkup.eval_loss if checkup.eval_loss is not None else math.inf
    return likelihood, -loss, checkup.step
