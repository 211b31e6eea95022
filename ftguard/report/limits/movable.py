"""Makes `Movable`, a gate whose limit a reader of the report may move, and how far."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ftguard.text.formatting import NATS, PERCENT, POINTS
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate, badness
from ftguard.verdict.sensible import DISTANCE, DROP, Range, sensible

FINE = 0.005
"""Half a percent, or half a point: the least that a limit is moved by."""
STEPS = 200
"""Moves from one end to the other where nothing says which limits make sense."""
BEYOND = 2.0
"""How many times what was measured such an end lies at."""

_TITLES = {
    "calibration": "calibration",
    "drift": "drift",
    "forgetting": "forgetting",
    "format": "keeping to a form",
    "own_answers": "the base's own answers",
    "tail": "tail",
    "target": "target gain",
}
_SLICES = {
    "all": "",
    "changed": ", answers changed",
    "general": " on general questions",
    "likelihood": ", of given texts",
    "nats": ", nats per token",
    "target": " on the target",
    "worst": ", worst slice",
}


@dataclass(frozen=True, kw_only=True)
class Movable:
    """One gate, and the limits that it may be given."""

    key: str
    """`forgetting/all`."""
    title: str
    """In words; names of measures and slices of one's own are in it as they are."""
    unit: str
    """Of the limit: `relative`, `points` or `nats`, or that of a user's measure."""
    limit: float
    """As the run has it."""
    least: float
    most: float
    step: float
    """By how much to move."""
    gain: bool
    """Whether the limit is a least gain, so that a larger one is stricter."""
    price: float
    own_limit: float | None


def movable(gate: Gate, checkups: Sequence[Checkup]) -> Movable:
    """How a gate's limit may be moved.

    The ends are those of the limits that make sense; where any does, twice what was measured or
    asked, whichever is more.
    """
    found = [m for c in checkups for m in c.measurements if m.key == gate.key]
    measured = [bad.value for m in found if (bad := badness(m)) is not None]
    allowed = sensible(gate.key)
    if allowed is not None and math.isfinite(allowed.most):
        step, least, most = FINE, allowed.above + FINE, allowed.most
    else:
        far = BEYOND * max(abs(x) for x in (gate.limit, *measured)) or 1.0
        step = _round(far / STEPS)
        most = step * math.ceil(far / step)
        least = step if allowed is not None else -most
    return Movable(
        key=gate.key,
        title=_title(gate),
        unit=found[-1].unit if found else _unit(allowed),
        limit=gate.limit,
        least=min(least, gate.limit),
        most=max(most, gate.limit),
        step=step,
        gain=any(m.higher_is_better for m in found),
        price=gate.price,
        own_limit=gate.own_limit,
    )


def _unit(allowed: Range | None) -> str:
    """Of what was not measured yet."""
    if allowed is DISTANCE:
        return NATS
    return PERCENT if allowed is DROP else POINTS


def _title(gate: Gate) -> str:
    known = gate.measurement in _TITLES
    name = _TITLES.get(gate.measurement, gate.measurement)
    of = _SLICES.get(gate.slice) if known or gate.slice == "all" else None
    return f"{name}, {gate.slice}" if of is None else f"{name}{of}"


def _round(number: float) -> float:
    """To one digit, so that limits have few."""
    return float(f"{number:.0e}")
