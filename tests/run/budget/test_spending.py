"""Tests of what a budget lets a run ask: whole runs on a clock that is wound by hand."""

from collections import Counter
from dataclasses import dataclass

import pytest

from ftguard import Probe, Snapshot
from ftguard.ask.answer import Answer
from ftguard.ask.prompts import PromptBatch, prepare
from ftguard.probes.probe import Role
from ftguard.run.budget.budget import Budget
from ftguard.run.budget.plan import Ahead
from ftguard.run.budget.spending import LEAST, OF_BASE, Spending
from ftguard.run.clock import Clock
from ftguard.scores.record import Score
from ftguard.scores.snapshot import Fingerprint, merged

FINGERPRINT = Fingerprint(
    weights="w", dtype="d", tokenizer="t", template="", probes="p", scorers=""
)
SIZES: dict[Role, int] = {"target": 80, "general": 80, "tail": 80, "calibration": 60}
CHECKS, STEPS = 20, 200
PER_STEP, LENGTH = 8, 50


@pytest.fixture(scope="module")
def batch() -> PromptBatch:
    """240 written questions and 60 that are read, of four roles."""
    from ftguard.testing import tiny_model, tiny_tokenizer

    tokenizer = tiny_tokenizer()
    probes = [
        Probe(
            id=f"{role}/{i}",
            prompt=f"say {i}: ",
            reference="8",
            scorer="exact_match" if role != "calibration" else "likelihood",
            slices=(f"slice {i % 3}",),
            role=role,
            max_new_tokens=16 if role != "calibration" else None,
        )
        for role, size in SIZES.items()
        for i in range(size)
    ]
    return prepare(probes, tiny_model(tokenizer), tokenizer, {})


@dataclass
class World:
    """A machine that takes so long for each thing."""

    batch: PromptBatch
    per_written: float
    per_read: float
    step: float
    beside: float = 0.0
    """Seconds of a check beside asking."""
    slower: float = 1.0
    """By how much asking gets slower from checkpoint to checkpoint."""
    now: float = 0.0
    asked: int = 0

    def ask(self, ids: frozenset[str]) -> Snapshot:
        """Seconds pass, as 6 tokens are written for each answer."""
        written = [q for q in self.batch.questions if q.probe_id in ids and q.prompt]
        read = [q for q in self.batch.questions if q.probe_id in ids and not q.prompt]
        seen = sum(len(q.prompt) + 6 for q in written)
        writing = 6 * len(written) * self.per_written + seen * self.per_read
        reading = sum(len(c) + len(t) for q in read for c, t in q.reads) * self.per_read
        self.now += writing + reading
        self.asked += len(ids)
        return Snapshot(
            run="r",
            step=0,
            fingerprint=FINGERPRINT,
            answers=tuple(
                Answer(probe_id=q.probe_id, token_ids=(1,) * 6) for q in (*written, *read)
            ),
            scores=tuple(Score(probe_id=i, value=1.0) for i in sorted(ids)),
            seconds=writing + reading,
            writing_seconds=writing,
        )

    def full(self) -> float:
        """Seconds of asking everything."""
        before = (self.now, self.asked)
        found = self.ask(frozenset(p.id for p in self.batch.probes)).seconds
        self.now, self.asked = before
        return found


@dataclass(frozen=True)
class Ran:
    """What came of a run."""

    share: float
    base: int
    counts: tuple[int, ...]
    """Asked at each checkpoint."""
    times: Counter[str]
    """How often each probe was asked."""
    foreseen: float


def run(world: World, budget: Budget, *, tokens: float | None = -1.0, known: bool = False) -> Ran:
    """Twenty checkpoints in two hundred steps."""
    clock = Clock(lambda: world.now)
    order = [p.id for p in world.batch.probes]
    foreseen_tokens = LENGTH * PER_STEP * STEPS if tokens == -1.0 else tokens
    spending = Spending(
        budget=budget, clock=clock, batch=world.batch, seed=0, tokens=foreseen_tokens, checks=CHECKS
    )
    with clock:
        if known:
            base = world.ask(frozenset(order))
            world.now -= base.seconds
            spending.learn(base, base)
        else:
            base = world.ask(spending.first())
            spending.learn(base, base)
            more = spending.of_base(base)
            if more:
                base = merged(base, world.ask(more), order)
                spending.learn(base, base)
    counts, times, foreseen = [], Counter[str](), 0.0
    for check in range(CHECKS):
        for step in range(STEPS // CHECKS):
            world.now += world.step * (3 if check == step == 0 else 1)
            done = check * (STEPS // CHECKS) + step + 1
            if done == 1:
                clock.warmed_up(1)
            if done == 5:
                training = clock.training(5, STEPS)
                total = max(budget.total(training, CHECKS), clock.spent)
                full = clock.spent + CHECKS * spending.price(base)
                foreseen = min(total, full) / (min(total, full) + training)
        with clock:
            ahead = Ahead(steps_done=(check + 1) * 10, steps=STEPS, checks=CHECKS - check)
            plan = spending.at_checkpoint(base, (), ahead)
            spending.learn(base, world.ask(plan.first))
            more = plan.more if check % 3 == 0 else frozenset[str]()
            if more:
                spending.went_on(plan)
                spending.learn(base, world.ask(more))
            counts.append(len(plan.first) + len(more))
            times.update([*plan.first, *more])
            world.now += world.beside
        world.per_written *= world.slower
    return Ran(
        share=clock.share,
        base=len(base.scores),
        counts=tuple(counts),
        times=times,
        foreseen=foreseen,
    )


def _world(batch: PromptBatch, full_share: float, slower: float = 1.0) -> World:
    """In which asking all at each of 20 checkpoints takes this share of the run."""
    world = World(batch=batch, per_written=2e-3, per_read=1e-4, step=1.0, slower=slower)
    world.step = CHECKS * world.full() * (1 - full_share) / full_share / STEPS
    # Training costs three times what reading does, as the forecast has it.
    return world


@pytest.mark.parametrize("full_share", [0.10, 0.30, 0.70])
@pytest.mark.parametrize("known", [False, True])
def test_the_budget_is_kept(batch: PromptBatch, full_share: float, known: bool) -> None:
    """Asking all would take 10, 30 or 70 % of a run of 20 checkpoints: 5 % are spent, by 20 % of
    that more or less, and so much was foreseen after five steps, whether the base was cached.
    """
    world = _world(batch, full_share)
    tokens = world.step * STEPS / 3 / world.per_read
    ran = run(world, Budget(share=0.05), tokens=tokens, known=known)

    assert 0.04 <= ran.share <= 0.06
    assert abs(ran.foreseen / ran.share - 1) <= 0.25


@pytest.mark.parametrize("off", [0.3, 3.0])
def test_a_wrong_guess_of_the_training_time_is_made_good(batch: PromptBatch, off: float) -> None:
    """Before the first step training was thought to take a third, or three times, as long."""
    world = _world(batch, 0.30)
    ran = run(world, Budget(share=0.05), tokens=off * world.step * STEPS / 3 / world.per_read)

    assert 0.04 <= ran.share <= 0.06


def test_what_a_check_takes_beside_asking_counts(batch: PromptBatch) -> None:
    """Each check writes files for a tenth of what asking all takes; asking gets slower by 3 % a
    checkpoint: the budget is kept all the same.
    """
    world = _world(batch, 0.30, slower=1.03)
    world.beside = world.full() / 10
    ran = run(world, Budget(share=0.05), tokens=world.step * STEPS / 3 / world.per_read)

    assert 0.04 <= ran.share <= 0.06


def test_everything_is_asked_where_that_fits(batch: PromptBatch) -> None:
    """Asking all takes 3 % of the run: all 300 are asked of the base and at every checkpoint."""
    world = _world(batch, 0.03)
    ran = run(world, Budget(share=0.05), tokens=world.step * STEPS / 3 / world.per_read)

    assert ran.base == 300
    assert set(ran.counts) == {300}


def test_all_probes_take_turns_and_the_last_checkpoint_gets_most(batch: PromptBatch) -> None:
    """Where a third is affordable each probe of a role is asked as often as the others, one time
    more or less but for the last; the last checkpoint is asked more than the middle one.
    """
    world = _world(batch, 0.15)
    ran = run(world, Budget(share=0.05), tokens=world.step * STEPS / 3 / world.per_read, known=True)

    often = [ran.times[p.id] for p in batch.probes if p.role == "general"]
    assert max(often) - min(often) <= 3
    assert ran.counts[-1] > ran.counts[10]


def test_a_run_too_short_for_anything_is_asked_the_least(batch: PromptBatch) -> None:
    """5 % of it would buy one question: the base and the last checkpoint are asked 8 of each of
    the four sets whatever that costs, and the checkpoints between nothing.
    """
    world = _world(batch, 0.99)
    ran = run(world, Budget(share=0.05), tokens=world.step * STEPS / 3 / world.per_read)

    assert ran.base == 4 * LEAST
    assert ran.counts == (0,) * 19 + (4 * LEAST,)


def test_what_an_earlier_run_paid_for_is_no_part_of_the_budget(batch: PromptBatch) -> None:
    """A base has a quarter of the budget. Where this run asked its first questions they are paid
    of that; where they come from the cache, all of it buys others: more by just their price.
    """
    world = _world(batch, 0.70)
    clock = Clock(lambda: world.now)
    tokens = world.step * STEPS / 3 / world.per_read
    spending = Spending(
        budget=Budget(share=0.05), clock=clock, batch=batch, seed=0, tokens=tokens, checks=CHECKS
    )
    with clock:
        known = world.ask(spending.first())
    spending.learn(known, known)
    own = world.ask(spending.of_base(known)).seconds
    cached = world.ask(spending.of_base(known, free=True)).seconds

    quarter = OF_BASE * Budget(share=0.05).total(world.step * STEPS, CHECKS)
    unit = known.seconds / LEAST  # one question of each of the four sets
    assert own + known.seconds == pytest.approx(quarter, abs=unit)
    assert cached == pytest.approx(quarter - OF_BASE * known.seconds, abs=unit)


def test_a_toy_is_asked_everything(batch: PromptBatch) -> None:
    """Asking all takes a hundredth of a second: nothing is left out, however short the run."""
    world = World(batch=batch, per_written=2e-6, per_read=1e-7, step=1e-5)
    ran = run(world, Budget(share=0.05))

    assert ran.base == 300
    assert set(ran.counts) == {300}


def test_seconds_a_checkpoint_are_kept_at_each(batch: PromptBatch) -> None:
    """Half of what asking all takes, at each: about half of the questions, never more time."""
    world = _world(batch, 0.30)
    half = world.full() / 2
    spent = run(world, Budget(seconds=half))
    assert spent.base < 300
    assert all(80 <= count <= 220 for count in spent.counts)
