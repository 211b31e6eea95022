"""Makes `Calibrated`, what a calibration gate rests on: a costly rise, or too large an error."""

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What is measured of a checkpoint's calibration before it is held against limits."""

    rise: Measurement
    own: Measurement
    """The checkpoint's own error."""
    proper: Measurement
    """The change of the proper score."""
    moves: tuple[Measurement, ...]
    """Changes of accuracy and confidence."""
    excused: bool
    """Whether a gain of accuracy is worth more than a rise."""
    p_of_rise: float
    """One-sided, of no costly rise."""
    p_of_moves: tuple[float, ...]
    """One-sided, of each move either way."""

    @classmethod
    def of(cls, slice: str, by_key: Mapping[str, Measurement]) -> "Calibration | None":
        """Of one slice.

        Args:
            slice: `target` or `general`.
            by_key: the checkpoint's measurements; what is looked at is `calibration`,
                `calibration_error`, `brier`, `answer_brier`, `accuracy`, `confidence` and
                `overconfidence` of the slice.

        Returns:
            None where not all of this is measured, or neither model has a confidence to speak of.
        """
        names = (CALIBRATION, OWN, PROPER, ANSWERS, *MOVES)
        found = {name: by_key.get(f"{name}/{slice}") for name in names}
        parts = {name: m for name, m in found.items() if m is not None and m.estimate is not None}
        if len(parts) < len(names) or parts[CALIBRATION].nothing_open:
            return None
        rise, proper = parts[CALIBRATION], parts[PROPER]
        moves = tuple(parts[name] for name in MOVES)
        return cls(
            rise=rise,
            own=parts[OWN],
            proper=proper,
            moves=moves,
            excused=p_value(turned(_of(parts[ANSWERS]))) <= DOUBT / BRANCHES,
            p_of_rise=max(p_value(_of(rise)), p_value(_of(proper))),
            p_of_moves=tuple(min(p_value(_of(m)), p_value(turned(_of(m)))) for m in moves),
        )

    @property
    def costly(self) -> bool:
        """Whether a rise would cost something: nothing excuses it, and the proper score fell."""
        return not (self.excused or self.rise.at_floor or _of(self.proper).value <= 0)

    @property
    def never_costs(self) -> bool:
        """Whether the proper score is proven to be no worse."""
        return _of(self.proper).high <= 0

    @property
    def rise_is_noise(self) -> bool:
        """Whether the base differs from itself by as much as the rise or its cost."""
        return any(0 < m.noise >= _of(m).value for m in (self.rise, self.proper))

    @property
    def reach(self) -> float:
        """How far accuracy or confidence may have moved either way."""
        return max(max(-_of(m).low, _of(m).high) for m in self.moves)

    @property
    def sizes(self) -> tuple[float, ...]:
        """How far each of `moves` is, either way."""
        return tuple(abs(_of(m).value) for m in self.moves)

    def held(self, gate: Gate) -> Calibrated:
        """Against the limits of a gate."""
        moved = [i for i, size in enumerate(self.sizes) if size > gate.limit]
        rises = self.costly and _of(self.rise).value > gate.limit
        by_rise = self.p_of_rise if rises else 1.0
        by_own = self._p_by_own(gate, moved)
        surer: Literal["rise", "own"] = "rise" if by_rise <= by_own else "own"
        p = min(1.0, BRANCHES * min(by_rise, by_own))
        return Calibrated(
            rise=self.rise,
            own=self.own,
            proper=self.proper,
            excused=self.excused,
            p=p,
            beyond=surer if p < 1 else "",
            noisy=self.rise_is_noise if surer == "rise" else self._own_is_noise(gate, moved),
            proven=self._is_proven(gate),
        )

    def _p_by_own(self, gate: Gate, moved: Sequence[int]) -> float:
        error = _of(self.own)
        if not moved or error.value <= gate.largest_error:
            return 1.0
        # Two-sided, and Bonferroni over all that could have moved.
        tail = min(self.p_of_moves[i] for i in moved)
        return max(p_value(error, gate.limit), min(1.0, 2 * len(MOVES) * tail))

    def _own_is_noise(self, gate: Gate, moved: Sequence[int]) -> bool:
        # Between two readings of one model an error differs by as much as its rise does.
        excess = _of(self.own).value - gate.limit
        return 0 < self.rise.noise >= excess or all(
            0 < self.moves[i].noise >= self.sizes[i] for i in moved
        )

    def _is_proven(self, gate: Gate) -> bool:
        rise, own = self.rise, _of(self.own)
        no_rise = _of(rise).high <= gate.limit and rise.noise <= gate.limit
        small = own.high <= gate.largest_error or self.reach <= gate.limit
        return (no_rise or self.never_costs) and small


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

    `report/page/static/rule.js` says the same of the same figures, and a test holds the two
    together: change both.

    Args:
        gate: a limit on `calibration/SLICE`.
        by_key: the checkpoint's measurements, as `Calibration.of` takes them.

    Returns:
        None where the gate is on something else, or there is no `Calibration`.
    """
    if gate.measurement != CALIBRATION:
        return None
    found = Calibration.of(gate.slice, by_key)
    return found.held(gate) if found else None


def _of(measurement: Measurement) -> Estimate:
    if measurement.estimate is None:
        raise ValueError(f"{measurement.key} has no estimate")
    return measurement.estimate
