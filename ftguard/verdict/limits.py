"""Reads the limits that a user moves: names and numbers that become gates beside the default."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import replace

from ftguard.errors import InputError
from ftguard.verdict.defaults import DEFAULT_GATES, OWN_ANSWERS
from ftguard.verdict.gate import Gate

_USUAL = {gate.key: gate for gate in (*DEFAULT_GATES, OWN_ANSWERS)}
HOW = "`limits` maps names to numbers, such as {'forgetting': 0.2}"


def read_limits(
    limits: Mapping[str, float | None], held: Container[str] = ()
) -> dict[str, Gate | None]:
    """The gates that limits ask for, by their key; None where one is switched off.

    `forgetting`, `tail`, `calibration` (both splits) and `own_answers` move those limits, and the
    point from which advice is given along with them; any other name, such as `forgetting/math`,
    is a gate of its own.

    Args:
        limits: from a name, or NAME/SLICE, to the largest acceptable change in the measurement's
            unit (the least, for gains); None switches a default gate off.
        held: keys of gates that a run has besides, which can be switched off too.

    Raises:
        InputError: a name that is nearly one of ours, one given twice, or a limit without sense.
    """
    if not isinstance(limits, Mapping):
        raise InputError(f"{HOW}, got {limits!r}.")
    found: dict[str, Gate | None] = {}
    for name, limit in limits.items():
        for key, gate in _gates(name, limit, held):
            if key in found:
                raise InputError(f"two names in `limits` stand for `{key}`: give one of them.")
            found[key] = gate
    return found


def _gates(
    name: str, limit: float | None, held: Container[str]
) -> Iterator[tuple[str, Gate | None]]:
    if not isinstance(name, str):
        raise InputError(f"{HOW}, got the name {name!r}.")
    short = [gate for gate in _USUAL.values() if gate.measurement == name]
    gates = short or [_USUAL.get(name) or _named(name)]
    for gate in gates:
        if limit is None and gate.key not in _USUAL and gate.key not in held:
            raise InputError(f"`{name}` is no default gate, so there is nothing to switch off.")
        yield gate.key, None if limit is None else _moved(gate, limit)


def _named(name: str) -> Gate:
    measurement, _, slice_name = name.partition("/")
    # The limit is a stand-in that every measurement allows: it is moved at once.
    return Gate(measurement=measurement, slice=slice_name or "all", limit=1.0)


def _moved(gate: Gate, limit: float) -> Gate:
    """The gate with another limit; advice begins at the same share of it."""
    moved = replace(gate, limit=limit, advise_at=None)
    if gate.advise_at is None:
        return moved
    return replace(moved, advise_at=gate.advise_at / gate.limit * limit)
