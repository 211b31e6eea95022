"""Decides at each moment of a run which probes its budget lets it ask."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property

from ftguard.ask.prompts import PromptBatch
from ftguard.run.budget.allocation import Part, allocate
from ftguard.run.budget.budget import Budget
from ftguard.run.budget.plan import Ahead, Plan, ids_of
from ftguard.run.budget.prices import TRAINED_BY_READ, Prices, Work, works_of
from ftguard.run.budget.rotation import Turn, Unit, parts_of, turn
from ftguard.run.clock import Clock
from ftguard.scores.snapshot import Snapshot
from ftguard.verdict.checkup import Checkup

LEAST = 8
"""Units of each part that are asked of the base and of the last checkpoint whatever they cost."""
TOGETHER = 24
"""Units of a part that a checkpoint between is asked together or not at all: by fewer a loss of
15 % would hardly be seen, however often they are asked."""
OF_BASE = 0.25
"""The base's share of the budget, where not everything can be asked everywhere."""
OF_LAST = 1 / 3
"""The last checkpoint's share of what is left, at most."""
OF_CANDIDATES = 1 / 3
"""The share of the rest that only checkpoints get which may be the best."""
UNKNOWN = 10.0
"""Seconds for the base where nothing tells how long training will take."""
TRIFLE = 0.05
"""Seconds: what asking everything takes of a toy, where being thrifty would save nothing."""
SETTLED, IDLE = 0.5, 0.25
"""Weights of a part whose gates are decided, and of one whose base has nothing to lose."""
DECIDED = ("clear", "breach")
MEASURED = {
    "target": ("target",),
    "general": ("forgetting", "own_answers", "format"),
    "tail": ("tail",),
    "calibration": ("calibration",),
}
"""What each role is measured by."""


@dataclass(kw_only=True)
class Spending:
    """A budget, and what was learnt of its use; of one attempt of a run."""

    budget: Budget
    clock: Clock
    batch: PromptBatch
    """All that could be asked."""
    seed: int
    tokens: float | None
    """That training will take; None where nothing tells."""
    checks: int | None
    """Checkpoints planned; None where that depends on results."""
    prices: Prices = field(default_factory=Prices)
    overhead: float = 0.0
    """Seconds that a check takes beside asking, as of late."""
    _began: float | None = None
    """What had been spent when the last check began."""
    _asking: float = 0.0
    """Seconds that it has spent on asking."""
    _foreseen: tuple[Snapshot, Mapping[str, Work]] | None = None
    """The work that was foreseen last, and by which base."""
    _next: dict[str, int] = field(default_factory=dict)
    """Where the next turn of each role begins."""
    _skipped: dict[str, int] = field(default_factory=dict)
    """Checkpoints in a row at which a part was not asked."""

    @cached_property
    def parts(self) -> Mapping[str, tuple[Unit, ...]]:
        """The units of each role, in the order in which they take turns."""
        return parts_of(self.batch, self.seed)

    # The base

    def first(self) -> frozenset[str]:
        """Ids of what the base is asked first, whatever it costs: prices are learnt from it."""
        return ids_of(unit for units in self.parts.values() for unit in units[:LEAST])

    def of_base(self, known: Snapshot, *, times: int = 1, free: bool = False) -> frozenset[str]:
        """Ids of what the base can be asked beside what it has answered.

        Args:
            known: what it has answered.
            times: how often each question is asked of the base.
            free: whether an earlier run has paid for that.
        """
        return self._beforehand(known, self.parts, _answered(known), times, free=free)

    def of_start(self, base: Snapshot) -> frozenset[str]:
        """Ids of what a model is asked that the run takes up as a fine-tune of the base."""
        return self._beforehand(base, self._open(base), frozenset(), 1)

    def _beforehand(
        self,
        base: Snapshot,
        parts: Mapping[str, Sequence[Unit]],
        answered: AbstractSet[str],
        times: int,
        *,
        free: bool = False,
    ) -> frozenset[str]:
        """Ids of those of `parts`, beside `answered`, that can be asked before training."""
        works, checks = self._works(base), self.checks or 1
        every = ids_of(unit for units in parts.values() for unit in units)
        had, rest = self._price(works, answered), times * self._price(works, every - answered)
        paid = 0.0 if free else had
        if self.budget.share is None:
            left = (self.budget.seconds or 0.0) - paid
        elif self.tokens is None:
            left = UNKNOWN
        else:
            training = self.tokens * self.prices.read * TRAINED_BY_READ
            left = self.budget.total(training, checks) - self.clock.spent
            if rest + checks * self._price(works, every) > left:
                left = OF_BASE * (left + paid) - paid
        if rest <= max(left, TRIFLE):
            return every - answered
        if free and left <= 0:
            return frozenset()
        sizes = {
            name: Part(size=len(units), price=self._price_each(works, units))
            for name, units in parts.items()
        }
        counts = allocate(sizes, max(0.0, left / times + had))
        least = {name: max(int(counts[name]), min(LEAST, len(parts[name]))) for name in parts}
        wanted = ids_of(unit for name, units in parts.items() for unit in units[: least[name]])
        return wanted - answered

    # A checkpoint

    def at_checkpoint(self, base: Snapshot, past: Sequence[Checkup], ahead: Ahead) -> Plan:
        """What a checkpoint is asked: a stratified part of what the base answered."""
        self._note_overhead()
        works, units = self._works(base), self._open(base)
        seconds = self.allowance(base, ahead)
        if self._price(works, _answered(base)) <= max(seconds, TRIFLE):
            return Plan(first=_answered(base))
        parts = self._parts(works, units, past)
        counts = allocate(parts, seconds)
        turns = {
            name: turn(
                own, self._count(name, counts[name], len(own), ahead), self._next.get(name, 0)
            )
            for name, own in units.items()
        }
        first = ids_of(unit for one in turns.values() for unit in one.units)
        self._next.update({name: one.next for name, one in turns.items()})
        return Plan(first=first, turns=self._more(units, first, parts, ahead, base))

    def went_on(self, plan: Plan) -> None:
        """Remember that a checkpoint was asked more."""
        self._next.update(plan.next)

    def _count(self, name: str, affordable: float, size: int, ahead: Ahead) -> int:
        """How many units to ask: some at every other checkpoint, rather than few at each."""
        count, least = round(affordable), min(TOGETHER, size)
        if ahead.is_last:
            count = max(count, min(LEAST, size))
        elif count < least:
            waited = self._skipped.get(name, 0) + 1
            count = least if affordable * waited >= least else 0
        self._skipped[name] = 0 if count else self._skipped.get(name, 0) + 1
        return count

    def _more(
        self,
        units: Mapping[str, Sequence[Unit]],
        asked: frozenset[str],
        parts: Mapping[str, Part],
        ahead: Ahead,
        base: Snapshot,
    ) -> Mapping[str, Turn]:
        """What is asked beside the first part of a checkpoint that may be the best."""
        left = {n: sum(not asked & set(unit) for unit in own) for n, own in units.items()}
        rest = {name: replace(part, size=left[name]) for name, part in parts.items()}
        counts = allocate(rest, self._for_candidate(base, ahead))
        return {
            name: turn(own, round(counts[name]), self._next.get(name, 0), asked)
            for name, own in units.items()
            if round(counts[name]) >= max(1, min(LEAST, left[name]))
        }

    def allowance(self, base: Snapshot, ahead: Ahead) -> float:
        """Seconds that this checkpoint's asking may take."""
        left, full = self._left(ahead), self._price(self._works(base), _answered(base))
        if ahead.is_last or self.budget.share is None or ahead.checks is None:
            return left
        if left >= full * ahead.checks:
            return full
        rest = left - self._of_last(base, left)
        return max(0.0, rest * (1 - OF_CANDIDATES) / max(1, ahead.checks - 1))

    def learn(self, base: Snapshot, now: Snapshot) -> None:
        """Remember what an asking took.

        Args:
            base: what the work is foreseen from.
            now: what came of asking; the base itself where that was asked.
        """
        works = self._works(base)
        work = sum((works[i] for i in _answered(now) if i in works), Work())
        writing, self._asking = now.writing_seconds, self._asking + now.seconds
        self.prices.learn(work, writing=writing, reading=max(0.0, now.seconds - writing))

    def price(self, base: Snapshot) -> float:
        """Seconds that asking all that the base answered takes."""
        return self._price(self._works(base), _answered(base))

    def price_of_all(self, base: Snapshot) -> float:
        """Seconds that asking everything takes once, also what the base was not asked."""
        return self.prices.of(self._works(base).values())

    def price_of_least(self, base: Snapshot) -> float:
        """Seconds of what the last checkpoint is asked in any case."""
        least = ids_of(unit for own in self._open(base).values() for unit in own[:LEAST])
        return self._price(self._works(base), least)

    def _note_overhead(self) -> None:
        if self._began is not None:
            beside = max(0.0, self.clock.spent - self._began - self._asking)
            self.overhead = (self.overhead + beside) / 2 if self.overhead else beside
        self._began, self._asking = self.clock.spent, 0.0

    def _left(self, ahead: Ahead) -> float:
        """Seconds that are left for asking, of the whole budget."""
        if self.budget.share is None:
            return max(0.0, (self.budget.seconds or 0.0) - self.overhead)
        checks = ahead.checks or 1
        training = self.clock.beside
        # Without an end in sight only what training has earned so far is spent.
        if ahead.checks is not None:
            training = self.clock.training(ahead.steps_done, ahead.steps)
        total = self.budget.total(training, checks)
        return max(0.0, total - self.clock.spent - self.overhead * checks)

    def _of_last(self, base: Snapshot, left: float) -> float:
        """Seconds put aside for the last checkpoint: a share, and what it has in any case."""
        return min(self.price(base), max(OF_LAST * left, self.price_of_least(base)))

    def _for_candidate(self, base: Snapshot, ahead: Ahead) -> float:
        if ahead.is_last or self.budget.share is None or ahead.checks is None:
            return 0.0
        left = self._left(ahead)
        rest = left - self._of_last(base, left)
        return max(0.0, rest * OF_CANDIDATES / max(1, ahead.checks - 1))

    def _open(self, base: Snapshot) -> Mapping[str, list[Unit]]:
        answered = _answered(base)
        return {name: [u for u in own if answered >= set(u)] for name, own in self.parts.items()}

    def _parts(
        self,
        works: Mapping[str, Work],
        units: Mapping[str, Sequence[Unit]],
        past: Sequence[Checkup],
    ) -> dict[str, Part]:
        return {
            name: Part(
                size=len(own), price=self._price_each(works, own), weight=_weight(name, past)
            )
            for name, own in units.items()
        }

    def _works(self, base: Snapshot) -> Mapping[str, Work]:
        # Of thousands of questions it takes longer than it should at each step that asks for it.
        if self._foreseen is None or self._foreseen[0] is not base:
            self._foreseen = (base, works_of(self.batch.questions, base))
        return self._foreseen[1]

    def _price(self, works: Mapping[str, Work], ids: Iterable[str]) -> float:
        return self.prices.of(works[probe_id] for probe_id in ids)

    def _price_each(self, works: Mapping[str, Work], units: Sequence[Unit]) -> float:
        return self._price(works, ids_of(units)) / max(1, len(units))


def _weight(role: str, past: Sequence[Checkup]) -> float:
    """How much more evidence on a role can change a decision, by the last checkpoint's gates."""
    if not past:
        return 1.0
    names = MEASURED.get(role, ())
    states = [o.state for o in past[-1].verdict.outcomes if o.gate.measurement in names]
    # Checkpoints are ranked by the target whether a gate is on it or not.
    if not states or role == "target":
        return 1.0
    if all(state == "nothing to lose" for state in states):
        return IDLE
    return SETTLED if all(state in DECIDED for state in states) else 1.0


def _answered(base: Snapshot) -> frozenset[str]:
    return frozenset(score.probe_id for score in base.scores)
