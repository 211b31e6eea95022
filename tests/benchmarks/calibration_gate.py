"""What the calibration gate makes of good, bad and unchanged checkpoints, simulated.

    python tests/benchmarks/calibration_gate.py [--runs 2000] [--processes 2]

Draws a base and a checkpoint of known accuracy and overconfidence, and holds them against the
gate with ftguard's own code (`measure_calibration`, `decide`) among four gates at the first of ten
looks. Prints, for n = 200 and (with a quarter of the runs) 50, 100, 112 and 400 questions, the
share of checkpoints in each state under three rules:

- by its rise alone, the rule until now;
- the gate's rule, with the Brier score as what has to be worse;
- the same with the log-likelihood in its place.

`refused` is suspect or breach. Then how often an unchanged model meets a breach at any of ten
looks with both calibration gates. Seeded; some 8 minutes on two cores.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.random import Generator, default_rng
from scipy import stats

from ftguard.measures.calibration_split import Sides, measure_calibration
from ftguard.measures.measurement import Measurement
from ftguard.stats.alpha_spending import Look
from ftguard.stats.calibration_error import Confidences
from ftguard.stats.estimates import Array, student_estimate
from ftguard.verdict.gate import Gate, State
from ftguard.verdict.gates import decide

RESAMPLES = 200
"""Bootstrap draws of a simulated checkup: the standard error is within 5 % of that of 2,000."""
LOOKS = 10
SIZES = (200, 50, 100, 112, 400)
STATES: tuple[State, ...] = ("nothing to lose", "clear", "within", "suspect", "breach")
RULES = ("rise alone", "ours, Brier", "ours, NLL")
REFUSED: tuple[State, ...] = ("suspect", "breach")
GATES = tuple(
    Gate(measurement="calibration", slice=name, limit=0.05) for name in ("target", "general")
)
OTHERS = ("forgetting", "tail")


@dataclass(frozen=True, kw_only=True)
class Model:
    """How often a model is right, and how sure it is."""

    accuracy: float
    over: float = 0.0
    """Mean confidence less accuracy; the calibration error is its size."""
    spread: float = 5.0
    """Of the probability of being right: a + b of its beta distribution, and of the confidence's.

    Both have the same quantiles, so that the confidence errs the same way everywhere.
    """

    def chances(self, quantiles: Array) -> Array:
        """The probability of being right."""
        return _beta(self.accuracy, self.spread, quantiles)

    def confidence(self, quantiles: Array) -> Array:
        """What the model says that it is."""
        return _beta(self.accuracy + self.over, self.spread, quantiles)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A base and what a fine-tune made of it."""

    name: str
    base: Model
    now: Model
    alike: float = 0.9
    """Correlation of what both find easy, made normal."""
    kept: float = 0.8
    """Share of the questions whose luck both have; of the others an unchanged model flips some."""


def _beta(mean: float, spread: float, quantiles: Array) -> Array:
    if not mean:
        return np.zeros_like(quantiles)
    return np.asarray(stats.beta.ppf(quantiles, mean * spread, (1 - mean) * spread))


def _unchanged(name: str, model: Model) -> Kind:
    return Kind(name=name, base=model, now=model, alike=0.95)


# A spread of 3.65 gives the base a Brier score of 0.17, 0.072 above what the good one ends at.
TYPICAL = Model(accuracy=0.31, spread=3.65)
UNCHANGED = (
    _unchanged("unchanged, calibrated", Model(accuracy=0.70, spread=7)),
    _unchanged("unchanged, 0.15 over", Model(accuracy=0.60, over=0.15)),
    _unchanged("unchanged, 0.25 over", Model(accuracy=0.55, over=0.25)),
    _unchanged("unchanged, 0.25 under", Model(accuracy=0.70, over=-0.25)),
)
GOOD = (
    Kind(
        name="0.31 -> 0.90, 0.08 over",
        base=TYPICAL,
        now=Model(accuracy=0.90, over=0.08, spread=20),
        alike=0.5,
    ),
    Kind(
        name="0.31 -> 0.90, 0.08 under",
        base=TYPICAL,
        now=Model(accuracy=0.90, over=-0.08, spread=20),
        alike=0.5,
    ),
    Kind(
        name="0.40 -> 0.75, 0.03 over",
        base=Model(accuracy=0.40, spread=4),
        now=Model(accuracy=0.75, over=0.03, spread=8),
        alike=0.6,
    ),
    Kind(
        name="0.80 -> 0.88, surer, 0.06 over",
        base=Model(accuracy=0.80, spread=6),
        now=Model(accuracy=0.88, over=0.06, spread=3),
    ),
    Kind(
        name="floor -> 0.55, 0.08 over",
        base=Model(accuracy=0.0, over=0.02),
        now=Model(accuracy=0.55, over=0.08),
        alike=0.5,
    ),
    Kind(
        name="0.06 -> 0.60, 0.08 over",
        base=Model(accuracy=0.06),
        now=Model(accuracy=0.60, over=0.08),
        alike=0.5,
    ),
)
BAD = (
    Kind(
        name="ends 0.25 over, base 0.35",
        base=Model(accuracy=0.30, over=0.35),
        now=Model(accuracy=0.60, over=0.25, spread=6),
        alike=0.6,
    ),
    Kind(
        name="ends 0.30 over, base 0.40",
        base=Model(accuracy=0.30, over=0.40),
        now=Model(accuracy=0.55, over=0.30, spread=6),
        alike=0.6,
    ),
    Kind(
        name="0.20 under -> 0.20 over",
        base=Model(accuracy=0.70, over=-0.20),
        now=Model(accuracy=0.70, over=0.20),
        alike=0.8,
    ),
)
OTHER_BAD = (
    Kind(
        name="0.10 over, no gain",
        base=Model(accuracy=0.70, spread=7),
        now=Model(accuracy=0.70, over=0.10, spread=7),
    ),
    Kind(
        name="0.20 over, no gain",
        base=Model(accuracy=0.65, spread=6),
        now=Model(accuracy=0.65, over=0.20, spread=6),
    ),
    Kind(
        name="damaged, 0.70 -> 0.60, as sure",
        base=Model(accuracy=0.70, spread=7),
        now=Model(accuracy=0.60, over=0.10, spread=7),
    ),
    Kind(
        name="damaged, 0.70 -> 0.50, as sure",
        base=Model(accuracy=0.70, spread=7),
        now=Model(accuracy=0.50, over=0.20, spread=7),
    ),
)


def draw(kind: Kind, generator: Generator, n: int) -> Sides:
    """Confidence and correctness of n questions before and after."""
    first, own = generator.standard_normal((2, n))
    second = kind.alike * first + (1 - kind.alike**2) ** 0.5 * own
    quantiles = stats.norm.cdf(first), stats.norm.cdf(second)
    luck, other = generator.random((2, n))
    luck_now = np.where(generator.random(n) < kind.kept, luck, other)
    before, after = (
        Confidences(
            confidence=model.confidence(each), correct=(its < model.chances(each)).astype(float)
        )
        for model, each, its in zip((kind.base, kind.now), quantiles, (luck, luck_now), strict=True)
    )
    return Sides(before=before, after=after, chance=np.zeros(n))


def measured(kind: Kind, slice_name: str, generator: Generator, n: int) -> list[Measurement]:
    """The gate's measurement and what stands beside it."""
    return list(
        measure_calibration(slice_name, draw(kind, generator, n), seed=0, resamples=RESAMPLES)
    )


def by_log_likelihood(measurements: Sequence[Measurement]) -> list[Measurement]:
    """The same measurements with the log-likelihood in the place of the Brier score."""
    by_name = {m.name: m for m in measurements}
    return [replace(by_name["nll"], name="brier") if m.name == "brier" else m for m in measurements]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What became of one simulated checkpoint."""

    states: tuple[State, ...]
    """By each of `RULES`."""
    brier: float
    """Change of the Brier score."""
    error: float
    """The cross-fitted error that it ends at."""


def tell(kind: Kind, n: int, seed: int) -> Told:
    """What each rule says of one checkpoint."""
    generator = default_rng([seed, n])
    found = measured(kind, "target", generator, n)
    # Unchanged by anything: the family is that of a usual run.
    still = student_estimate(0.0, 0.03, dof=n, n=n)
    others = [Measurement(name=name, slice="all", estimate=still) for name in OTHERS]
    others.append(Measurement(name="calibration", slice="general", estimate=still))
    gates = [*(Gate(measurement=name, limit=0.10) for name in OTHERS), *GATES]
    look = Look(number=1, planned=LOOKS)
    rise_alone = [replace(found[0], at_floor=False)]
    verdicts = [
        decide([*some, *others], gates, look)
        for some in (rise_alone, found, by_log_likelihood(found))
    ]
    change = {m.name: (m.now or 0.0) - (m.base or 0.0) for m in found}
    return Told(
        states=tuple(next(o.state for o in v.outcomes if o.gate is GATES[0]) for v in verdicts),
        brier=change["brier"],
        error=found[0].now or 0.0,
    )


def share(hits: int, runs: int) -> str:
    """A share with its 95 % interval (Clopper and Pearson 1934)."""
    low, high = stats.binomtest(hits, runs).proportion_ci()
    return f"{hits / runs:6.1%} ({low:.1%} to {high:.1%})"


def print_states(pool: ProcessPoolExecutor, n: int, runs: int) -> None:
    """One table: each kind under each rule."""
    print(f"\nn = {n}, {runs} runs: % nothing to lose / clear / within / suspect / breach")
    for title, kinds in (
        ("unchanged", UNCHANGED),
        ("good", GOOD),
        ("bad", BAD),
        ("other bad", OTHER_BAD),
    ):
        print(title)
        for kind in kinds:
            found = list(pool.map(partial(tell, kind, n), range(runs), chunksize=25))
            brier = float(np.mean([each.brier for each in found]))
            error = float(np.mean([each.error for each in found]))
            print(f"  {kind.name}: Brier score {brier:+.3f}, ends at an error of {error:.2f}")
            for rule, name in enumerate(RULES):
                counts = Counter(each.states[rule] for each in found)
                cells = " / ".join(f"{counts[state] / runs:5.1%}" for state in STATES)
                refused = sum(counts[state] for state in REFUSED)
                print(f"    {name:<12}{cells}   refused {share(refused, runs)}", flush=True)


def family(kind: Kind, n: int, seed: int) -> tuple[list[bool], list[bool]]:
    """At each look of a run with both calibration gates: whether it is blocked, and refused."""
    generator = default_rng([seed, n, 1])
    blocked, refused = [], []
    for number in range(1, LOOKS + 1):
        found = [m for gate in GATES for m in measured(kind, gate.slice, generator, n)]
        verdict = decide(found, GATES, Look(number=number, planned=LOOKS))
        blocked.append(verdict.passed is False)
        refused.append(verdict.passed is not True)
    return blocked, refused


def print_family(pool: ProcessPoolExecutor, n: int, runs: int) -> None:
    """How often an unchanged model is blocked in a run."""
    print(f"\nAn unchanged model, {LOOKS} looks, both gates, n = {n} ({runs} runs)")
    for kind in UNCHANGED:
        found = list(pool.map(partial(family, kind, n), range(runs), chunksize=5))
        blocked = sum(any(of) for of, _ in found)
        refused = float(np.mean([of for _, of in found]))
        print(
            f"  {kind.name:<24} blocked in a run {share(blocked, runs)};"
            f" a look is refused {refused:.1%}",
            flush=True,
        )


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    runs = arguments.runs
    with ProcessPoolExecutor(arguments.processes) as pool:
        for n in SIZES:
            print_states(pool, n, runs if n == SIZES[0] else runs // 4)
        print_family(pool, SIZES[0], runs // 5)


if __name__ == "__main__":
    main()
