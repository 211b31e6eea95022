"""Compares the kept checkpoints of several runs: what differs, and which of it is beyond chance."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ftguard.errors import FtguardError
from ftguard.measures.calibration import calibration
from ftguard.measures.paired import by_slice, pair
from ftguard.measures.side_by_side import SideBySide
from ftguard.probes import Probe
from ftguard.report.recorded import RecordedRun
from ftguard.scores.snapshot import Snapshot
from ftguard.stats.estimates import LEVEL, Estimate, mean_estimate
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gates import Verdict

ROLES = {"target": "target", "general": "general skills", "tail": "tail"}
"""What is held against each other, as it is called."""
OF_BASE = ("weights", "dtype", "tokenizer", "template", "scorers")
"""The parts of a fingerprint that have to agree, so that scores mean the same."""


@dataclass(frozen=True, kw_only=True)
class Contender:
    """One run with the checkpoint that it is compared by: the kept one, else its last."""

    name: str
    run: RecordedRun
    checkup: Checkup
    kept: bool
    verdict: Verdict
    """Of the kept one by the curves of its whole run."""

    @property
    def ships(self) -> bool:
        """Whether it passed every gate and learned something."""
        learned = self.run.conclusion is None or self.run.conclusion.learned
        return self.kept and self.verdict.passed is True and learned

    @cached_property
    def now(self) -> Snapshot:
        """The checkpoint's answers."""
        return self.run.sides(self.checkup)[1]

    @cached_property
    def pairs(self) -> tuple[SideBySide, ...]:
        """The base's answers and the checkpoint's."""
        return self.run.pairs(self.checkup)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """How much more one contender has than another, on the probes that both asked."""

    what: str
    estimate: Estimate
    """In points of score; of a calibration error, of that."""
    lower_is_better: bool = False

    @property
    def beyond_chance(self) -> bool:
        """Whether the interval leaves no difference out."""
        return self.estimate.low > 0 or self.estimate.high < 0

    @property
    def better(self) -> bool:
        """Whether the first one is better, chance aside."""
        return (self.estimate.value < 0) == self.lower_is_better


@dataclass(frozen=True, kw_only=True)
class Common:
    """What two runs share."""

    probes: tuple[Probe, ...]
    """Asked of both in the same tokens."""
    of: int
    """Probes that either asked."""
    base: tuple[str, ...]
    """The parts in which their bases or the way of scoring differ; none where they are the same."""
    missing: str = ""
    """Why nothing can be compared: answers that are gone."""

    @property
    def comparable(self) -> bool:
        """Whether differences mean anything."""
        return not self.base and not self.missing and len(self.probes) > 0


Shared = Mapping[tuple[str, str], Common]
"""What each two runs share, by their names in either order."""


def contender(name: str, run: RecordedRun) -> Contender:
    """A run by its kept checkpoint, else by its last.

    Raises:
        InputError: nothing is examined yet.
    """
    best = run.best_step
    checkup = run.checkup_at(
        best if best is not None else max((c.step for c in run.checkups), default=None)
    )
    verdict = checkup.verdict
    if best is not None and run.state.choice is not None and run.state.choice.checkup.step == best:
        verdict = run.state.choice.verdict
    return Contender(name=name, run=run, checkup=checkup, kept=best is not None, verdict=verdict)


def common(first: Contender, second: Contender) -> Common:
    """What both asked, in the same tokens, of the same base."""
    try:
        mine, theirs = first.pairs, second.pairs
        parts = first.run.base.fingerprint.differences(second.run.base.fingerprint)
    except FtguardError as error:
        return Common(probes=(), of=0, base=(), missing=str(error))
    others = {p.probe.id: p for p in theirs}
    shared = tuple(
        p.probe
        for p in mine
        if p.probe.id in others and p.base.fingerprint == others[p.probe.id].base.fingerprint
    )
    ids = {p.probe.id for p in mine} | set(others)
    base = tuple(part for part in parts if part in OF_BASE)
    return Common(probes=shared, of=len(ids), base=base)


def common_of(contenders: Sequence[Contender]) -> Shared:
    """What each two share, by their names in either order."""
    found: dict[tuple[str, str], Common] = {}
    for place, one in enumerate(contenders):
        for other in contenders[place + 1 :]:
            found[one.name, other.name] = found[other.name, one.name] = common(one, other)
    return found


def differences(
    first: Contender, second: Contender, shared: Common, *, num_comparisons: int = 1
) -> tuple[Difference, ...]:
    """How much more the first has than the second, paired on the probes that both asked.

    Args:
        first: scores of which the others are taken off.
        second: the other one.
        shared: what they share; nothing where they cannot be compared.
        num_comparisons: pairs of runs that are looked at: intervals are widened for them
            (Bonferroni).
    """
    if not shared.comparable:
        return ()
    level = 1 - (1 - LEVEL) / num_comparisons
    return tuple(_differences(first, second, shared.probes, level))


def _differences(
    first: Contender, second: Contender, probes: Sequence[Probe], level: float
) -> Iterator[Difference]:
    for role, called in ROLES.items():
        members = [p for p in probes if p.role == role and not p.holdout and not p.asks_for_form]
        for name, of_slice in by_slice(members):
            if name not in ("all", "likelihood"):
                continue
            pairs = pair(of_slice, second.now, first.now)
            if not pairs.too_few:
                estimate = mean_estimate(
                    pairs.now - pairs.base,
                    discrete=pairs.discrete,
                    clusters=pairs.clusters,
                    level=level,
                )
                kind = "" if name == "all" else ", likelihood"
                yield Difference(what=f"{called}{kind}", estimate=estimate)
    for measurement in calibration(probes, second.now, first.now):
        if measurement.name == "calibration" and measurement.estimate is not None:
            what = f"calibration error, {measurement.slice}"
            yield Difference(what=what, estimate=measurement.estimate, lower_is_better=True)
