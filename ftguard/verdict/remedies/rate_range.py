"""Makes `RateRange`: the learning rates at which a run like this one would keep a gate's limit.

Two laws, both of the *hazard* -ln(1 - loss), which for a likelihood is the nats lost per token and
which does not flatten where nearly all is lost:

    with the rate, over as many steps   hazard ~ rate ^ steepness
    with time, within one run           hazard ~ time ^ GROWTH

How much this model on this data loses at this rate is read from all the run's checkpoints together;
how that changes with the rate no single run shows, so the exponent comes from sweeps
(`tests/benchmarks/advice.py`), with their spread. The range holds both uncertainties.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ftguard.stats.estimates import Array, Estimate
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate
from ftguard.verdict.run import Run


@dataclass(frozen=True, kw_only=True)
class Law:
    """How a kind of loss grows with the rate."""

    steepness: float
    """The exponent of the hazard."""
    most: float
    """A loss beyond is read as this: how nearly all is gone says nothing of the rate."""


ANSWERS = Law(steepness=0.85, most=0.8)
"""Right or wrong: an answer turns once what spoke for it is used up."""
LIKELIHOODS = Law(steepness=0.7, most=0.98)
"""A continuum, which moves with the first step already and then ever less: below what is aimed for
its hazard grows as that of answers does."""
STEEPNESS_SPREAD = 1.35
"""The factor within which the steepness of two sweeps out of three lies."""
GROWTH, GROWTH_SPREAD = 0.4, 0.3
"""Of the hazard with time, and its standard deviation: some losses come at once, some steadily."""
AIM = 0.75
"""The loss to aim for, as a share of the limit: what is measured again may read higher."""
CAUTION = 0.2
"""The probability that even the cautious end of the range is too high."""
MISFIT, MISFIT_FAR = 0.25, 0.5
"""How far a checkpoint may lie from the law, in log hazard, and how much more for each factor of e
that it lies beyond the aim: a run that has lost nearly all tells little of where it began to."""
INDEPENDENT = 8
"""Of more checkpoints each counts for less: the same probes are asked, in nearly the same model."""
LEAST_LIMIT = 0.01
"""A limit below is read as this: no rate but 0 loses next to nothing."""
_STEPS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
LEAST_ERROR = 0.01
"""A standard error below is read as this: scores come in steps."""
_TINY = 1e-300
_NODES = np.linspace(-4.0, 4.0, 401)
_NODE_WEIGHTS = np.exp(-0.5 * _NODES**2) / np.exp(-0.5 * _NODES**2).sum()
_HAZARDS = np.linspace(-20.0, 4.0, 481)
"""Log hazards at which a checkpoint's likelihood is worked out."""
_LEVELS = np.linspace(math.log(1e-3), math.log(10), 185)
_GROWTHS = np.linspace(0.0, 1.2, 13)
_FAR = np.linspace(-2.5, 2.5, 21)
"""Steepnesses from the usual one, in spreads."""


@dataclass(frozen=True, kw_only=True)
class RateRange:
    """Peak learning rates for a run of as many steps."""

    low: float
    """Safe: the chance that it loses more than is aimed for is `CAUTION`."""
    advised: float
    """As likely to lose more as less than is aimed for."""
    allowed: float
    """Safely within the limit itself: the chance that it loses more is `CAUTION`."""
    high: float
    """As likely to lose more as less than the limit."""

    def at_most(self, rate: float) -> "RateRange":
        """The part of the range up to a rate."""
        return RateRange(
            low=min(self.low, rate),
            advised=min(self.advised, rate),
            allowed=min(self.allowed, rate),
            high=min(self.high, rate),
        )


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one checkpoint lost at a gate."""

    progress: float
    """Share of the planned steps that were done, in (0, 1]."""
    loss: Estimate
    """Higher is worse."""
    discrete: bool
    """Whether it is of answers that are right or wrong, or of likelihoods."""


def rate_range(gate: Gate, checkups: Sequence[Checkup], run: Run) -> RateRange | None:
    """The range that one gate allows, from the checkpoints trained at the run's own rate.

    Args:
        gate: on a loss.
        checkups: of one run so far, oldest first.
        run: gives the rate that they were trained at; one lowered on the way is another curve.

    Returns:
        None where nothing was measured, or nothing trained.
    """
    own = [c for c in checkups if c.learning_rate is None or c.learning_rate >= run.learning_rate]
    seen = list(losses(gate, own))
    if not seen or run.learning_rate <= 0:
        return None
    law = ANSWERS if seen[-1].discrete else LIKELIHOODS
    limit = max(gate.limit, LEAST_LIMIT)
    weights = _levels(seen, limit, law)
    aimed, kept = (_log_factors(weights, share * limit, law) for share in (AIM, 1.0))
    low, advised = _quantiles(aimed, (CAUTION, 0.5))
    allowed, high = _quantiles(kept, (CAUTION, 0.5))
    return RateRange(
        low=run.learning_rate * math.exp(low),
        advised=run.learning_rate * math.exp(advised),
        allowed=run.learning_rate * math.exp(allowed),
        high=run.learning_rate * math.exp(high),
    )


def losses(gate: Gate, checkups: Sequence[Checkup]) -> Iterator[Seen]:
    """What each checkpoint lost at a gate, where it was measured."""
    for checkup in checkups:
        for outcome in checkup.verdict.outcomes:
            bad = outcome.judged
            if outcome.gate.key == gate.key and bad is not None and checkup.progress > 0:
                discrete = outcome.measurement.discrete
                yield Seen(progress=checkup.progress, loss=bad, discrete=discrete)


def _hazard(loss: float, law: Law) -> float:
    return -math.log1p(-min(max(loss, 0.0), law.most))


def _levels(seen: Sequence[Seen], limit: float, law: Law) -> Array:
    """How probable each of `_LEVELS` is as the log hazard at the run's end, shape [levels]."""
    aim = _hazard(AIM * limit, law)
    growths = _GROWTHS[None, :]
    logs = -0.5 * ((growths - GROWTH) / GROWTH_SPREAD) ** 2 + np.zeros((_LEVELS.size, 1))
    # Neighbours among many checkpoints repeat one another, so that all count as so many.
    each = min(1.0, INDEPENDENT / len(seen))
    for point in seen:
        expected = _LEVELS[:, None] + growths * math.log(point.progress)
        logs += each * np.interp(expected, _HAZARDS, _log_likelihoods(point.loss, aim, law))
    found = np.exp(logs - logs.max()).sum(axis=1)
    weights: Array = found / found.sum()
    return weights


def _log_likelihoods(loss: Estimate, aim: float, law: Law) -> Array:
    """Of what was measured, given each of `_HAZARDS` by the law, shape [hazards].

    The checkpoint's own log hazard lies about the law's by the misfit, and what was measured lies
    about its loss by the standard error.
    """
    # A gain is no loss, however large it is.
    value = min(max(loss.value, 0.0), law.most)
    hazard = _hazard(value, law)
    far = math.log(hazard / aim) if hazard > aim else 0.0
    own = _HAZARDS[:, None] + (MISFIT + MISFIT_FAR * far) * _NODES
    errors = (value + np.expm1(-np.exp(own))) / max(loss.stderr, LEAST_ERROR)
    logs: Array = np.log(np.exp(-0.5 * errors**2) @ _NODE_WEIGHTS + _TINY)
    return logs


def _log_factors(weights: Array, goal: float, law: Law) -> tuple[Array, Array]:
    """The log factors on the rate that lead to a loss, each shape [n], and their weights."""
    prior = np.exp(-0.5 * _FAR**2)
    distance = math.log(_hazard(goal, law)) - _LEVELS[:, None]
    usual = np.where(distance < 0, law.steepness, ANSWERS.steepness)
    factors = distance / (usual * STEEPNESS_SPREAD**_FAR)
    both = weights[:, None] * (prior / prior.sum())
    return factors.ravel(), both.ravel()


def _quantiles(weighted: tuple[Array, Array], shares: Sequence[float]) -> list[float]:
    values, weights = weighted
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    places = np.minimum(np.searchsorted(reached, shares), order.size - 1)
    return [float(value) for value in values[order[places]]]


def rounded(rate: float) -> float:
    """The nearest of ten rates a decade: no advice is more exact than that."""
    exponent = math.floor(math.log10(rate))
    candidates = [step * 10.0**exponent for step in (*_STEPS, 10.0)]
    nearest = min(candidates, key=lambda candidate: abs(math.log(candidate / rate)))
    return float(f"{nearest:.1e}")
