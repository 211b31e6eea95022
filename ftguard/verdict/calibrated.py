"""Makes `Calibrated`, what a calibration gate rests on: a costly rise, or too large an error."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import Estimate, p_value
from ftguard.verdict.gate import CALIBRATION, Gate, State, turned

PROPER = "brier"
"""The score that has to be worse where a rise is held against a checkpoint. The log-likelihood
finds 2 to 3 points more of a mild overconfidence, but sure mistakes of up to 13.8 nats widen its
interval: it proves 15 % of typical good fine-tunes clear where the Brier score proves 72 %
(`tests/benchmarks/calibration_gate.py`)."""
ANSWERS = "answer_brier"
"""The score in which a gain of accuracy counts too: where it is better beyond chance, a rise came
with a gain that is worth more than it."""
OWN = "calibration_error"
MOVES = ("accuracy", "confidence", "overconfidence")
"""What a fine-tune must have moved, so that the error that it ends at is its own."""
DOUBT = 0.10
"""A suspicion is one up to this p; what is less sure refuses no checkpoint."""
BRANCHES = 2
"""Ways to be beyond: the p-value is Bonferroni's over them."""


@dataclass(frozen=True, kw_only=True)
class Calibrated:
    """What a calibration gate's measurement and those beside it say together."""

    rise: Measurement
    own: Measurement
    """The checkpoint's own error."""
    proper: Measurement
    """The change of the proper score."""
    excused: bool
    """Whether a gain of accuracy is worth more than a rise."""
    p: float
    """One-sided, of nothing lost; 1 where no limit is crossed."""
    beyond: Literal["", "rise", "own"]
    """Which limit is crossed at a cost, the surer one of both."""
    noisy: bool
    """Whether the base differs from itself by as much when it is asked twice."""
    proven: bool
    """Whether neither limit can be crossed at a cost, at the level of the intervals."""

    @property
    def width(self) -> float:
        """Of the own error's interval, in points."""
        own = _of(self.own)
        return own.high - own.low

    def state(self, *, finding: bool) -> State:
        """The gate's state, `finding` telling whether `p` is beyond chance in its family."""
        if self.beyond and finding and not self.noisy:
            return "breach"
        if self.beyond and self.p <= DOUBT:
            return "suspect"
        if self.rise.at_floor:
            return "nothing to lose"
        return "clear" if self.proven else "within"


def calibrated(gate: Gate, by_key: Mapping[str, Measurement]) -> Calibrated | None:
    """Hold a checkpoint's calibration against a gate in two ways, either of which is enough.

    - *A costly rise:* the error rose beyond `gate.limit`, and the proper score got worse. That
      needs both beyond chance (an intersection-union test, Berger 1982, Technometrics 24:295: the
      larger p-value counts). A base at the floor had no calibration to lose, and a gain of
      accuracy that is worth more than what the score lost excuses it.
    - *Too large an error:* the checkpoint's own error is beyond `gate.own_limit` (and, beyond
      chance, above what may be risen by), and the fine-tune moved accuracy or confidence beyond
      `gate.limit` and beyond chance. An error that the base has too, and that nothing moved, is
      not of this run's making, and no remedy could mend it.

    Args:
        gate: a limit on `calibration/SLICE`.
        by_key: the checkpoint's measurements; what is looked at is `calibration_error`, `brier`,
            `answer_brier`, `accuracy`, `confidence` and `overconfidence` of the same slice.

    Returns:
        None where the gate is on something else, not all of this is measured, or neither model
        has a confidence to speak of.
    """
    names = (CALIBRATION, OWN, PROPER, ANSWERS, *MOVES)
    found = {name: by_key.get(f"{name}/{gate.slice}") for name in names}
    parts = {name: m for name, m in found.items() if m is not None and m.estimate is not None}
    if gate.measurement != CALIBRATION or len(parts) < len(names):
        return None
    if parts[CALIBRATION].nothing_open:
        return None
    moved = [m for name in MOVES if abs(_of(m := parts[name]).value) > gate.limit]
    excused = p_value(turned(_of(parts[ANSWERS]))) <= DOUBT / BRANCHES
    by_rise = 1.0 if excused else _p_of_rise(gate, parts)
    by_own = _p_of_own(gate, parts[OWN], moved)
    surer: Literal["rise", "own"] = "rise" if by_rise <= by_own else "own"
    p = min(1.0, BRANCHES * min(by_rise, by_own))
    return Calibrated(
        rise=parts[CALIBRATION],
        own=parts[OWN],
        proper=parts[PROPER],
        excused=excused,
        p=p,
        beyond=surer if p < 1 else "",
        noisy=_rise_is_noise(parts) if surer == "rise" else _own_is_noise(gate, parts, moved),
        proven=_is_proven(gate, parts),
    )


def _of(measurement: Measurement) -> Estimate:
    if measurement.estimate is None:
        raise ValueError(f"{measurement.key} has no estimate")
    return measurement.estimate


def _p_of_rise(gate: Gate, parts: Mapping[str, Measurement]) -> float:
    rise, proper = parts[CALIBRATION], _of(parts[PROPER])
    increase = _of(rise)
    if rise.at_floor or increase.value <= gate.limit or proper.value <= 0:
        return 1.0
    return max(p_value(increase), p_value(proper))


def _p_of_own(gate: Gate, own: Measurement, moved: list[Measurement]) -> float:
    error = _of(own)
    if not moved or error.value <= gate.largest_error:
        return 1.0
    # Two-sided, and Bonferroni over all that could have moved.
    tails = [p_value(way) for m in moved for way in (_of(m), turned(_of(m)))]
    return max(p_value(error, gate.limit), min(1.0, 2 * len(MOVES) * min(tails)))


def _rise_is_noise(parts: Mapping[str, Measurement]) -> bool:
    return any(0 < m.noise >= _of(m).value for m in (parts[CALIBRATION], parts[PROPER]))


def _own_is_noise(gate: Gate, parts: Mapping[str, Measurement], moved: list[Measurement]) -> bool:
    # Between two readings of one model an error differs by as much as its rise does.
    excess = _of(parts[OWN]).value - gate.limit
    return 0 < parts[CALIBRATION].noise >= excess or all(
        0 < m.noise >= abs(_of(m).value) for m in moved
    )


def _is_proven(gate: Gate, parts: Mapping[str, Measurement]) -> bool:
    rise, own = parts[CALIBRATION], parts[OWN]
    still = all(max(-_of(parts[m]).low, _of(parts[m]).high) <= gate.limit for m in MOVES)
    no_rise = _of(rise).high <= gate.limit and rise.noise <= gate.limit
    no_cost = _of(parts[PROPER]).high <= 0
    return (no_rise or no_cost) and (_of(own).high <= gate.largest_error or still)
