"""What calibration errors read out of nothing, and how often the gate's test cries wolf.

    python tests/benchmarks/calibration_bias.py [--runs 2000]

Prints three tables for n = 50, 100, 200 and 1000 items, each with its base and its checkpoint:

1. What each estimator reads where the confidence is right: of one model, of the difference, its
   spread, and what it makes of a checkpoint that is 0.10 overconfident.
2. The share of checkpoints whose increase (`calibration_change`) alone is called worse: where
   nothing got worse, with the exact 95 % upper bound of the rate at the smallest alpha, and where
   it did. What the gate makes of it is in `calibration_gate.py`.
3. Time and memory of one checkup.

Some 5 minutes on one core. Seeds are fixed.
"""

import argparse
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ftguard.stats.calibration_change import calibration_change
from ftguard.stats.calibration_error import (
    BINS,
    Confidences,
    cross_fitted_ece,
    equal_mass_ece,
    equal_width_ece,
    overconfidence,
    smooth_ece,
)
from ftguard.stats.estimates import Array, p_value

SIZES = (50, 100, 200, 1000)
ALPHAS = (0.05, 0.0125, 0.00125)
FLIPS = 0.10
"""Share of items that turn right or wrong although nothing got better or worse."""
CORRELATION = 0.9
"""Of a base's and a checkpoint's confidences, each made normal."""
RESAMPLES = 400
"""Bootstrap draws of a simulated checkup: the standard error is within 4 % of that of 2,000."""

Inverse = Callable[[Array], Array]


@dataclass(frozen=True, kw_only=True)
class Truth:
    """How a base and a checkpoint are confident, and by how much too confident."""

    name: str
    before: Inverse
    after: Inverse
    overconfident: tuple[float, float] = (0.0, 0.0)


def beta(a: float, b: float, low: float = 0.0, high: float = 1.0) -> Inverse:
    """The quantiles of a beta distribution stretched over [low, high]."""
    return stats.beta(a, b, loc=low, scale=high - low).ppf


BETA, UNIFORM = beta(5, 2), beta(1, 1, 0.25)
CALIBRATED = (
    Truth(name="Beta(5,2)", before=BETA, after=BETA),
    Truth(name="Uniform(0.25,1)", before=UNIFORM, after=UNIFORM),
)
OVERCONFIDENT = (
    Truth(name="Beta(5,2)", before=BETA, after=BETA, overconfident=(0.0, 0.1)),
    Truth(name="Uniform(0.25,1)", before=UNIFORM, after=UNIFORM, overconfident=(0.0, 0.1)),
)
NOT_WORSE = (
    *CALIBRATED,
    Truth(name="calibrated, nearly sure", before=beta(30, 1), after=beta(30, 1)),
    Truth(name="calibrated, surer than the base", before=BETA, after=beta(10, 1)),
    Truth(name="calibrated, less sure", before=beta(10, 1), after=beta(3, 3)),
    Truth(name="both 0.10 over", before=BETA, after=BETA, overconfident=(0.1, 0.1)),
    Truth(
        name="0.10 under, then 0.10 over",
        before=beta(5, 2, 0.0, 0.8),
        after=beta(5, 2, 0.2, 1.0),
        overconfident=(-0.1, 0.1),
    ),
)


def draw(truth: Truth, runs: int, n: int, seed: int) -> tuple[Array, Array, Array, Array]:
    """Confidence and correctness before and after, each of shape [runs, n].

    An item is right where its luck is below its true probability. Most items keep their luck, so
    that they flip only as the probability moves; of the others as many as make up `FLIPS`.
    """
    rng = np.random.default_rng(seed)
    first, own = rng.standard_normal((2, runs, n))
    second = CORRELATION * first + (1 - CORRELATION**2) ** 0.5 * own
    before = truth.before(stats.norm.cdf(first))
    after = truth.after(stats.norm.cdf(second))
    was, now = (c - o for c, o in zip((before, after), truth.overconfident, strict=True))
    luck, other = rng.random((2, runs, n))
    kept = np.abs(now - was).mean()
    drawn_anew = (was * (1 - now) + now * (1 - was)).mean()
    share = np.clip((FLIPS - kept) / (drawn_anew - kept), 0, 1)
    luck_after = np.where(rng.random((runs, n)) < share, other, luck)
    return before, (luck < was).astype(float), after, (luck_after < now).astype(float)


def in_bins(
    confidence: Array, correct: Array, bins: int = BINS
) -> tuple[Array, Array, NDArray[np.int64]]:
    """Of each bin of equal mass: sum of gaps, its variance if calibrated, number of items."""
    n = confidence.shape[-1]
    order = np.argsort(confidence, axis=-1)
    c, y = (np.take_along_axis(each, order, axis=-1) for each in (confidence, correct))
    starts = [n * i // bins for i in range(bins)]
    gap, variance = (np.add.reduceat(each, starts, axis=-1) for each in (y - c, c * (1 - c)))
    return gap, variance, np.diff([*starts, n])


def centred(confidence: Array, correct: Array) -> Array:
    """Equal-mass ECE less what it is expected to be if calibrated, each gap taken as normal."""
    gap, variance, sizes = in_bins(confidence, correct)
    excess: Array = (np.abs(gap) - np.sqrt(2 * variance / np.pi)).sum(axis=-1) / sizes.sum()
    return excess


def debiased_root(confidence: Array, correct: Array) -> Array:
    """The debiased L2 error of Kumar et al. 2019 (1909.10155), its root taken with its sign."""
    gap, _, sizes = in_bins(confidence, correct)
    order = np.argsort(confidence, axis=-1)
    outcomes = np.take_along_axis(correct, order, axis=-1)
    accuracy = np.add.reduceat(outcomes, [0, *np.cumsum(sizes)[:-1]], axis=-1) / sizes
    own = accuracy * (1 - accuracy) / (sizes - 1)
    square = (sizes * ((gap / sizes) ** 2 - own)).sum(axis=-1) / sizes.sum()
    root: Array = np.sign(square) * np.sqrt(np.abs(square))
    return root


def sweep(confidence: Array, correct: Array) -> Array:
    """Equal-mass ECE, as many bins as keep accuracy rising (Roelofs et al. 2022, 2012.08668)."""
    found = np.abs(overconfidence(confidence, correct))
    alive = np.arange(len(found))
    order = np.argsort(confidence, axis=-1)
    outcomes = np.take_along_axis(correct, order, axis=-1)
    for bins in range(2, confidence.shape[-1] + 1):
        starts = [confidence.shape[-1] * i // bins for i in range(bins)]
        sizes = np.diff([*starts, confidence.shape[-1]])
        accuracy = np.add.reduceat(outcomes[alive], starts, axis=-1) / sizes
        alive = alive[(np.diff(accuracy, axis=-1) >= 0).all(axis=-1)]
        if not alive.size:
            break
        found[alive] = equal_mass_ece(confidence[alive], correct[alive], bins=bins)
    return found


ESTIMATORS: dict[str, Callable[[Array, Array], Array]] = {
    "equal width, 15 bins": equal_width_ece,
    "equal mass, 15 bins": equal_mass_ece,
    "equal mass, sweep": sweep,
    "equal mass, centred": centred,
    "debiased L2, root": debiased_root,
    "smooth": smooth_ece,
    "cross-fitted (the gate's)": cross_fitted_ece,
}


def print_bias(runs: int) -> None:
    """The first table."""
    print(
        "Calibrated: mean of one error and of a difference (+- 2 standard errors), its spread and"
    )
    print("how often it is above 0.05; then the mean difference where 0.10 overconfidence is true.")
    for calibrated, worse in zip(CALIBRATED, OVERCONFIDENT, strict=True):
        for n in SIZES:
            nothing, something = (draw(truth, runs, n, seed=n) for truth in (calibrated, worse))
            print(f"\n{calibrated.name}, n = {n}, {runs} runs")
            for name, estimate in ESTIMATORS.items():
                was, now, bad = (
                    estimate(c, y) for c, y in (nothing[:2], nothing[2:], something[2:])
                )
                change, errors = now - was, 2 / runs**0.5
                print(
                    f"  {name:26} one {was.mean():+.4f} +- {was.std() * errors:.4f}"
                    f"   difference {change.mean():+.4f} +- {change.std() * errors:.4f}"
                    f"   spread {change.std():.3f}   > 0.05: {(change > 0.05).mean():5.1%}"
                    f"   true 0.10: {(bad - estimate(*something[:2])).mean():+.3f}"
                )


def called_worse(truth: Truth, runs: int, n: int) -> tuple[list[float], float, float]:
    """Share of runs with p < alpha, mean and spread of the increase."""
    data = draw(truth, runs, n, seed=n + 1)
    found = [
        calibration_change(
            Confidences(confidence=before, correct=was),
            Confidences(confidence=after, correct=now),
            level=0.95,
            seed=run,
            resamples=RESAMPLES,
        ).increase
        for run, (before, was, after, now) in enumerate(zip(*data, strict=True))
    ]
    values = np.array([estimate.value for estimate in found])
    p_values = np.array([p_value(estimate) for estimate in found])
    return [float((p_values < a).mean()) for a in ALPHAS], float(values.mean()), float(values.std())


def print_rates(runs: int) -> None:
    """The second table."""
    for title, truths in (("Not worse", NOT_WORSE), ("0.10 overconfident", OVERCONFIDENT)):
        print(f"\n{title}: called worse at alpha =", *(f"{alpha:.3%}" for alpha in ALPHAS))
        for truth in truths:
            for n in SIZES:
                some = runs if n < max(SIZES) else max(300, runs // 5)
                rates, mean, spread = called_worse(truth, some, n)
                upper = stats.binomtest(round(rates[-1] * some), some).proportion_ci(0.9).high
                print(
                    f"  {truth.name:32} n = {n:4}  {some} runs  ",
                    *(f"{rate:7.2%}" for rate in rates),
                    f"(<= {upper:.2%})   mean {mean:+.3f} spread {spread:.3f}",
                    flush=True,
                )


def print_costs() -> None:
    """The third table."""
    before, was, after, now = (each[0] for each in draw(CALIBRATED[0], 1, 250, seed=0))
    pair = (
        Confidences(confidence=before, correct=was),
        Confidences(confidence=after, correct=now),
    )
    start = time.perf_counter()
    for seed in range(4):
        calibration_change(*pair, level=0.95, seed=seed)
    seconds = time.perf_counter() - start
    tracemalloc.start()
    calibration_change(*pair, level=0.95, seed=0)
    megabytes = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    print("\n4 increases of 250 items, 2,000 resamples:", end=" ")
    print(f"{seconds:.2f} s, at most {megabytes:.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=2_000)
    arguments = parser.parse_args()
    print_bias(arguments.runs)
    print_rates(arguments.runs)
    print_costs()
