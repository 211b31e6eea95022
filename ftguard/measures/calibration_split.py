"""Makes the measurements of one split's calibration: what the gate looks at, and what papers do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields

from ftguard.measures.measurement import Measurement
from ftguard.stats.calibration_change import calibration_change
from ftguard.stats.calibration_error import (
    BrierParts,
    Confidences,
    accuracy,
    answer_brier_score,
    brier_parts,
    brier_score,
    cross_fitted_ece,
    equal_width_ece,
    mean_confidence,
    negative_log_likelihood,
    overconfidence,
)
from ftguard.stats.estimates import LEVEL, Array, at_floor, mean_estimate
from ftguard.text.formatting import NATS, POINTS

SEED = 0
RESAMPLES = 2_000
SILENT = 0.05
"""Where neither model gives its answers more than this, as with long ones (each token of 60 at 0.95
make 0.046), the probability of a whole answer is no confidence."""
FLOOR = (
    "the base is right on {right:.3f} of these {n}, not beyond chance ({chance:.2f}), so it had no "
    "calibration to lose"
)
NO_CONFIDENCE = (
    "whole answers have a probability of {base:.3f} before and {now:.3f} after, too long for it to "
    "tell how sure either model is"
)


Metric = Callable[[Array, Array], Array]
"""Takes confidence and correctness of shape [..., n] and returns shape [...]."""

REPORTED: dict[str, tuple[Metric, str]] = {
    "ece15": (equal_width_ece, POINTS),
    "brier": (brier_score, POINTS),
    "answer_brier": (answer_brier_score, POINTS),
    "nll": (negative_log_likelihood, NATS),
    "accuracy": (accuracy, POINTS),
    "confidence": (mean_confidence, POINTS),
    "overconfidence": (overconfidence, POINTS),
}
"""What stands beside the gate's measurement, and its unit."""


@dataclass(frozen=True, kw_only=True)
class Sides:
    """Confidence and correctness of the same n probes before and after."""

    before: Confidences
    after: Confidences
    chance: Array
    """The score of guessing on each, shape [n]; of a part, on all that `right` is of."""
    right: Array | None = None
    """Where a part was asked: which of all its answers to the split the base has right."""

    @property
    def at_floor(self) -> bool:
        """Whether the base's accuracy is not beyond chance: unsure and wrong is no skill to lose.

        A base that is always wrong and never sure has a calibration error of 0.
        """
        return at_floor(self.known, self.chance, discrete=True)

    @property
    def known(self) -> Array:
        """Which answers the base has right, of all that tell what it knows."""
        return self.before.correct if self.right is None else self.right

    @property
    def silent(self) -> bool:
        """Whether neither model is sure of anything, right or wrong."""
        return max(float(side.confidence.mean()) for side in (self.before, self.after)) < SILENT


def measure_calibration(
    name: str, sides: Sides, *, seed: int = SEED, resamples: int = RESAMPLES
) -> Iterator[Measurement]:
    """The gate's measurement, how much the low-bias calibration error grew; then what it is now.

    Then all that the gate looks at beside them, and what papers report.

    Args:
        name: `target` or `general`.
        sides: of the probes scored on both sides.
        seed: of the bootstrap.
        resamples: bootstrap draws.
    """
    before, after = sides.before, sides.after
    found = calibration_change(before, after, level=LEVEL, seed=seed, resamples=resamples)
    base = float(cross_fitted_ece(before.confidence, before.correct))
    yield Measurement(
        name="calibration",
        slice=name,
        estimate=found.increase,
        base=base,
        now=found.error.value,
        unit=POINTS,
        own=found.error,
        overconfidence=float(overconfidence(after.confidence, after.correct)),
        at_floor=sides.at_floor or sides.silent,
        nothing_open=sides.silent,
        note=_nothing_to_lose(sides),
    )
    yield Measurement(
        name="calibration_error",
        slice=name,
        estimate=found.error,
        base=base,
        now=found.error.value,
        unit=POINTS,
    )
    yield from _beside(name, sides)


def _nothing_to_lose(sides: Sides) -> str:
    before, after = sides.before, sides.after
    if sides.silent:
        sure = float(before.confidence.mean()), float(after.confidence.mean())
        return NO_CONFIDENCE.format(base=sure[0], now=sure[1])
    if not sides.at_floor:
        return ""
    right, chance = float(sides.known.mean()), float(sides.chance.mean())
    return FLOOR.format(right=right, n=sides.known.size, chance=chance)


def _beside(name: str, sides: Sides) -> Iterator[Measurement]:
    """An interval where the metric is a mean over items."""
    before, after = sides.before, sides.after
    for metric, (of, unit) in REPORTED.items():
        was, now = (float(of(side.confidence, side.correct)) for side in (before, after))
        changes = None if of is equal_width_ece else _changes(of, before, after)
        yield Measurement(
            name=metric,
            slice=name,
            estimate=None if changes is None else mean_estimate(changes, discrete=of is accuracy),
            base=was,
            now=now,
            higher_is_better=of is accuracy,
            unit=unit,
        )
    was_parts, parts = (brier_parts(side.confidence, side.correct) for side in (before, after))
    for part in fields(BrierParts):
        yield Measurement(
            name=f"brier_{part.name}",
            slice=name,
            estimate=None,
            base=float(getattr(was_parts, part.name)),
            now=float(getattr(parts, part.name)),
            higher_is_better=part.name == "resolution",
            unit=POINTS,
        )


def _changes(of: Metric, before: Confidences, after: Confidences) -> Array:
    """Of each item: on its own it is a set of one, so that the metric of it is its contribution."""
    was, now = (of(side.confidence[:, None], side.correct[:, None]) for side in (before, after))
    return now - was
