"""Decides a whole run anew from its ledger: on other limits, no model needed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ftguard.run.state import RunState
from ftguard.verdict.again import decided, gates_moved
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.defaults import DEFAULT_GATES
from ftguard.verdict.gate import Gate

PATIENCE = 2
"""Breached checkpoints in a row before stopping is advised, as runs have it by default."""


def decided_anew(
    state: RunState, moved: Mapping[str, Gate | None], *, strict: bool | None = None
) -> RunState:
    """The run's state as it would be had its gates been these.

    Every look at the gates stays the look that it was, so that with no limit moved each verdict
    comes out as it was recorded; gates that a resume had changed are those of the last attempt.

    Args:
        state: of a run with at least one attempt.
        moved: the limits to move, as `read_limits` makes them.
        strict: whether only proven checkpoints can be the best; None for what the run had.

    Raises:
        InputError: nothing measured what a limit is on.
    """
    measured = [m for checkup in state.checkups for m in checkup.measurements]
    latest = state.attempts[-1]
    run = latest
    if moved:
        gates = gates_moved(latest.gates, moved, measured)
        run = replace(latest, gates=gates, left_out=_left_out(latest.left_out, moved, gates))
    found: list[Checkup] = []
    for checkup in state.checkups:
        found.append(
            decided(checkup, found, run, look=state.look_of(checkup.id), patience=PATIENCE)
        )
    return replace(
        state,
        attempts=(*state.attempts[:-1], run),
        checkups=tuple(found),
        strict=state.strict if strict is None else strict,
    )


def _left_out(
    before: Sequence[str], moved: Mapping[str, Gate | None], gates: Sequence[Gate]
) -> tuple[str, ...]:
    """The default gates that are switched off: as before, or by these limits."""
    usual, held = {gate.key for gate in DEFAULT_GATES}, {gate.key for gate in gates}
    off = [key for key, gate in moved.items() if gate is None and key in usual]
    return tuple(key for key in dict.fromkeys((*before, *off)) if key not in held)
