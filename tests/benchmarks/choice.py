"""What it costs to keep the checkpoint that ftguard keeps, simulated.

    python tests/benchmarks/choice.py [--runs 200] [--seed 0]

Draws runs of 10 checkpoints: right-or-wrong answers of a base and its checkpoints to general,
tail and target probes, with a true forgetting that follows a curve. Each rule then chooses a
checkpoint, and the benchmark says what that choice lost the user, in points of target: the gain
missed, and 3 for each point that true forgetting is beyond 10 %, or the worst tail slice beyond
15 %, less what the best choice would have lost (no checkpoint at all misses the whole gain).

`plain` are point thresholds, which is also what ftguard's verdicts came to before 0.1.0 where any
suspicion refused a checkpoint: no estimate beyond a limit, then the best target score. `unblocked`
keeps the best target score that is no breach. `ours` is `choose`, with ftguard's own code
(`measure_drop`, `worst_of`, `decide`, `choose`).

Of each item's luck a share (`persistence`) is the same at the next checkpoint; 10 % of the items
flip each way with no change. Seeded; some 3 minutes on two cores. `ftguard manual choice` has
the tables.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.random import Generator, default_rng

from ftguard.measures.measurement import Measurement
from ftguard.measures.paired import Paired, measure_drop
from ftguard.measures.tail import worst_of
from ftguard.stats.alpha_spending import Look
from ftguard.stats.estimates import Array, mean_estimate
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.choice import choose
from ftguard.verdict.curves import Measured, read_gate
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import decide

CHURN, PRICE = 0.10, 3.0
TARGET, GAIN, TARGET_CHURN = 140, 0.40, 0.05
"""Target probes, the gain that a whole run brings, and the share of answers that are luck."""
FORGETTING = Gate(measurement="forgetting", limit=0.10)
TAIL = Gate(measurement="tail", slice="worst", limit=0.15)
BEYOND = 0.02
"""A kept checkpoint that is truly further beyond its limits is counted."""

SHAPES: dict[str, Callable[[Array], Array]] = {
    "linear": lambda t: t,
    "square root": np.sqrt,
    "square": lambda t: t**2,
    "saturating": lambda t: (1 - np.exp(-4 * t)) / (1 - np.exp(-4)),
    "sigmoid": lambda t: 1 / (1 + np.exp(-12 * (t - 0.5))),
    "step at 0.25": lambda t: (t > 0.25).astype(float),
    "step at 0.65": lambda t: (t > 0.65).astype(float),
    "spike": lambda t: 0.3 * t + 0.7 * (np.abs(t - 0.5) < 0.06),
    "two spikes": lambda t: 0.3 * t + 0.7 * (np.abs(np.abs(t - 0.55) - 0.25) < 0.06),
    "early shock": lambda t: 0.3 + 0.7 * np.exp(-6 * (t - 0.1)),
    "shock, recovery": lambda t: np.exp(-5 * (t - 0.1)),
    "hump": lambda t: np.sin(np.pi * t),
    "at once": np.ones_like,
    "nearly at once": lambda t: 1 - np.exp(-12 * t),
    "late surge": lambda t: np.maximum(0, (t - 0.6) / 0.4),
}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One kind of run."""

    shape: str = "linear"
    drop: float = 0.20
    """The true relative drop that the shape reaches at 1."""
    n: int = 200
    accuracy: float = 0.70
    persistence: float = 0.70
    slices: tuple[int, ...] = (40,) * 5
    tail: float = 0.0
    """How much of the general drop each tail slice loses."""
    slice: float = 0.0
    """What the first tail slice loses by the shape, in place of that."""
    looks: int = 10

    @property
    def times(self) -> Array:
        """When the checkpoints are, as shares of the run."""
        return np.arange(1, self.looks + 1) / self.looks

    @property
    def drops(self) -> Array:
        """The true general drop at each checkpoint."""
        return np.asarray(self.drop * SHAPES[self.shape](self.times))

    @property
    def tails(self) -> list[Array]:
        """The true drop of each tail slice at each checkpoint."""
        found = [self.drops * self.tail for _ in self.slices]
        if self.slice:
            found[0] = np.asarray(self.slice * SHAPES[self.shape](self.times))
        return found

    @property
    def beyond(self) -> Array:
        """How far a checkpoint is truly beyond a limit, forgetting's and the tail's together."""
        tail = np.max([np.zeros(self.looks), *self.tails], axis=0)
        parts = ((self.drops, FORGETTING), (tail, TAIL))
        return np.asarray(sum(np.maximum(0, drop - gate.limit) for drop, gate in parts))


def luck(generator: Generator, looks: int, n: int, persistence: float) -> Array:
    """Uniform numbers of shape [looks, n] of which a share stays from look to look."""
    drawn = generator.random((looks, n))
    stays = generator.random((looks, n)) < persistence
    for look in range(1, looks):
        drawn[look, stays[look]] = drawn[look - 1, stays[look]]
    return drawn


def answers(generator: Generator, setting: Setting, n: int, drops: Array) -> tuple[Array, Array]:
    """Right or wrong, of the base [n] and of each checkpoint [looks, n], with these true drops."""
    accuracy = setting.accuracy
    churn = min(CHURN, accuracy, 1 - accuracy)
    base = generator.random(n) < accuracy
    drawn, nature = luck(generator, setting.looks, n, setting.persistence), generator.random(n)
    kept = 1 - drops[:, None]
    still = (nature < kept) & (drawn >= churn / accuracy)
    won = drawn < churn / (1 - accuracy) * kept
    return base.astype(float), np.where(base, still, won).astype(float)


def task(generator: Generator, setting: Setting) -> tuple[Array, Array, Array]:
    """The true gain at each checkpoint, and answers to target probes of base and checkpoints."""
    gains = GAIN * (1 - np.exp(-3 * setting.times)) / (1 - np.exp(-3))
    accuracy = (0.45 + gains)[:, None]
    base = generator.random(TARGET) < 0.45
    right = generator.random(TARGET)[None] < accuracy
    drawn = luck(generator, setting.looks, TARGET, setting.persistence) < TARGET_CHURN
    now = np.where(drawn, generator.random((setting.looks, TARGET)) < accuracy, right)
    return gains, base.astype(float), now.astype(float)


def paired(base: Array, now: Array) -> Paired:
    """Both sides of some probes."""
    return Paired(
        base=base, now=now, chance=np.zeros(base.size), num_unscored=0, discrete=True, clusters=None
    )


def gain(base: Array, now: Array) -> Measurement:
    """The target's measurement."""
    gains = now - base
    return Measurement(
        name="target",
        slice="all",
        estimate=mean_estimate(gains, discrete=True),
        base=float(base.mean()),
        now=float(now.mean()),
        higher_is_better=True,
        unit="points",
        influence=paired(base, now).influence(gains - gains.mean()),
    )


def measured(generator: Generator, setting: Setting) -> tuple[Array, list[list[Measurement]]]:
    """The true gains, and what is measured at each checkpoint."""
    drops = setting.drops
    base, now = answers(generator, setting, setting.n, drops)
    parts = [
        answers(generator, setting, n, tail)
        for n, tail in zip(setting.slices, setting.tails, strict=True)
    ]
    whole = [np.concatenate(side, axis=-1) for side in zip(*parts, strict=True)]
    gains, target_base, target_now = task(generator, setting)
    found = []
    for look in range(setting.looks):
        slices = [("all", paired(whole[0], whole[1][look]))]
        slices += [(f"slice {i}", paired(b, n[look])) for i, (b, n) in enumerate(parts)]
        found.append(
            [
                gain(target_base, target_now[look]),
                measure_drop("forgetting", "all", paired(base, now[look])),
                *(measure_drop("tail", name, pairs) for name, pairs in slices),
                worst_of(slices),
            ]
        )
    return gains, found


def checkups(found: Sequence[Sequence[Measurement]]) -> Iterator[Checkup]:
    """The run's checkpoints, each decided on alone."""
    looks = len(found)
    for number, measurements in enumerate(found, 1):
        look = Look(number=number, planned=looks)
        yield Checkup(
            run="run",
            attempt=1,
            step=number,
            epoch=number / looks,
            progress=number / looks,
            checkpoint=f"checkpoint-{number}",
            eval_loss=None,
            measurements=tuple(measurements),
            verdict=decide(measurements, (FORGETTING, TAIL), look),
            advice=(),
            seconds=0.0,
        )


def plainly_passes(measurements: Sequence[Measurement]) -> bool:
    """Whether no point is beyond its limit, the worst of the tail's slices included."""
    limits = {"forgetting": FORGETTING.limit, "tail": TAIL.limit}
    return all(
        m.estimate is None or m.estimate.value <= limits.get(m.name, np.inf)
        for m in measurements
        if m.slice != "worst" and (m.name, m.slice) != ("tail", "all")
    )


def best_score(run: Sequence[Checkup]) -> int | None:
    """The step with the best target score, the earliest among equals."""
    best = max(run, key=lambda c: (c.measurements[0].now or 0.0, -c.step), default=None)
    return best.step if best else None


def choices(run: Sequence[Checkup]) -> dict[str, int | None]:
    """The step that each rule keeps."""
    ours = choose(run)
    return {
        "plain": best_score([c for c in run if plainly_passes(c.measurements)]),
        "unblocked": best_score([c for c in run if c.verdict.passed is not False]),
        "ours": ours.checkup.step if ours else None,
    }


def lost(step: int | None, gains: Array, beyond: Array) -> float:
    """Points of target that keeping a step loses."""
    if step is None:
        return float(100 * gains.max())
    return float(100 * (gains.max() - gains[step - 1] + PRICE * beyond[step - 1]))


def held(found: Sequence[Sequence[Measurement]], drops: Array) -> float:
    """How often the 95 % interval of the curve of forgetting holds the true drop."""
    run = [Measured.at((i + 1) / len(found), measurements) for i, measurements in enumerate(found)]
    read = read_gate(FORGETTING, run)
    return float(np.mean([r.estimate.low <= drops[i] <= r.estimate.high for i, r in read.items()]))


def simulate(setting: Setting, seed: int, number: int) -> dict[str, tuple[float, float, float]]:
    """Of one run, for each rule: its loss, whether it kept none, and one beyond `BEYOND`.

    Under `held` how often the curve's interval holds the truth.
    """
    generator = default_rng([seed, number])
    gains, found = measured(generator, setting)
    beyond = setting.beyond
    least = min(lost(step, gains, beyond) for step in (None, *range(1, setting.looks + 1)))
    rules = {
        rule: (
            lost(step, gains, beyond) - least,
            float(step is None),
            float(step is not None and beyond[step - 1] > BEYOND),
        )
        for rule, step in choices(list(checkups(found))).items()
    }
    return {**rules, "held": (held(found, setting.drops), 0.0, 0.0)}


def row(setting: Setting, runs: int, seed: int) -> dict[str, Array]:
    """Means over runs, for each rule of shape [3]."""
    found = [simulate(setting, seed, number) for number in range(runs)]
    return {rule: np.mean([one[rule] for one in found], axis=0) for rule in found[0]}


def table(title: str, settings: dict[str, Setting], runs: int, seed: int) -> None:
    """Print the rules side by side."""
    print(f"\n{title} ({runs} runs each)")
    rules = ("plain", "unblocked", "ours")
    head = "".join(f"{rule + ': loss, none, beyond':>31}" for rule in rules)
    print(f"{'':<32}{head}  ratio  held")
    with ProcessPoolExecutor(2) as pool:
        found = pool.map(partial(row, runs=runs, seed=seed), settings.values())
        for label, means in zip(settings, found, strict=True):
            cells = "".join(
                f"{means[rule][0]:>17.1f} {means[rule][1]:>6.0%} {means[rule][2]:>6.0%}"
                for rule in rules
            )
            ratio = means["ours"][0] / max(means["plain"][0], 1e-9)
            print(f"{label:<32}{cells}  {ratio:5.2f}  {means['held'][0]:4.0%}", flush=True)


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    usual = Setting()
    grown = {f"to {d:.0%}": replace(usual, drop=d) for d in (0.0, 0.10, 0.15, 0.20, 0.30)}
    both = {f"to {d:.0%}, and the tail": replace(usual, drop=d, tail=1.0) for d in (0.10, 0.20)}
    table("Forgetting that grows steadily", grown | both, args.runs, args.seed)
    shapes = {
        f"{shape}, {persistence:.0%} persistent": replace(
            usual, shape=shape, persistence=persistence
        )
        for shape in SHAPES
        for persistence in (0.70, 0.95)
    }
    table("Shapes that reach 20 %", shapes, args.runs, args.seed)
    sizes = {
        f"n={n}, base accuracy {accuracy}": replace(usual, n=n, accuracy=accuracy)
        for n in (100, 200, 400)
        for accuracy in (0.3, 0.5, 0.7, 0.9)
    }
    table("Steadily to 20 %", sizes, args.runs, args.seed)
    hard = {
        f"{shape} to {drop:.0%}, n={n}": replace(
            usual, shape=shape, drop=drop, n=n, persistence=0.9
        )
        for shape in ("at once", "nearly at once")
        for drop, n in ((0.05, 200), (0.20, 200), (0.30, 80))
    }
    hard |= {
        f"a slice {shape}, to {drop:.0%}": replace(usual, shape=shape, drop=0.0, slice=drop)
        for shape, drop in (
            ("linear", 0.5),
            ("at once", 0.35),
            ("at once", 0.5),
            ("step at 0.65", 0.5),
        )
    }
    hard |= {
        f"{looks} looks, to {drop:.0%}": replace(usual, looks=looks, drop=drop)
        for looks, drop in ((3, 0.2), (4, 0.4), (30, 0.0), (30, 0.2))
    }
    table("What is hard", hard, args.runs, args.seed)


if __name__ == "__main__":
    main()
