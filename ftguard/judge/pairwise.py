"""Compares two answers in both orders; what depends on the order is a tie."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from ftguard.judge.asking import Asking
from ftguard.judge.budget import Budget
from ftguard.judge.endpoint import Reply
from ftguard.judge.judge import Judge
from ftguard.judge.parse import read_preference
from ftguard.judge.request import Labels, Request, preference_request
from ftguard.probes.probe import Probe
from ftguard.scores.record import Unscorable

Better = Literal["first", "second", "tie"]


@dataclass(frozen=True, kw_only=True)
class JudgedPair:
    """Two answers to one probe; which model gave which is known to the caller alone."""

    key: str
    probe: Probe
    first: str
    second: str


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What a judge made of a pair."""

    key: str
    better: Better | None = None
    """None where one of the orders brought no preference."""
    unscored: str | None = None
    """Why there is none."""
    orders: tuple[Labels, ...] = ()
    """What was said with the first answer as A, and with it as B; empty where nothing was asked or
    said."""

    @property
    def agrees(self) -> bool | None:
        """Whether both orders prefer the same answer; None where that was not asked or said."""
        if not self.orders:
            return None
        return self.orders[0] == _SWAPPED[self.orders[1]]


_SWAPPED: dict[Labels, Labels] = {"A": "B", "B": "A", "tie": "tie"}


def requests_for(judge: Judge, pair: JudgedPair) -> tuple[Request, Request]:
    """Both orders: the first answer as A, then as B."""
    return (
        preference_request(judge, pair.probe, pair.first, pair.second),
        preference_request(judge, pair.probe, pair.second, pair.first),
    )


def compare(judge: Judge, pairs: Iterable[JudgedPair], budget: Budget) -> tuple[Compared, ...]:
    """Ask which answer of each pair is better, in both orders, and wait for it.

    A third of such verdicts changes with the order (Zheng et al. 2023, 2306.05685): where the two
    disagree, the pair is a tie. Identical answers are one without a call.
    """
    pairs = tuple(pairs)
    orders = {pair.key: requests_for(judge, pair) for pair in pairs if pair.first != pair.second}
    asking = Asking(judge, [request for two in orders.values() for request in two], budget)
    asking.wait(None)
    replies = dict(asking.take())
    return tuple(
        _compared(pair, [replies[request.digest] for request in orders[pair.key]])
        if pair.key in orders
        else Compared(key=pair.key, better="tie")
        for pair in pairs
    )


def _compared(pair: JudgedPair, outcomes: Sequence[Reply | str]) -> Compared:
    labels: list[Labels] = []
    for outcome in outcomes:
        if isinstance(outcome, str):
            return Compared(key=pair.key, unscored=outcome)
        try:
            labels.append(read_preference(outcome, [pair.first, pair.second]).better)
        except Unscorable as reason:
            return Compared(key=pair.key, unscored=str(reason))
    better: Better = "tie"
    if labels[0] == _SWAPPED[labels[1]] and labels[0] != "tie":
        better = "first" if labels[0] == "A" else "second"
    return Compared(key=pair.key, better=better, orders=tuple(labels))
