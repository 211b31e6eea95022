"""Makes `Facts`, what a gate's state rests on whatever its limit, and holds them against one."""

import math
from dataclasses import dataclass

from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import Estimate, student_estimate
from ftguard.stats.few import unseen
from ftguard.verdict.curves import Reading
from ftguard.verdict.defaults import DEFAULT_GATES, FEWEST_QUESTIONS, FORGETTING, OWN_ANSWERS
from ftguard.verdict.gate import (
    CALIBRATION,
    WIDEST,
    Gate,
    State,
    badness,
    below_noise,
    limit_on,
)
from ftguard.verdict.sensible import sensible

MOST_UNSCORED = 0.10
"""With a larger share of unscored probes there is not enough evidence."""
OWN = 0.15
"""A change that is beyond its limit at this one-sided level, by the look itself or with those
beside it, is suspect whatever the curve says; `tests/benchmarks/choice.py` chose it: smaller levels
keep more bad checkpoints of curves that jump, larger ones refuse more good ones for their noise."""

OF_TENTH = next(gate.limit for gate in DEFAULT_GATES if gate.key == FORGETTING)
"""What may be lost unseen where the limit itself says nothing of shares: that of forgetting."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a measurement says before it is held against a limit."""

    measurement: Measurement
    bad: Estimate | None
    """The change turned so that higher is worse; None where it decides nothing."""
    idle: State | None
    """The state that no limit changes: nothing to lose, missing, or too wide where it is a
    calibration error of few questions. Of what was not asked a curve may still speak."""
    any_width: bool
    """Whether an interval is never too wide: that of a gain, or of a calibration gate's rise."""
    telling: float
    """As how many independent probes it tells; infinitely many where that means nothing, as of what
    is no share, or of calibration, whose own interval says so."""
    most_unseen: float
    """At most so much of it may be, whatever the limit: 1, but for what has no limit on a share of
    the probes."""

    @classmethod
    def of(cls, measurement: Measurement) -> "Facts":
        """What a measurement says."""
        return cls(
            measurement=measurement,
            bad=badness(measurement) if enough(measurement) else None,
            idle=_idle(measurement),
            any_width=measurement.higher_is_better or measurement.name == CALIBRATION,
            telling=_telling(measurement),
            most_unseen=OF_TENTH if _is_of_no_share(measurement) else 1.0,
        )

    @property
    def unseen(self) -> float:
        """The share that may be lost though no probe showed a loss."""
        return unseen(self.telling)

    def too_few(self, limit: float) -> bool:
        """Whether there are so few probes that a loss beyond the limit could be one of the others.

        Args:
            limit: on what is turned so that higher is worse.
        """
        return self.unseen > self.may_be_unseen(limit)

    def may_be_unseen(self, limit: float) -> float:
        """The largest share that may be lost unseen, of a limit as in `too_few`."""
        gain = self.measurement.higher_is_better
        return self.most_unseen if gain else min(limit, self.most_unseen)

    def width(self, judged: Estimate) -> float:
        """Of what is judged, or of the change itself where that is narrower.

        Either tells how well the change is known: a curve is no less sure for a look that is sure
        alone, and a look no less for the wider ends of a curve. A worst slice's own ends are
        further out, for having been chosen; that is no lack of probes. What no interval knows, that
        many looks ask the same few probes, `too_few` does: where none of them changes there is no
        spread to see, and a curve would take each look for new evidence.
        """
        if self.bad is None:
            return judged.high - judged.low
        bad = self.bad
        own = student_estimate(bad.value, bad.stderr, dof=bad.dof, n=bad.n)
        return min(judged.high - judged.low, own.high - own.low)


def enough(measurement: Measurement) -> bool:
    """Whether so few probes are unscored that the others decide, and those are no small part."""
    scored = measurement.estimate.n if measurement.estimate else measurement.num_scored
    unscored = measurement.num_unscored
    return unscored <= MOST_UNSCORED * (scored + unscored) and not _too_small_a_part(measurement)


def _too_small_a_part(measurement: Measurement) -> bool:
    """Whether too few questions were asked at this checkpoint to decide on calibration by them.

    Other measurements of few probes have a wide interval, and are read off the run's curve; of the
    calibration error there is no curve, and its interval is one of large samples.
    """
    is_part = measurement.name == CALIBRATION and measurement.num_in_all > 0
    return is_part and measurement.num_asked < FEWEST_QUESTIONS


def _telling(measurement: Measurement) -> float:
    allowed = sensible(measurement.key)
    if allowed is None or math.isinf(allowed.most) or measurement.name == CALIBRATION:
        return math.inf
    n = measurement.estimate.n if measurement.estimate else measurement.num_scored
    return n if measurement.telling is None else measurement.telling


def _is_of_no_share(measurement: Measurement) -> bool:
    """A gain's limit may be 0; half as likely each, the base's own answers stand for forgetting."""
    return measurement.higher_is_better or measurement.key == OWN_ANSWERS.key


def _idle(measurement: Measurement) -> State | None:
    if measurement.at_floor and (measurement.nothing_open or enough(measurement)):
        return "nothing to lose"
    if measurement.estimate is not None and _too_small_a_part(measurement):
        return "too wide"
    if measurement.estimate is None or not enough(measurement):
        return "missing"
    return None


def state_of(gate: Gate, facts: Facts, reading: Reading | None, *, finding: bool) -> State:
    """What a gate says of a measurement.

    What a budget left out at this checkpoint is *not asked* where the curve of the looks around it
    is within the limit: that keeps the verdict undecided, and the checkpoint may be kept as one
    that is too wide to decide on may be. Where no curve says so it is *missing*, so that what was
    never asked, or is beyond the limit wherever it was, is not kept for want of asking.

    `report/page/static/rule.js` says the same of the same figures, and a test holds the two
    together: change both.

    Args:
        gate: the limit.
        facts: what is held against it.
        reading: what the curve says of it, where there is one.
        finding: whether the change is beyond chance in its family.
    """
    if facts.idle is not None or facts.bad is None:
        silent = facts.idle == "missing" and facts.measurement.not_asked
        return _left_out(gate, facts, reading) if silent else facts.idle or "missing"
    bad, limit = facts.bad, limit_on(gate, facts.measurement)
    if finding and bad.value > limit and not below_noise(gate, facts.measurement, bad):
        return "breach"
    judged = reading.estimate if reading else bad
    # Where a step or a spike is real, the looks around it would smooth it away.
    if judged.value > limit or (reading is not None and reading.p_within < OWN):
        return "suspect"
    if facts.too_few(limit):
        return "too wide"
    if max(bad.high, judged.high) <= limit and facts.measurement.noise <= max(0, limit):
        return "clear"
    wide = not facts.any_width and facts.width(judged) > WIDEST * limit
    return "too wide" if wide else "within"


def _left_out(gate: Gate, facts: Facts, reading: Reading | None) -> State:
    """Of what was not asked, by the curve alone."""
    if reading is None or reading.p_within < OWN:
        return "missing"
    within = reading.estimate.value <= limit_on(gate, facts.measurement)
    return "not asked" if within else "missing"
