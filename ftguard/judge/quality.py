"""Measures a judge on pairs of answers of which one is known to be better."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import msgspec

from ftguard.judge.budget import Budget
from ftguard.judge.judge import Judge
from ftguard.judge.judging import Judged, Judging
from ftguard.judge.pairwise import Compared, JudgedPair, compare, requests_for
from ftguard.judge.request import Request, Task, rating_request
from ftguard.probes.probe import Probe

LEVEL = 0.95


class KnownPair(msgspec.Struct, frozen=True, kw_only=True):
    """Two answers of which one is better beyond doubt."""

    id: str
    kind: str
    """What the worse answer lacks, or the trap that the pair is."""
    prompt: str
    better: str
    worse: str
    reference: str | None = None
    notes: str | None = None

    @property
    def probe(self) -> Probe:
        """What was asked."""
        return Probe(
            id=self.id,
            prompt=self.prompt,
            reference=self.reference,
            scorer="normalized_match" if self.reference else "open",
            notes=self.notes,
        )

    @property
    def better_first(self) -> bool:
        """Whether the better answer stands first in the pair; half of them, by number."""
        return int(self.id.rpartition("-")[2]) % 2 == 0

    @property
    def better_longer(self) -> bool:
        """Whether the better answer is the longer one."""
        return len(self.better) > len(self.worse)


@dataclass(frozen=True, kw_only=True)
class Share:
    """A share of things, with a Wilson interval at 95 % (Wilson 1927, JASA 22:209)."""

    value: float | None
    """In [0, 1]; None where n is 0."""
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, kw_only=True)
class Quality:
    """What a judge is worth on the built-in pairs."""

    model: str
    rubric: str
    """Its version."""
    repeats: int
    right: Share
    """Pairs whose better answer got the higher score, each answer graded on its own."""
    tied: Share
    """Pairs whose answers got the same score, which is not right."""
    preferred: Share
    """Pairs whose better answer was preferred in both orders."""
    repeated: Share
    """Answers that got the same ratings at each repeat."""
    turned: Share
    """Pairs whose verdict depends on the order: position bias, of either kind."""
    first: Share
    """Of single verdicts that are no tie, those for the answer that stands first; 0.5 is fair."""
    longer: Share
    """`right` where the better answer is the longer one."""
    shorter: Share
    """`right` where the better answer is the shorter one; far below `longer` is length bias."""
    kinds: Mapping[str, Share]
    """`right` by kind of pair."""
    unscored: Mapping[str, int]
    """Reasons why answers or pairs were not judged, and how often."""


def known_pairs() -> tuple[KnownPair, ...]:
    """The built-in pairs."""
    lines = files("ftguard.judge").joinpath("pairs.jsonl").read_text("utf-8").splitlines()
    # The first line is the canary.
    return tuple(msgspec.json.decode(line, type=KnownPair) for line in lines[1:])


def requests_of(judge: Judge, pairs: Sequence[KnownPair], repeats: int) -> Iterator[Request]:
    """All that measuring a judge asks."""
    for repeat in range(repeats):
        yield from (rating_request(judge, task, repeat) for task in _tasks(pairs))
    for pair in pairs:
        yield from requests_for(judge, _placed(pair))


def measure_judge(
    judge: Judge, pairs: Sequence[KnownPair], budget: Budget, *, repeats: int
) -> Quality:
    """Grade each answer on its own, `repeats` times, and compare each pair in both orders."""
    times = [_graded(judge, pairs, budget, repeat) for repeat in range(repeats)]
    compared = compare(judge, [_placed(pair) for pair in pairs], budget)
    gaps = {pair.id: gap for pair in pairs if (gap := _gap(pair, times[0])) is not None}
    single = [label for c in compared for label in c.orders if label != "tie"]
    same = [
        len({tuple(sorted(graded[key].ratings.items())) for graded in times}) == 1
        for key in times[0]
        if all(graded[key].score is not None for graded in times)
    ]

    def right(chosen: Callable[[KnownPair], bool]) -> Share:
        return share([gaps[pair.id] > 0 for pair in pairs if pair.id in gaps and chosen(pair)])

    return Quality(
        model=judge.model,
        rubric=judge.rubric.version,
        repeats=repeats,
        right=right(lambda _: True),
        tied=share([gap == 0 for gap in gaps.values()]),
        preferred=share(
            [
                c.better == ("first" if pair.better_first else "second")
                for pair, c in zip(pairs, compared, strict=True)
                if c.better is not None
            ]
        ),
        repeated=share(same if repeats > 1 else []),
        turned=share([not c.agrees for c in compared if c.agrees is not None]),
        first=share([label == "A" for label in single]),
        longer=right(lambda pair: pair.better_longer),
        shorter=right(lambda pair: not pair.better_longer),
        kinds={
            kind: right(lambda pair, kind=kind: pair.kind == kind)  # type: ignore[misc]
            for kind in dict.fromkeys(pair.kind for pair in pairs)
        },
        unscored=dict(_reasons(times, compared).most_common()),
    )


def share(held: Sequence[bool]) -> Share:
    """How many of some things hold."""
    if not held:
        return Share(value=None, low=None, high=None, n=0)
    # Takes half a second to import, which every other command does without.
    from scipy.stats import binomtest

    low, high = binomtest(sum(held), len(held)).proportion_ci(LEVEL, method="wilson")
    return Share(value=sum(held) / len(held), low=float(low), high=float(high), n=len(held))


def _tasks(pairs: Sequence[KnownPair]) -> Iterator[Task]:
    for pair in pairs:
        yield Task(key=f"{pair.id} better", probe=pair.probe, text=pair.better)
        yield Task(key=f"{pair.id} worse", probe=pair.probe, text=pair.worse)


def _placed(pair: KnownPair) -> JudgedPair:
    first, second = (pair.better, pair.worse) if pair.better_first else (pair.worse, pair.better)
    return JudgedPair(key=pair.id, probe=pair.probe, first=first, second=second)


def _graded(
    judge: Judge, pairs: Sequence[KnownPair], budget: Budget, repeat: int
) -> dict[str, Judged]:
    judging = Judging(judge, _tasks(pairs), budget, repeat=repeat)
    judging.wait()
    return {judged.key: judged for judged in judging.take()}


def _gap(pair: KnownPair, graded: Mapping[str, Judged]) -> float | None:
    better, worse = (graded[f"{pair.id} {side}"].score for side in ("better", "worse"))
    return None if better is None or worse is None else better - worse


def _reasons(times: Sequence[Mapping[str, Judged]], compared: Sequence[Compared]) -> Counter[str]:
    graded = (judged.unscored for each in times for judged in each.values())
    return Counter(
        reason for reason in (*graded, *(c.unscored for c in compared)) if reason is not None
    )
