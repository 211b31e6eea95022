"""Decides a checkup by its gates, at first and again: on other limits, or with later scores."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ftguard.errors import InputError
from ftguard.measures.measurement import Measurement
from ftguard.stats.alpha_spending import Look
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.choice import read_curves
from ftguard.verdict.curves import Measured
from ftguard.verdict.defaults import FORGETTING, by_another, nothing_measures
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import decide
from ftguard.verdict.remedies import Remedy, advise
from ftguard.verdict.run import Run


def decided(
    checkup: Checkup,
    past: Sequence[Checkup],
    run: Run,
    *,
    look: Look,
    patience: int,
    remedies: Sequence[Remedy] = (),
) -> Checkup:
    """The checkup with the verdict on its measurements, and the advice that this calls for.

    Args:
        checkup: what it says of a verdict and of advice is passed over.
        past: the checkups of this run before it, oldest first.
        run: whose gates decide.
        look: which of the run's looks it is.
        patience: breached checkpoints in a row before stopping is advised.
        remedies: the user's own.
    """
    curves = read_curves(run.gates, past, Measured.at(checkup.progress, checkup.measurements))
    verdict = decide(checkup.measurements, run.gates, look, curves)
    if not run.gates and FORGETTING in run.not_measured:
        verdict = replace(verdict, passed=None)  # No probe is left: nothing was measured.
    found = replace(checkup, verdict=verdict, advice=())
    return replace(
        found, advice=advise(found, past, run, look=look, patience=patience, own=remedies)
    )


def gates_moved(
    gates: Sequence[Gate],
    moved: Mapping[str, Gate | None],
    measurements: Sequence[Measurement],
) -> tuple[Gate, ...]:
    """A run's gates with other limits.

    Args:
        gates: those that the run was held against.
        moved: what `read_limits` made of the user's; None takes a gate away.
        measurements: of the run, which a new gate has to find its own among.

    Raises:
        InputError: nothing measured what a limit is on.
    """
    measured = {measurement.key for measurement in measurements}
    held: dict[str, Gate | None] = {gate.key: gate for gate in gates}
    for key, gate in moved.items():
        known = held.get(key)
        if key in measured and gate is not None and known is not None:
            # What else was asked of the gate stays as it was.
            held[key] = replace(gate, price=known.price, own_limit=known.own_limit)
        elif key in measured or gate is None:
            held[key] = gate
        elif not by_another(gate, moved, measured):
            raise InputError(nothing_measures(key, measured))
    return tuple(gate for gate in held.values() if gate is not None)
