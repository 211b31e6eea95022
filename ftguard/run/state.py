"""Makes `RunState`, what the events of one run come to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce

from ftguard.folders import CheckpointId
from ftguard.judge import Usage
from ftguard.run.ledger import (
    Acted,
    AnyEvent,
    Examined,
    Lost,
    RunStarted,
    Scored,
    Superseded,
)
from ftguard.stats.alpha_spending import Look
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.choice import Choice, choose
from ftguard.verdict.run import Run


@dataclass(frozen=True, kw_only=True)
class RunState:
    """A fold over the events of one run; a resume takes back what came after its step."""

    run: str
    """The run's id; events of others are passed over."""
    strict: bool = False
    """Whether only proven checkpoints can be the best."""
    attempts: tuple[Run, ...] = ()
    """The run's starts, oldest first; these no resume takes back."""
    checkups: tuple[Checkup, ...] = ()
    """Those that count, one a step, in the order of steps."""
    lost: frozenset[int] = frozenset()
    """Steps whose files are gone."""
    looks: Mapping[CheckpointId, int] = field(default_factory=dict)
    """The number of each look at the gates; those of abandoned attempts have spent their share."""
    lowered: tuple[Acted, ...] = ()
    """The lowerings of the learning rate that are in force, oldest first."""
    scored: tuple[Scored, ...] = ()
    """What a judge has said."""
    usage: Usage | None = None
    """What the run has spent on the judge, abandoned attempts included."""

    @cached_property
    def choice(self) -> Choice | None:
        """The checkpoint to keep by what is known so far, among those whose files are there.

        Computed when it is asked for: a resume folds many events and needs the last state's.
        """
        return choose(self.checkups, strict=self.strict, lost=self.lost)

    @property
    def best(self) -> Checkup | None:
        """The checkpoint to keep."""
        return self.choice.checkup if self.choice else None

    @property
    def next_look(self) -> Look:
        """The look that the next examined checkpoint is."""
        return self._look(len(self.looks) + 1)

    def look_of(self, checkpoint: CheckpointId) -> Look:
        """The look that an examined checkpoint was: scores that come late are no further one."""
        return self._look(self.looks[checkpoint])

    @property
    def learning_rate(self) -> float:
        """The peak rate in force: the user's own, until this attempt lowers it."""
        latest = self.attempts[-1]
        now = [action for action in self.lowered if action.attempt == latest.attempt]
        if latest.rate is None:
            now = list(self.lowered)
        if now:
            return now[-1].learning_rate
        return latest.learning_rate if latest.rate is None else latest.rate

    def find(self, step: int, attempt: int) -> Checkup | None:
        """What an attempt found at a step, where that counts."""
        # Runs look for what they have examined last.
        found = (c for c in reversed(self.checkups) if (c.step, c.attempt) == (step, attempt))
        return next(found, None)

    def _look(self, number: int) -> Look:
        planned = self.attempts[0].planned_looks if self.attempts else None
        return Look(number=number, planned=planned)


def fold(events: Iterable[AnyEvent], run: str, *, strict: bool = False) -> RunState:
    """What the events of one run come to, oldest first."""
    return reduce(after, events, RunState(run=run, strict=strict))


def after(state: RunState, event: AnyEvent) -> RunState:
    """The state once an event has happened.

    A checkpoint costs a copy of pointers to those before it.
    """
    if event.run != state.run:
        return state
    new = state
    match event:
        case RunStarted(record=record):
            new = replace(state, attempts=(*state.attempts, record))
        case Examined(checkup=checkup):
            new = _with_checkup(state, checkup)
        case Lost(step=step):
            new = replace(state, lost=state.lost | {step})
        case Acted(do="lower_learning_rate"):
            new = replace(state, lowered=(*state.lowered, event))
        case Scored(usage=usage):
            new = replace(state, scored=(*state.scored, event), usage=usage)
        case Superseded(step=step):
            new = _back_to(state, step)
    return new


def _with_checkup(state: RunState, checkup: Checkup) -> RunState:
    before = state.checkups
    looks = state.looks
    if checkup.id not in looks:
        looks = {**looks, checkup.id: len(looks) + 1}
    while before and before[-1].step >= checkup.step:
        before = before[:-1]
    later = tuple(c for c in state.checkups[len(before) :] if c.step != checkup.step)
    return replace(state, checkups=(*before, checkup, *later), looks=looks)


def _back_to(state: RunState, step: int) -> RunState:
    return replace(
        state,
        checkups=tuple(c for c in state.checkups if c.step <= step),
        lost=frozenset(lost for lost in state.lost if lost <= step),
        lowered=tuple(action for action in state.lowered if action.step <= step),
        scored=tuple(scored for scored in state.scored if scored.step <= step),
    )
