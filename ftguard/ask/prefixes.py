"""Finds beginnings that many texts share, so that each is run once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ftguard.ask.render import Ids, num_shared


@dataclass(frozen=True, kw_only=True)
class Family:
    """Texts that begin alike."""

    shared: int
    """How many tokens they begin with alike and share; 0 for none."""
    members: tuple[int, ...]
    """Their places in what was given, in order."""


@dataclass(kw_only=True)
class _Interval:
    """Sorted texts from `start` on that begin alike with `shared` tokens, or more."""

    shared: int
    start: int
    saved: int = 0
    """The most that families within it save."""
    families: list[tuple[int, int, int]] = field(default_factory=list)
    """(shared, start, end) of those."""


def families(texts: Sequence[Ids], least: int) -> list[Family]:
    """The texts parted so that running each shared beginning once saves the most tokens.

    A beginning is shorter than any text that has it. What shares none comes last, as one family.

    Args:
        texts: in tokens.
        least: tokens that a family must save, more than the passes that it takes are worth.
    """
    order = sorted(range(len(texts)), key=lambda index: (texts[index], index))
    found, taken = [], set[int]()
    for shared, start, end in sorted(_best(texts, order, least), key=lambda one: one[1]):
        members = tuple(sorted(order[start:end]))
        found.append(Family(shared=shared, members=members))
        taken.update(members)
    rest = tuple(index for index in range(len(texts)) if index not in taken)
    return [*found, Family(shared=0, members=rest)] if rest else found


def _best(texts: Sequence[Ids], order: Sequence[int], least: int) -> list[tuple[int, int, int]]:
    """The families that save the most, from the tree of all shared beginnings, leaves first."""
    open_intervals = [_Interval(shared=0, start=0)]
    for place in range(1, len(order) + 1):
        shared = 0
        if place < len(order):
            one, other = texts[order[place - 1]], texts[order[place]]
            shared = min(num_shared(one, other), len(one) - 1, len(other) - 1)
        start = place - 1
        while open_intervals[-1].shared > shared:
            done = _closed(open_intervals.pop(), place, least)
            start = done.start
            if open_intervals[-1].shared < shared:
                open_intervals.append(_Interval(shared=shared, start=start))
            open_intervals[-1].saved += done.saved
            open_intervals[-1].families += done.families
        if open_intervals[-1].shared < shared:
            open_intervals.append(_Interval(shared=shared, start=start))
    return open_intervals[0].families


def _closed(interval: _Interval, end: int, least: int) -> _Interval:
    """The interval with all of its texts as one family, where that saves more than its parts."""
    saved = (end - interval.start - 1) * interval.shared - least
    if saved > interval.saved:
        interval.saved = saved
        interval.families = [(interval.shared, interval.start, end)]
    return interval
