"""Makes `Figures`, the numbers from which `rule.js` decides a run anew on any limits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ftguard.report.limits.movable import Movable, movable
from ftguard.report.recorded import RecordedRun
from ftguard.run.state import RunState
from ftguard.stats.curve import Mixture
from ftguard.stats.estimates import Array
from ftguard.stats.looks import Mean, Sighting
from ftguard.verdict import calibrated, choice, curves, facts
from ftguard.verdict.calibrated import Calibration
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.choice import Merit, merits
from ftguard.verdict.curves import Measured, Unheld, read_unheld
from ftguard.verdict.defaults import FORGETTING, OWN_ANSWERS
from ftguard.verdict.facts import Facts, enough
from ftguard.verdict.gate import CALIBRATION, OWN_LIMIT, WIDEST, Gate, p_beyond
from ftguard.verdict.gates import looked_at

Pair = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Constants:
    """The decision code's own numbers, so that the page has no copy of them."""

    suspect_below: float = facts.OWN
    widest: float = WIDEST
    of_slices: float = curves.OF_SLICES
    alike: float = choice.ALIKE
    doubt: float = calibrated.DOUBT
    branches: int = calibrated.BRANCHES
    moves: int = len(calibrated.MOVES)
    own_limit: float = OWN_LIMIT
    forgetting: str = FORGETTING
    own_answers: str = OWN_ANSWERS.key


@dataclass(frozen=True, kw_only=True)
class Believed:
    """A curve's belief at one checkpoint: a mixture of normal distributions."""

    weights: int
    """The place in `Figures.weights`."""
    means: tuple[float, ...]
    stderrs: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A `Sighting`: means with their standard errors."""

    alone: Pair
    near: Pair
    every: Pair
    least: float


@dataclass(frozen=True, kw_only=True)
class OnCurve:
    """What a curve says of one checkpoint; values are turned so that higher is worse."""

    value: float
    high: float
    width: float
    """Of the interval that is held against the limit: the curve's, or the look's own."""
    whole: Seen
    slices: tuple[Seen, ...]
    belief: Believed | None
    """None where nothing is priced by it."""


@dataclass(frozen=True, kw_only=True)
class CalibrationAt:
    """A `Calibration`: what its two ways of being beyond rest on."""

    at_floor: bool
    rise: float
    rise_high: float
    rise_noise: float
    rise_is_noise: bool
    costly: bool
    never_costs: bool
    p_of_rise: float
    own: float
    own_stderr: float
    own_dof: int
    own_high: float
    own_width: float
    reach: float
    sizes: tuple[float, ...]
    p_of_moves: tuple[float, ...]
    noise_of_moves: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class GateAt:
    """What one gate's state at one checkpoint rests on; values are turned so that higher is
    worse.
    """  # noqa: D205

    idle: str | None
    """The state that no limit changes."""
    not_asked: bool
    """Whether a budget left it out, so that only a curve speaks of it."""
    decides: bool
    """Whether it counts in the family that is tested together."""
    calibration: CalibrationAt | None
    """In place of what follows, where it is."""
    value: float
    high: float
    width: float
    stderr: float
    dof: int
    comparisons: int
    noise: float
    p: float
    """One-sided, of no change, for all comparisons."""
    gain: bool
    """Whether higher is better, so that the limit is a least gain."""
    any_width: bool
    unseen: float
    """The share that may be lost though no probe showed a loss."""
    most_unseen: float
    so_far: OnCurve | None
    """By the looks up to this one: the checkpoint's own verdict."""
    at_end: OnCurve | None
    """By all looks of the run so far: which checkpoint is kept."""


@dataclass(frozen=True, kw_only=True)
class CheckupAt:
    """One checkpoint."""

    step: int
    level: float
    """The probability of a false breach that this look may spend."""
    there: bool
    score: float
    priced: bool
    likelihood: float
    eval_loss: float | None
    gates: tuple[GateAt, ...]
    """In the order of `Figures.gates`."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """All that a run's verdicts and its kept checkpoint rest on but limits, ready for JSON.

    With no limit moved they decide as `ftguard.run.again.decided_anew` does: by the gates of the
    latest attempt, each look with the share of the error rate that it had.
    """

    constants: Constants
    strict: bool
    """Whether only proven checkpoints can be the best, as the run has it."""
    passes_without_gates: bool
    """What a checkpoint is where no gate is left: passed, or undecided where forgetting was
    not measured."""
    gates: tuple[Movable, ...]
    checkups: tuple[CheckupAt, ...]
    weights: tuple[tuple[float, ...], ...]
    """Of the mixtures that curves are; many share theirs."""


def figures(run: RecordedRun) -> Figures:
    """The figures of a run that has at least one checkup, or none yet."""
    state, gates = run.state, run.state.attempts[-1].gates
    looks = [Measured.at(c.progress, c.measurements) for c in state.checkups]
    found = _Weights()
    columns = [tuple(_column(gate, state, looks, found)) for gate in gates]
    return Figures(
        constants=Constants(),
        strict=state.strict,
        passes_without_gates=FORGETTING not in state.attempts[-1].not_measured,
        gates=tuple(movable(gate, state.checkups) for gate in gates),
        checkups=tuple(
            _checkup(checkup, merit, state, tuple(column[place] for column in columns))
            for place, (checkup, merit) in enumerate(
                zip(state.checkups, merits(state.checkups, state.lost), strict=True)
            )
        ),
        weights=tuple(found.places),
    )


class _Weights:
    """Which weights are which place: all points of a curve share the same."""

    def __init__(self) -> None:
        self.places: dict[tuple[float, ...], int] = {}

    def place(self, weights: Array) -> int:
        return self.places.setdefault(_floats(weights), len(self.places))


def _checkup(
    checkup: Checkup, merit: Merit, state: RunState, gates: tuple[GateAt, ...]
) -> CheckupAt:
    likelihood, less_loss, _ = merit.finer
    return CheckupAt(
        step=checkup.step,
        level=state.look_of(checkup.id).level,
        there=merit.there,
        score=merit.score,
        priced=merit.priced,
        likelihood=likelihood,
        eval_loss=-less_loss if np.isfinite(less_loss) else None,
        gates=gates,
    )


def _column(
    gate: Gate, state: RunState, looks: Sequence[Measured], weights: _Weights
) -> Iterator[GateAt]:
    """What a gate rests on at each checkpoint."""
    at_end = read_unheld(gate.measurement, gate.slice, looks)
    for place, checkup in enumerate(state.checkups):
        by_key = {measurement.key: measurement for measurement in checkup.measurements}
        so_far = read_unheld(gate.measurement, gate.slice, looks[: place + 1]).get(place)
        measurement = looked_at(gate, by_key)
        its = None
        if gate.measurement == CALIBRATION and enough(measurement):
            its = Calibration.of(gate.slice, by_key)
        priced = checkup.target is not None
        known = Facts.of(measurement)
        yield _gate_at(
            known,
            its,
            _on_curve(so_far, known),
            _on_curve(at_end.get(place), known, weights if priced else None),
        )


def _gate_at(
    known: Facts, its: Calibration | None, so_far: OnCurve | None, at_end: OnCurve | None
) -> GateAt:
    measurement, bad = known.measurement, known.bad
    return GateAt(
        idle=None if its else known.idle,
        not_asked=measurement.not_asked and known.idle == "missing",
        decides=bad is not None,
        calibration=_calibration(its) if its else None,
        value=bad.value if bad else 0.0,
        high=bad.high if bad else 0.0,
        width=known.width(bad) if bad and not known.any_width else 0.0,
        stderr=bad.stderr if bad else 0.0,
        dof=bad.dof if bad else 1,
        comparisons=measurement.num_comparisons,
        noise=measurement.noise,
        p=p_beyond(measurement, bad, 0.0) if bad else 1.0,
        gain=measurement.higher_is_better,
        any_width=known.any_width,
        unseen=known.unseen,
        most_unseen=known.most_unseen,
        so_far=so_far,
        at_end=at_end,
    )


def _on_curve(
    unheld: Unheld | None, known: Facts, weights: _Weights | None = None
) -> OnCurve | None:
    if unheld is None:
        return None
    return OnCurve(
        value=unheld.estimate.value,
        high=unheld.estimate.high,
        width=0.0 if known.any_width else known.width(unheld.estimate),
        whole=_seen(unheld.whole),
        slices=tuple(map(_seen, unheld.slices)),
        belief=_believed(unheld.belief, weights) if weights else None,
    )


def _believed(belief: Mixture, weights: _Weights) -> Believed:
    return Believed(
        weights=weights.place(belief.weights),
        means=_floats(belief.means),
        stderrs=_floats(belief.stderrs),
    )


def _floats(numbers: Array) -> tuple[float, ...]:
    return tuple(map(float, numbers))


def _seen(one: Sighting) -> Seen:
    return Seen(
        alone=_pair(one.alone), near=_pair(one.near), every=_pair(one.every), least=one.least
    )


def _pair(mean: Mean) -> Pair:
    return mean.value, mean.stderr


def _calibration(its: Calibration) -> CalibrationAt:
    rise, own = its.rise.estimate, its.own.estimate
    if rise is None or own is None:
        raise ValueError(f"`{its.rise.key}` has no estimate")
    return CalibrationAt(
        at_floor=its.rise.at_floor,
        rise=rise.value,
        rise_high=rise.high,
        rise_noise=its.rise.noise,
        rise_is_noise=its.rise_is_noise,
        costly=its.costly,
        never_costs=its.never_costs,
        p_of_rise=its.p_of_rise,
        own=own.value,
        own_stderr=own.stderr,
        own_dof=own.dof,
        own_high=own.high,
        own_width=own.high - own.low,
        reach=its.reach,
        sizes=its.sizes,
        p_of_moves=its.p_of_moves,
        noise_of_moves=tuple(m.noise for m in its.moves),
    )
