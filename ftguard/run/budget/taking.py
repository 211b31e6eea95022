"""Asks the base and checkpoints what the budget allows, in one go or in two."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import reduce

import torch

from ftguard.ask.ranks import broadcast_from_main
from ftguard.ask.weights import repeatable
from ftguard.measures import measure
from ftguard.measures.target import target
from ftguard.run.budget.plan import Ahead
from ftguard.run.budget.spending import Spending
from ftguard.run.examine import EvalConfig, Moment, label_of, take_snapshot
from ftguard.scores.snapshot import Snapshot, merged
from ftguard.verdict.checkup import Checkup


def take_base(
    model: torch.nn.Module,
    config: EvalConfig,
    run: str,
    *,
    spending: Spending | None,
    known: Snapshot | None = None,
) -> Snapshot:
    """What the base answers: everything, or what the budget allows, after a few that tell prices.

    Where asking is not repeatable each question is asked twice, for the noise floor. Every process
    must call it.

    Args:
        model: the base, or a model whose adapters can be disabled.
        config: what can be asked.
        run: the run's id.
        spending: the budget; None asks everything.
        known: what the base has answered before; it is not asked again.
    """
    order = [probe.id for probe in config.prompt_batch.probes]
    everything, answered = set(order), {s.probe_id for s in known.scores} if known else set()
    if known is not None and spending is not None:
        spending.learn(known, known)
    if everything <= answered and known is not None:
        return known
    asking = _Twice(model=model, config=config, run=run)
    if spending is None:
        asking.ask(everything - answered)
    else:
        if known is None:
            asking.ask(broadcast_from_main(spending.first()))
            first = asking.first(order)
            spending.learn(first, first)
        rest = spending.of_base(known or first, times=asking.times, free=known is not None)
        asking.ask(broadcast_from_main(rest))
        if len(asking.taken) > (known is None):
            last = asking.taken[-1][0]
            spending.learn(known or asking.first(order), last)
    if not asking.taken and known is not None:
        return known
    found = asking.with_noise(order)
    return found if known is None else merged(known, found, order)


def take_checkpoint(
    model: torch.nn.Module,
    config: EvalConfig,
    base: Snapshot,
    run: str,
    moment: Moment,
    *,
    past: Sequence[Checkup],
    spending: Spending,
    ahead: Ahead,
    previous: Snapshot | None = None,
) -> Snapshot:
    """What a checkpoint answers to what the budget lets it be asked.

    One that may be the best is asked more. That is told by its target, which no gate looks at,
    and by the gates of the checkpoint before: to ask more where this one's gates look well would
    be to look twice. Every process must call it.
    """

    def ask(ids: AbstractSet[str]) -> Snapshot:
        taken = take_snapshot(
            model,
            config,
            run=run,
            step=moment.step,
            base=base,
            only=ids,
            previous=previous,
            label=label_of(moment),
        )
        spending.learn(base, taken)
        return taken

    plan = broadcast_from_main(spending.at_checkpoint(base, past, ahead))
    first = ask(plan.first)
    if not plan.more or not _may_be_best(config, base, first, past):
        return first
    spending.went_on(plan)
    return merged(first, ask(plan.more), [probe.id for probe in config.prompt_batch.probes])


class _Twice:
    """Asks the base, once or twice, in as many goes as it takes."""

    def __init__(self, *, model: torch.nn.Module, config: EvalConfig, run: str) -> None:
        self.model, self.config, self.run = model, config, run
        self.times = 1 if repeatable(model) else 2
        self.taken: list[tuple[Snapshot, ...]] = []

    def ask(self, ids: AbstractSet[str]) -> None:
        """Ask these; none is no go."""
        if not ids:
            return
        labels = ("ftguard: base", "ftguard: base again")[: self.times]
        self.taken.append(
            tuple(
                take_snapshot(self.model, self.config, run=self.run, step=0, only=ids, label=label)
                for label in labels
            )
        )

    def first(self, order: Sequence[str]) -> Snapshot:
        """What came of asking for the first time."""
        return self._whole(0, order)

    def with_noise(self, order: Sequence[str]) -> Snapshot:
        """The same, with how far off the second time was."""
        first = self.first(order)
        if self.times == 1:
            return first
        probes, second = self.config.prompt_batch.probes, self._whole(1, order)
        against_itself = measure(probes, first, second, self.config.measures)
        noise = {m.key: abs(m.estimate.value) for m in against_itself if m.estimate is not None}
        return replace(first, noise=noise)

    def _whole(self, time: int, order: Sequence[str]) -> Snapshot:
        return reduce(lambda one, two: merged(one, two, order), (go[time] for go in self.taken))


def _may_be_best(
    config: EvalConfig, base: Snapshot, now: Snapshot, past: Sequence[Checkup]
) -> bool:
    if past and past[-1].verdict.passed is False:
        return False
    found = {m.key: m.estimate for m in target(config.prompt_batch.probes, base, now)}
    before = [c.target for c in past if c.target is not None]
    best = max((m.estimate.value for m in before if m.estimate is not None), default=None)
    if best is None or not before:
        return True
    gain = found.get(before[-1].key)
    return gain is None or gain.high >= best
