"""What it costs to keep the checkpoint that ftguard keeps, simulated.

    python tests/benchmarks/choice.py [--runs 200] [--seed 0]
    python tests/benchmarks/choice.py --part 0.1 0.25 [--runs 200] [--common 0 0.5 1]

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

With `--part` each of 20 looks asks such a share of the 200 general, 200 tail and 140 target probes,
and the last one all of them, as under a budget; beside it is what asking all at each look chooses
in the same runs. `--common` is the share of a part that the next look asks again.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.random import Generator, default_rng
from parts import Asked, of_part, rotating

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
    part: float = 1.0
    """The share of the probes that each look but the last one asks."""
    common: float = 0.0
    """The share of a part that the next look asks again."""
    stratified: bool = True
    """Whether each part has its share of every tail slice."""

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


def gain(base: Array, now: Array, asked: Asked) -> Measurement:
    """The target's measurement."""
    pairs = of_part(paired(base, now), asked)
    gains = pairs.now - pairs.base
    was, is_now = pairs.means(float(gains.mean()))
    return Measurement(
        name="target",
        slice="all",
        estimate=mean_estimate(gains, discrete=True),
        base=was,
        now=is_now,
        higher_is_better=True,
        unit="points",
        num_in_all=pairs.num_in_all,
        influence=pairs.influence(gains - gains.mean()),
    )


def asked_of(generator: Generator, setting: Setting, strata: Sequence[int]) -> Asked:
    """Which probes each look asks, shape [looks, n]."""
    if setting.part >= 1:
        return np.ones((setting.looks, sum(strata)), dtype=np.bool_)
    strata = strata if setting.stratified else [sum(strata)]
    return rotating(generator, strata, setting.looks, part=setting.part, common=setting.common)


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
    # Last, so that what is answered is the same whatever is asked.
    of_general = asked_of(generator, setting, [setting.n])
    of_tail = asked_of(generator, setting, setting.slices)
    of_slices = np.split(of_tail, np.cumsum(setting.slices)[:-1], axis=1)
    of_target = asked_of(generator, setting, [TARGET])
    found = []
    for look in range(setting.looks):
        slices = [("all", of_part(paired(whole[0], whole[1][look]), of_tail[look]))]
        slices += [
            (f"slice {i}", of_part(paired(b, n[look]), asked[look]))
            for i, ((b, n), asked) in enumerate(zip(parts, of_slices, strict=True))
        ]
        general = of_part(paired(base, now[look]), of_general[look])
        found.append(
            [
                gain(target_base, target_now[look], of_target[look]),
                measure_drop("forgetting", "all", general),
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


PARTS: dict[str, Setting] = {
    f"{label}, base {accuracy}, {persistence:.0%} persistent": replace(
        kind, accuracy=accuracy, persistence=persistence, looks=20
    )
    for label, kind in {
        "nothing lost": Setting(drop=0.0),
        "steadily to 20 %": Setting(),
        "step at 0.65 to 20 %": Setting(shape="step at 0.65"),
        "at once, 20 %": Setting(shape="at once"),
        "steadily, and the tail": Setting(tail=1.0),
        "a slice loses 50 %": Setting(drop=0.0, slice=0.5),
    }.items()
    for accuracy in (0.3, 0.7)
    for persistence in (0.0, 0.9)
}
"""Runs of 20 looks that are asked in parts; persistence 0 are fresh flips."""


def of_parts(part: float, common: float, runs: int, seed: int, *, stratified: bool) -> None:
    """Print what a part at each look costs the choice, beside asking all, in the same runs."""
    told = f"each look asks {part:.0%}, the next one {common:.0%} of it again, the last one all"
    print(f"\n{told}{'' if stratified else ', not stratified'} ({runs} runs each)")
    head = "".join(f"{name + ': loss, none, beyond':>30}" for name in ("asking all", "a part"))
    print(f"{'':<46}{head}  ratio   held all, part")
    settings = list(PARTS.values())
    in_parts = [replace(s, part=part, common=common, stratified=stratified) for s in settings]
    ratios, covered = [], []
    with ProcessPoolExecutor(2) as pool:
        found = pool.map(partial(row, runs=runs, seed=seed), [*settings, *in_parts])
        means = list(found)
    of_all, of_some = means[: len(settings)], means[len(settings) :]
    for label, whole, some in zip(PARTS, of_all, of_some, strict=True):
        cells = "".join(
            f"{m['ours'][0]:>16.1f} {m['ours'][1]:>6.0%} {m['ours'][2]:>6.0%}"
            for m in (whole, some)
        )
        # Below a point of target the loss of either is luck.
        ratios.append(max(some["ours"][0], 1.0) / max(whole["ours"][0], 1.0))
        covered.append(some["held"][0])
        held_by = f"{whole['held'][0]:>8.0%} {some['held'][0]:>5.0%}"
        print(f"{label:<46}{cells}  {ratios[-1]:5.2f} {held_by}", flush=True)
    both = [np.mean([m["ours"][0] for m in group]) for group in (of_all, of_some)]
    print(
        f"mean loss {both[0]:.2f} and {both[1]:.2f}, ratio {both[1] / both[0]:.2f}; the largest "
        f"ratio is {max(ratios):.2f}; held at least {min(covered):.1%}"
    )


def main() -> None:
    """Print every table, or that of parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--part", type=float, nargs="+")
    parser.add_argument("--common", type=float, nargs="+", default=[0.0])
    parser.add_argument("--unstratified", action="store_true")
    args = parser.parse_args()
    if args.part:
        for part in args.part:
            for common in args.common:
                stratified = not args.unstratified
                of_parts(part, common, args.runs, args.seed, stratified=stratified)
        return
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
