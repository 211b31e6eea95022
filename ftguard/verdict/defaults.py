"""The gates of a run: the default ones, which of them apply, and what is left out."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from ftguard.errors import InputError
from ftguard.measures.measurement import Measurement
from ftguard.stats.alpha_spending import Look
from ftguard.stats.power import smallest_drop
from ftguard.verdict.gate import CALIBRATION, Gate

DEFAULT_GATES = (
    Gate(measurement="forgetting", limit=0.10, advise_at=0.08),
    Gate(measurement="tail", slice="worst", limit=0.15),
    Gate(measurement="calibration", slice="target", limit=0.05),
    Gate(measurement="calibration", slice="general", limit=0.05),
)
OWN_ANSWERS = Gate(measurement="own_answers", limit=0.50, advise_at=0.25)
"""The gate that stands in where the base answers too little rightly for forgetting to be seen: its
own answers may become half as likely per token (0.69 nats). On SmolLM2-135M that tells the usual
rates from those that leave another model behind: the figures are in the manual, `statistics`."""
FORGETTING = "forgetting/all"
FEWEST_QUESTIONS = 100
"""Default calibration gates are decided on from so many questions on: with 100, the bad
checkpoints of `tests/benchmarks/calibration_gate.py` are refused 88 to 100 times of 100; with 50, 3
of 10 of those that turn overconfident pass, and 6 % of typical good ones do not."""
TELLING = 3.0
"""Where forgetting could not be found at so many times its limit, the base is weak there."""


def applicable(
    gates: Sequence[Gate] | None,
    measurements: Sequence[Measurement],
    limits: Mapping[str, Gate | None] | None = None,
) -> tuple[Gate, ...]:
    """The gates to decide on: the given ones, else the default ones that something measures.

    Calibration is not among the default ones where too few questions tell it.
    Where the base answers so little rightly that forgetting could not be seen, `own_answers` joins
    the default ones; where it answers nothing, it takes the place of `forgetting`.

    Args:
        gates: all that are held; None for the default ones.
        measurements: of the base against itself.
        limits: gates in place of the default ones or beside them, by their key; None switches one
            off.

    Raises:
        InputError: a gate that was asked for looks at what nothing measures.
    """
    measured, moved = {measurement.key for measurement in measurements}, limits or {}
    asked = [gate for gate in moved.values() if gate] if gates is None else gates
    for gate in asked:
        if gate.key not in measured and not (gates is None and by_another(gate, moved, measured)):
            raise InputError(nothing_measures(gate.key, measured))
    if gates is not None:
        return tuple(gates)
    by_key = {measurement.key: measurement for measurement in measurements}
    usual: dict[str, Gate | None] = {
        gate.key: gate
        for gate in DEFAULT_GATES
        if gate.key in measured and not _too_few_questions(gate, by_key[gate.key])
    }
    held = [
        gate for key, gate in (usual | dict(moved)).items() if gate is not None and key in measured
    ]
    return tuple(_with_own_answers(held, measurements, moved.get(OWN_ANSWERS.key, OWN_ANSWERS)))


def left_out(
    gates: Sequence[Gate] | None,
    measurements: Sequence[Measurement],
    limits: Mapping[str, Gate | None] | None = None,
) -> tuple[str, ...]:
    """The default gates that the user's limits switch off, or that the user's gates leave out.

    Of `gates` only those that something measures: what is not, is told as that.
    """
    measured, moved = {measurement.key for measurement in measurements}, limits or {}
    kept = {gate.key for gate in gates or ()}
    usual = [gate.key for gate in DEFAULT_GATES if gate.key in measured]
    if gates is None:
        off = [gate.key for gate in DEFAULT_GATES if moved.get(gate.key, True) is None]
        return tuple(off)
    return tuple(key for key in usual if key not in kept)


def by_another(gate: Gate, limits: Mapping[str, Gate | None], measured: AbstractSet[str]) -> bool:
    """Whether another split of a default gate is held: one name may move them both."""
    usual = {other.key for other in DEFAULT_GATES if other.measurement == gate.measurement}
    return gate.key in usual and bool(usual & limits.keys() & measured)


def nothing_measures(key: str, measured: AbstractSet[str]) -> str:
    """Why a gate cannot be held, and what was probably meant."""
    near = difflib.get_close_matches(key, sorted(measured), n=1)
    meant = f" Did you mean `{near[0]}`?" if near else ""
    return (
        f"nothing measures `{key}`, which a gate asks for.{meant} With these probes there are "
        f"{sorted(measured)}. Give probes for it, or leave the gate out."
    )


def _with_own_answers(
    gates: Sequence[Gate], measurements: Sequence[Measurement], own: Gate | None
) -> Iterator[Gate]:
    by_key, asked = {m.key: m for m in measurements}, {gate.key for gate in gates}
    for gate in gates:
        forgetting = by_key[gate.key]
        weak = gate.key == FORGETTING and _is_weak(forgetting, gate)
        stands_in = weak and own is not None and own.key in by_key
        if not (stands_in and forgetting.at_floor):
            yield gate
        if stands_in and own is not None and own.key not in asked:
            yield own


def _is_weak(forgetting: Measurement, gate: Gate) -> bool:
    """Whether a drop of three times the limit would not be found at a single look."""
    if forgetting.at_floor:
        return True
    if not forgetting.discrete or forgetting.base is None:
        return False
    room, level = forgetting.base - forgetting.chance, Look(number=1, planned=1).level
    found = smallest_drop(forgetting.num_scored, room, gate.limit, level / len(DEFAULT_GATES))
    return found > TELLING * gate.limit


def _num_questions(measurement: Measurement) -> int:
    scored = measurement.estimate.n if measurement.estimate else measurement.num_scored
    return scored + measurement.num_unscored + measurement.num_cut_off


def _too_few_questions(gate: Gate, measurement: Measurement) -> bool:
    return gate.measurement == CALIBRATION and _num_questions(measurement) < FEWEST_QUESTIONS


def unmeasured(
    measurements: Sequence[Measurement],
    limits: Mapping[str, Gate | None] | None = None,
    held: Sequence[Gate] = (),
) -> tuple[str, ...]:
    """The default gates that nothing measures, or too few questions.

    Args:
        measurements: of the base against itself.
        limits: what the user moved; a gate that is switched off is not named.
        held: the run's gates; one that the user asked for is held on however few questions.
    """
    by_key, moved = {measurement.key: measurement for measurement in measurements}, limits or {}
    passed_over = {gate.key for gate in held} | {key for key, gate in moved.items() if gate is None}
    gates = [gate for gate in DEFAULT_GATES if gate.key not in passed_over]
    return tuple(_unmeasured(by_key, gates))


def _unmeasured(by_key: Mapping[str, Measurement], gates: Sequence[Gate]) -> Iterator[str]:
    for gate in gates:
        measurement = by_key.get(gate.key)
        if measurement is None:
            yield gate.key
        elif _too_few_questions(gate, measurement):
            asked = _num_questions(measurement)
            yield f"{gate.key} ({asked} questions are too few, {FEWEST_QUESTIONS} would do)"
