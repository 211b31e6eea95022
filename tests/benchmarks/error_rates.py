"""How often the verdict is wrong, and how often it finds what is there, simulated.

    python tests/benchmarks/error_rates.py [--only every_accuracy]
    python tests/benchmarks/error_rates.py --part 0.1 0.25

Draws right-or-wrong and graded scores of a base and its checkpoints, and holds them against the
gates with ftguard's own code (`measure_drop`, `worst_of`, `decide`), plain point thresholds beside
it. Where nothing else is said the base's accuracy is 0.70, and a model that has not changed flips
10 % of the items each way at each checkpoint; where the base is nearer to 0 or 1, so many that base
and checkpoint are independent draws of one ability. Seeded; some 6 minutes on two free cores.
`ftguard manual statistics` has the tables.

With `--part` only: how often an unchanged model is blocked in a run of 20 looks of which each asks
such a share of the probes in turn, and the last one all, as under a budget.
"""

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.random import Generator, default_rng
from parts import Asked, of_part, rotating
from scipy import special, stats

from ftguard.measures.calibration_split import Sides, measure_calibration
from ftguard.measures.measurement import Measurement
from ftguard.measures.paired import Paired, measure_drop
from ftguard.measures.tail import worst_of
from ftguard.stats.alpha_spending import ALPHA, Look
from ftguard.stats.calibration_error import Confidences
from ftguard.stats.estimates import Array, Clusters
from ftguard.verdict.curves import Measured, read_gate
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import decide

BASE, CHURN = 0.70, 0.10
SLICES, SLICE = 5, 40
"""The tail: so many slices of so many probes."""
FORGETTING = Gate(measurement="forgetting", limit=0.10)
TAIL = Gate(measurement="tail", slice="worst", limit=0.15)
CALIBRATION = tuple(
    Gate(measurement="calibration", slice=name, limit=0.05) for name in ("target", "general")
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One kind of run."""

    looks: int = 10
    general: int = 200
    slices: tuple[int, ...] = (SLICE,) * SLICES
    calibration: int = 0
    """Items of each calibration split; 0 leaves calibration out."""
    drop: tuple[float, ...] = (0.0,)
    """True relative drop of general capability at each look; the last one lasts."""
    graded: bool = False
    told: bool = True
    """Whether the number of looks is known beforehand."""


@dataclass(frozen=True, kw_only=True)
class Unchanged:
    """One kind of run of a model that does not change, with a tail of five slices of 40."""

    accuracy: float
    n: int
    """General probes."""
    looks: int
    kept: float = 0.0
    """Share of the items whose luck stays from one look to the next: 0 for fresh flips."""
    cluster: int = 1
    """So many items are one: right together, and flipping together."""
    told: bool = True
    """Whether a cluster's items say so."""
    part: float = 1.0
    """The share of the items that each look but the last one asks, in turn."""
    common: float = 0.0
    """The share of a part that the next look asks again."""


class Items:
    """Right-or-wrong items of one run: the base's answers, and each checkpoint's.

    Args:
        generator: of all draws.
        n: items, a multiple of the cluster.
        setting: the kind of run.
    """

    def __init__(self, generator: Generator, n: int, setting: Unchanged) -> None:
        self._generator, self._setting = generator, setting
        size, accuracy = n // setting.cluster, setting.accuracy
        self._base = (generator.random(size) < accuracy).astype(float)
        self._luck = generator.random(size)
        churn = churn_at(accuracy)
        self._flips = np.where(self._base == 1, churn / accuracy, churn / (1 - accuracy))

    def look(self) -> tuple[Array, Array]:
        """The scores of the base and of the next checkpoint."""
        size = self._luck.size
        fresh = self._generator.random(size) >= self._setting.kept
        self._luck = np.where(fresh, self._generator.random(size), self._luck)
        now = np.abs(self._base - (self._luck < self._flips))
        base, now = (np.repeat(side, self._setting.cluster) for side in (self._base, now))
        return base, now


def churn_at(accuracy: float) -> float:
    """The share of items that flips each way: 10 %, and at most as in two independent draws."""
    return min(CHURN, accuracy * (1 - accuracy))


def paired(
    generator: Generator, n: int, drop: float, *, graded: bool, accuracy: float = BASE
) -> Paired:
    """Scores of a base and a checkpoint with a true relative drop.

    Half of the drop is items that turn wrong beyond those that flip, half is items that no longer
    turn right, as far as there are such.
    """
    if graded:
        truth = generator.beta(3.5, 1.5, n)
        base, now = (_around(generator, mean) for mean in (truth, truth * (1 - drop)))
        return replace(_answers(base, now), discrete=False)
    base, churn = (generator.random(n) < accuracy).astype(float), churn_at(accuracy)
    won = max(0.0, churn - accuracy * drop / 2)
    lost = min(accuracy, won + accuracy * drop)
    flip = np.where(base == 1, lost / accuracy, won / (1 - accuracy))
    return _answers(base, np.abs(base - (generator.random(n) < flip)))


def _answers(base: Array, now: Array, clusters: Clusters | None = None) -> Paired:
    return Paired(
        base=base,
        now=now,
        chance=np.zeros(base.size),
        num_unscored=0,
        discrete=True,
        clusters=clusters,
    )


def _around(generator: Generator, mean: Array, spread: float = 8.0) -> Array:
    """Graded scores with these means, in (0, 1)."""
    return generator.beta(np.maximum(spread * mean, 1e-3), np.maximum(spread * (1 - mean), 1e-3))


def confidences(generator: Generator, n: int) -> Sides:
    """A perfectly calibrated base, and itself with noise in its confidence and 10 % new luck."""
    sure = generator.beta(5, 2, n)
    moved = special.expit(special.logit(sure) + generator.normal(0, 0.3, n))
    luck = generator.random(n)
    luck_now = np.where(generator.random(n) < 2 * CHURN, generator.random(n), luck)
    before = Confidences(confidence=sure, correct=(luck < sure).astype(float))
    after = Confidences(confidence=moved, correct=(luck_now < moved).astype(float))
    return Sides(before=before, after=after, chance=np.zeros(n))


def checkup(
    generator: Generator, setting: Setting, drop: float
) -> tuple[list[Measurement], list[float]]:
    """The measurements of one checkpoint, and what plain thresholds hold against the limits.

    Those take the largest drop of any slice for the worst one.
    """
    graded = setting.graded
    general = paired(generator, setting.general, drop, graded=graded)
    found = [measure_drop("forgetting", "all", general)]
    plain = [_lost(general)]
    if setting.slices:
        parts = [paired(generator, n, 0.0, graded=graded) for n in setting.slices]
        found.append(_worst(parts))
        plain.append(max(_lost(part) for part in parts))
    for gate in CALIBRATION * bool(setting.calibration):
        rise, *beside = measure_calibration(gate.slice, confidences(generator, setting.calibration))
        found += [rise, *beside]
        plain.append(rise.estimate.value if rise.estimate else 0.0)
    return found, plain


def run(setting: Setting, seed: int) -> tuple[list[bool], list[bool]]:
    """For each look of one run: whether ftguard blocks, and whether plain thresholds do."""
    generator = default_rng([seed, 11])
    gates = [FORGETTING, *([TAIL] if setting.slices else [])]
    gates += CALIBRATION * bool(setting.calibration)
    ours, plain = [], []
    for number in range(1, setting.looks + 1):
        drop = setting.drop[min(number, len(setting.drop)) - 1]
        measurements, values = checkup(generator, setting, drop)
        look = Look(number=number, planned=setting.looks if setting.told else None)
        ours.append(decide(measurements, gates, look).passed is False)
        plain.append(any(v > gate.limit for v, gate in zip(values, gates, strict=True)))
    return ours, plain


def simulate(setting: Setting, runs: int) -> tuple[Array, Array]:
    """Blocks of ftguard and of plain thresholds, each of shape [runs, looks]."""
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(partial(run, setting), range(runs), chunksize=50))
    return np.array([o for o, _ in found], float), np.array([p for _, p in found], float)


def any_breach(setting: Unchanged, seed: int) -> bool:
    """Whether a run of an unchanged model is blocked at any of its looks."""
    generator = default_rng([seed, 13])
    general = Items(generator, setting.n, setting)
    edges = Items(generator, SLICES * SLICE, setting)
    for number in range(1, setting.looks + 1):
        asked, tail = general.look(), edges.look()
        if not (_may_breach(*asked, FORGETTING) or _may_breach(*tail, TAIL)):
            continue
        slices = zip(*(np.split(side, SLICES) for side in tail), strict=True)
        measurements = [
            measure_drop("forgetting", "all", _told(*asked, setting)),
            _worst([_told(base, now, setting) for base, now in slices]),
        ]
        look = Look(number=number, planned=setting.looks)
        if decide(measurements, (FORGETTING, TAIL), look).passed is False:
            return True
    return False


def any_breach_of_parts(setting: Unchanged, seed: int) -> bool:
    """The same where each look but the last one asks a part."""
    generator = default_rng([seed, 17])
    general, edges = (Items(generator, n, setting) for n in (setting.n, SLICES * SLICE))
    of_general = _asked(generator, [setting.n], setting)
    of_edges = _asked(generator, [SLICE] * SLICES, setting)
    for number in range(1, setting.looks + 1):
        whole = of_part(_answers(*general.look()), of_general[number - 1])
        base, now = edges.look()
        slices = [
            of_part(_answers(*sides), asked)
            for *sides, asked in zip(
                *(np.split(side, SLICES) for side in (base, now, of_edges[number - 1])), strict=True
            )
        ]
        tail = of_part(_answers(base, now), of_edges[number - 1])
        named = [(f"slice {i}", part) for i, part in enumerate(slices)]
        measurements = [measure_drop("forgetting", "all", whole), worst_of([("all", tail), *named])]
        look = Look(number=number, planned=setting.looks)
        if decide(measurements, (FORGETTING, TAIL), look).passed is False:
            return True
    return False


def _asked(generator: Generator, strata: Sequence[int], setting: Unchanged) -> Asked:
    return rotating(generator, strata, setting.looks, part=setting.part, common=setting.common)


def _told(base: Array, now: Array, setting: Unchanged) -> Paired:
    apart = setting.cluster == 1 or not setting.told
    return _answers(base, now, None if apart else np.arange(base.size) // setting.cluster)


def _may_breach(base: Array, now: Array, gate: Gate) -> bool:
    """Whether the whole or a slice lost more than the limit: without that nothing is a breach.

    It saves time: most looks need not be decided on.
    """
    parts = (1, SLICES) if gate is TAIL else (1,)
    sums = ((side.reshape(count, -1).sum(1) for side in (base, now)) for count in parts)
    return any(bool((was - is_now > gate.limit * was).any()) for was, is_now in sums)


def unchanged(settings: Sequence[Unchanged], runs: int) -> Iterator[Array]:
    """For each kind of run whether each of the runs met a breach, shape [runs]."""
    with ProcessPoolExecutor(2) as pool:
        for setting in settings:
            found = pool.map(partial(any_breach, setting), range(runs), chunksize=50)
            yield np.fromiter(found, float, runs)


def in_parts(runs: int, parts: Sequence[float]) -> None:
    """Print how often an unchanged model is blocked in a run whose looks ask parts."""
    print(f"\nAn unchanged model is blocked in a run of 20 looks at parts ({runs} runs)")
    print(f"{'accuracy':>8} {'part':>5} {'common':>6}  {'flips':<12}blocked")
    with ProcessPoolExecutor(2) as pool:
        for part in parts:
            for common in (0.0, 0.5, 1.0):
                for accuracy, kept in ((0.3, 0.0), (0.3, 0.9), (0.7, 0.0), (0.7, 0.9)):
                    setting = Unchanged(
                        accuracy=accuracy, n=200, looks=20, kept=kept, part=part, common=common
                    )
                    found = pool.map(
                        partial(any_breach_of_parts, setting), range(runs), chunksize=50
                    )
                    hits = np.fromiter(found, float, runs)
                    flips = f"{kept:.0%} stay" if kept else "fresh"
                    row = f"{accuracy:>8.2f} {part:>5.0%} {common:>6.0%}  {flips:<12}"
                    print(f"{row}{share(hits)}", flush=True)


def share(hits: Array) -> str:
    """A share with its 95 % interval (Clopper and Pearson 1934)."""
    low, high = stats.binomtest(int(hits.sum()), hits.size).proportion_ci()
    return f"{hits.mean():6.1%} ({low:.1%} to {high:.1%})"


def false_blocks(runs: int) -> None:
    """Print how often a run of an unchanged model is blocked at any of its checkpoints."""
    print(f"\nAn unchanged model is blocked in a run ({runs} runs)")
    print(f"{'':<44}{'ftguard':<26}plain thresholds")
    rows = [
        ("1 look, right or wrong", 1, False, True),
        ("10 looks, right or wrong", 10, False, True),
        ("10 looks, right or wrong, number unknown", 10, False, False),
        ("10 looks, graded", 10, True, True),
        ("50 looks, right or wrong", 50, False, True),
    ]
    for label, looks, graded, told in rows:
        ours, plain = simulate(Setting(looks=looks, graded=graded, told=told), runs)
        print(f"{label:<44}{share(ours.max(1)):<26}{share(plain.max(1))}", flush=True)
    few = runs // 10
    ours, plain = simulate(Setting(calibration=200), few)
    label = f"10 looks, with calibration ({few} runs)"
    print(f"{label:<44}{share(ours.max(1)):<26}{share(plain.max(1))}", flush=True)


ACCURACIES = (0.10, 0.15, 0.30, 0.50, 0.70, 0.90, 0.97)
SIZES = (40, 100, 200, 400)
COVERED = (
    # Every accuracy with two of the sizes and both kinds of flips, at the looks of many runs.
    *(
        Unchanged(accuracy=accuracy, n=SIZES[(i + 2 * j) % 4], looks=10, kept=0.9 * j)
        for i, accuracy in enumerate(ACCURACIES)
        for j in range(2)
    ),
    # The others at one look, and told clusters of 4 at one look and at ten.
    *(
        Unchanged(accuracy=accuracy, n=SIZES[(i + shift) % 4], looks=looks, cluster=cluster)
        for shift, looks, cluster in ((1, 1, 1), (3, 1, 4), (2, 10, 4))
        for i, accuracy in enumerate(ACCURACIES)
    ),
    # A hundred looks.
    Unchanged(accuracy=0.30, n=40, looks=100, kept=0.9, cluster=4),
    Unchanged(accuracy=0.90, n=100, looks=100),
)


def every_accuracy(runs: int) -> None:
    """Print how often an unchanged model is blocked in a run, whatever its base knows."""
    print(f"\nAn unchanged model is blocked in a run, five tail slices of 40 ({runs} runs)")
    print(f"{'accuracy':>8} {'n':>5} {'looks':>6}  {'flips':<12}{'items':<18}blocked")
    worst = 0.0
    for setting, hits in zip(COVERED, unchanged(COVERED, runs), strict=True):
        print(_row(setting, hits), flush=True)
        worst = max(worst, float(hits.mean()))
    most = stats.binom.ppf(0.999, runs, ALPHA) / runs
    print(f"the most is {worst:.1%}; at a true 5 % up to {most:.1%} may be seen in {runs} runs")
    untold = [
        Unchanged(accuracy=accuracy, n=200, looks=10, cluster=4, told=False)
        for accuracy in (0.30, 0.70)
    ]
    print("\nThe same where clusters of 4 are not told, and not found")
    for setting, hits in zip(untold, unchanged(untold, runs), strict=True):
        print(_row(setting, hits), flush=True)


def _row(setting: Unchanged, hits: Array) -> str:
    flips = "fresh" if not setting.kept else f"{setting.kept:.0%} stay"
    told = "told" if setting.told else "untold"
    items = "alone" if setting.cluster == 1 else f"in {setting.cluster}s, {told}"
    return (
        f"{setting.accuracy:>8.2f} {setting.n:>5} {setting.looks:>6}  {flips:<12}{items:<18}"
        f"{share(hits)}"
    )


def one_checkpoint(runs: int) -> None:
    """Print how often one checkpoint's tail does not pass, and with the largest drop as worst."""
    print(f"\nOne checkpoint: its tail does not pass ({runs} checkpoints; slices of 40)")
    print(f"{'accuracy':>8} {'slices':>6}  {'true drop':<22}{'ftguard':<26}{'a breach':<26}largest")
    cells = [(BASE, 5), (0.30, 5), (0.50, 5), (0.90, 5), (BASE, 3), (BASE, 8)]
    for accuracy, count in cells:
        for label, drops in {
            "none": [0.0] * count,
            "one slice lost 30 %": [0.30] + [0.0] * (count - 1),
            "all lost 20 %": [0.20] * count,
        }.items():
            hits = _one_checkpoint(accuracy, drops, runs)
            print(
                f"{accuracy:>8.2f} {count:>6}  {label:<22}"
                + "".join(f"{share(h):<26}" for h in hits)
            )


def _one_checkpoint(accuracy: float, drops: Sequence[float], runs: int) -> Array:
    """Whether the gate does not pass, is a breach, and any slice is beyond it; shape [3, runs]."""
    generator, hits = default_rng([3, round(100 * accuracy), len(drops)]), np.zeros((3, runs))
    for index in range(runs):
        parts = [paired(generator, SLICE, drop, graded=False, accuracy=accuracy) for drop in drops]
        verdict = decide([_worst(parts)], [TAIL], Look(number=1, planned=1))
        largest = max(_lost(part) for part in parts)
        hits[:, index] = (
            verdict.passed is not True,
            verdict.passed is False,
            largest > TAIL.limit,
        )
    return hits


def power(runs: int) -> None:
    """Print how often a true drop of general capability is a breach, among four hypotheses."""
    print(f"\nA true drop of general capability is a breach ({runs} runs, four hypotheses)")
    print(
        f"{'n':>5} {'drop':>6}  {'at a single look':<26}{'at one of 10 looks':<26}plain threshold"
    )
    others = (CALIBRATION[0], CALIBRATION[1], TAIL)
    for n in (50, 100, 200, 400):
        for drop in (0.10, 0.15, 0.20):
            generator = default_rng([n, round(100 * drop)])
            hits = np.zeros((3, runs))
            for index in range(runs):
                forgetting = measure_drop(
                    "forgetting", "all", paired(generator, n, drop, graded=False)
                )
                still = [
                    measure_drop(g.measurement, g.slice, paired(generator, n, 0.0, graded=False))
                    for g in others
                ]
                for row, planned in enumerate((1, 10)):
                    look = Look(number=1, planned=planned)
                    verdict = decide([forgetting, *still], [FORGETTING, *others], look)
                    hits[row, index] = verdict.outcomes[0].state == "breach"
                value = forgetting.estimate.value if forgetting.estimate else 0.0
                hits[2, index] = value > FORGETTING.limit
            print(
                f"{n:>5} {drop:>6.0%}  {share(hits[0]):<26}{share(hits[1]):<26}{share(hits[2])}",
                flush=True,
            )


def drift(runs: int) -> None:
    """Print when a drop that grows by 2 % a checkpoint is first blocked."""
    setting = Setting(drop=tuple(0.02 * k for k in range(1, 11)), slices=())
    ours, plain = simulate(setting, runs)
    print(f"\nA drop that grows by 2 points a checkpoint is blocked by then ({runs} runs)")
    print("true drop " + "".join(f"{drop:>7.0%}" for drop in setting.drop))
    for label, blocks in (("ftguard", ours), ("plain", plain)):
        by_then = np.maximum.accumulate(blocks, axis=1).mean(0)
        print(f"{label:<10}" + "".join(f"{value:>7.1%}" for value in by_then))


def candidates(runs: int) -> None:
    """Print level and power of the tests that were in the choice, for one drop of n = 200."""
    runs = 20 * runs
    print(f"\nTests that were in the choice: one hypothesis, n = 200 ({runs} draws)")
    print(f"{'':<34}{'false at 5 %':>13}{'at 0.125 %':>12}{'finds 15 %':>12}{'finds 20 %':>12}")
    tests = {
        "Student's t, two steps added": _added_steps,
        "Student's t": _student,
        "McNemar, exact": _mcnemar,
        "McNemar, mid-p": _mid_p,
    }
    strict = ALPHA / 40
    for name, test in tests.items():
        cells = []
        for drop, level in ((0.0, ALPHA), (0.0, strict), (0.15, strict), (0.20, strict)):
            generator = default_rng([7, round(100 * drop)])
            chances = [CHURN + BASE * drop / 2, CHURN - BASE * drop / 2]
            counts = generator.multinomial(200, [*chances, 1 - sum(chances)], size=runs)
            lost, won = counts[:, 0].astype(float), counts[:, 1].astype(float)
            beyond = (lost - won) / 200 / BASE > FORGETTING.limit if drop else True
            cells.append(float(np.mean((test(lost, won) <= level) & beyond)))
        print(f"{name:<34}{cells[0]:>13.2%}{cells[1]:>12.3%}{cells[2]:>12.1%}{cells[3]:>12.1%}")
    print("\nSharing 5 % over 10 looks and 4 gates: the level of the first and last look")
    for name, levels in {
        "equal shares (ftguard, planned)": [Look(number=k, planned=10).level for k in (1, 10)],
        "6 / (pi k)^2 (ftguard, unplanned)": [Look(number=k, planned=None).level for k in (1, 10)],
        "O'Brien-Fleming-like spending": [_obrien_fleming(k) for k in (1, 10)],
    }.items():
        finds = [special.ndtr(_shift(0.15) + special.ndtri(level / 4)) for level in levels]
        spent = f"{levels[0]:.5f} {levels[1]:.5f}"
        print(f"{name:<34} {spent}  finds 15 %: {finds[0]:.0%}, {finds[1]:.0%}")


def _lost(pairs: Paired) -> float:
    return float((pairs.base - pairs.now).sum() / max(1e-9, pairs.base.sum()))


def _worst(parts: list[Paired]) -> Measurement:
    """`tail/worst` of a tail that is made of these slices."""
    named = [(f"slice {i}", part) for i, part in enumerate(parts)]
    return worst_of([("all", _together(parts)), *named])


def _together(parts: list[Paired]) -> Paired:
    sizes = [0 if part.clusters is None else 1 + int(part.clusters.max()) for part in parts]
    starts = np.cumsum([0, *sizes])
    told = [
        start + part.clusters
        for start, part in zip(starts, parts, strict=False)
        if part.clusters is not None
    ]
    whole = _answers(
        np.concatenate([part.base for part in parts]),
        np.concatenate([part.now for part in parts]),
        np.concatenate(told) if told else None,
    )
    return replace(whole, discrete=parts[0].discrete)


def _added_steps(lost: Array, won: Array) -> Array:
    mean = (lost - won) / 200
    error = np.sqrt((lost + won - 200 * mean**2 + 2) / 201 / 202)
    return np.asarray(special.stdtr(201, -mean / error))


def _student(lost: Array, won: Array) -> Array:
    mean = (lost - won) / 200
    error = np.sqrt((lost + won - 200 * mean**2) / 199 / 200)
    return np.asarray(special.stdtr(199, -mean / error))


def _mcnemar(lost: Array, won: Array) -> Array:
    return np.asarray(stats.binom.sf(lost - 1, lost + won, 0.5))


def _mid_p(lost: Array, won: Array) -> Array:
    return _mcnemar(lost, won) - 0.5 * np.asarray(stats.binom.pmf(lost, lost + won, 0.5))


def _obrien_fleming(look: int, looks: int = 10) -> float:
    """What the spending function of Lan and DeMets spends at a look."""
    spent = [
        2 * special.ndtr(special.ndtri(ALPHA / 2) / np.sqrt(max(k, 1e-9) / looks))
        for k in (look, look - 1)
    ]
    return float(spent[0] - spent[1])


def _shift(drop: float) -> float:
    move = BASE * drop
    return float(move / np.sqrt((2 * CHURN - move**2) / 200))


def few_probes(runs: int) -> None:
    """Print how often the last of several checkpoints passes forgetting though it was told by few.

    Either a tenth more of the queries than the limit allows are lost for good and the others never
    change, or nothing is; the same probes are asked at each checkpoint. `interval` is the rule
    without the bound on what few probes leave open.
    """
    print(f"\nForgetting passes at the last of some checkpoints ({runs} runs)")
    print(
        f"{'accuracy':>8} {'n':>5} {'looks':>6}{'12 % lost':>11}{'interval':>10}{'none lost':>11}"
        f"{'interval':>10}{'same breach':>13}"
    )
    for accuracy in (1.0, 0.7, 0.5):
        for n in (5, 12, 20, 29, 40, 60, 100, 200):
            for looks in (1, 6):
                cells = [_passes(accuracy, n, looks, drop, runs) for drop in (0.12, 0.0)]
                shares = "".join(f"{share:>11.0%}" for cell in cells for share in cell[:2])
                same = all(cell[2] for cell in cells)
                print(f"{accuracy:>8.2f} {n:>5} {looks:>6}{shares}{same!s:>13}", flush=True)


def _passes(
    accuracy: float, n: int, looks: int, drop: float, runs: int
) -> tuple[float, float, bool]:
    """Shares of runs by the rule and by the interval alone, and whether both breach alike."""
    generator, passed, same = default_rng([n, looks, round(100 * accuracy)]), [0, 0], True
    for _ in range(runs):
        base = (generator.random(n) < accuracy).astype(float)
        gone = generator.random(n) < drop
        found = measure_drop("forgetting", "all", _answers(base, np.where(gone, 0.0, base)))
        run = [Measured.at(k / looks, [found]) for k in range(1, looks + 1)]
        curve = read_gate(FORGETTING, run).get(looks - 1)
        curves = {FORGETTING.key: curve} if curve else {}
        look = Look(number=looks, planned=looks)
        states = [
            decide([m], [FORGETTING], look, curves).outcomes[0].state
            for m in (found, replace(found, telling=np.inf))
        ]
        for place, state in enumerate(states):
            passed[place] += state in ("clear", "within")
        same &= (states[0] == "breach") == (states[1] == "breach")
    return passed[0] / runs, passed[1] / runs, same


TABLES = (few_probes, candidates, power, drift, false_blocks, one_checkpoint, every_accuracy)


def main() -> None:
    """Print every table, or one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--only", choices=[table.__name__ for table in TABLES])
    parser.add_argument("--part", type=float, nargs="+")
    given = parser.parse_args()
    if given.part:
        in_parts(given.runs, given.part)
        return
    for table in TABLES:
        if given.only in (None, table.__name__):
            table(given.runs)


if __name__ == "__main__":
    main()
