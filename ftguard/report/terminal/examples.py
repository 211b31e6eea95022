"""Chooses which of a checkpoint's answers to show beside the base's."""

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ftguard.errors import InputError
from ftguard.measures.side_by_side import Change, SideBySide, gained, lost
from ftguard.text.formatting import alternatives

ROLES = ("general", "tail", "target", "calibration", "None")
"""The order in which lost answers hurt."""
LOST_OF = 3
"""Without a wish, of so many examples all but one are lost ones."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which examples are asked for; all that it names holds at once."""

    lost: bool = False
    gained: bool = False
    """With `lost` too: either."""
    slice: str | None = None
    """A category, a kind of edge case, a role (`target`), or both (`tail/rare`)."""
    id: str | None = None
    """One probe, by its id, or by its end where no other ends so."""


def choose(
    pairs: Sequence[SideBySide], wish: Wish, n: int, *, not_asked: Sequence[str] = ()
) -> tuple[SideBySide, ...]:
    """At most n examples, what tells most first; a single one by its id.

    Without a wish two of three are lost ones and one is gained; where there are fewer, of the other
    kind, then answers in other words, then the rest.

    Args:
        pairs: all that both models were asked.
        wish: for which of them.
        n: how many.
        not_asked: the ids of the run's other probes.

    Raises:
        InputError: no probe has that id, or none is of that slice; what is near is named. Or it was
            not asked at this checkpoint.
    """
    if wish.id is not None:
        _check_asked(wish.id, pairs, not_asked)
        return (_by_id(pairs, wish.id),)
    among = pairs if wish.slice is None else _of_slice(pairs, wish.slice)
    found_lost, found_gained = _mixed(lost(among)), _mixed(gained(among))
    if wish.lost or wish.gained:
        found = found_lost * wish.lost + found_gained * wish.gained
        return found[:n]
    few = n // LOST_OF if found_lost else n
    first = found_lost[: max(n - few, n - len(found_gained))]
    chosen = (*first, *found_gained[: n - len(first)])
    others = [pair for pair in among if pair not in chosen and pair.change not in _TOLD]
    others.sort(key=lambda pair: (pair.same_words, pair.change == "unscored", pair.probe.id))
    return (*chosen, *others)[:n]


def _mixed(pairs: Sequence[SideBySide]) -> tuple[SideBySide, ...]:
    """The same in turns: one of each role, and within a role one of each slice, then the next."""

    def rank(pair: SideBySide) -> tuple[int, int, int]:
        probe = pair.probe
        group = (probe.role, probe.slices[:1])
        in_slice = seen_in_slice[group] = seen_in_slice[group] + 1
        place = (probe.role, in_slice)
        turn[place] += 1
        return in_slice, turn[place], ROLES.index(str(probe.role))

    seen_in_slice: Counter[object] = Counter()
    turn: Counter[object] = Counter()
    return tuple(pair for _, pair in sorted(((rank(p), p) for p in pairs), key=lambda x: x[0]))


SOME = 8
"""Names that are listed where none is near."""
_TOLD: tuple[Change, ...] = ("lost", "gained")


def _of_slice(pairs: Sequence[SideBySide], name: str) -> tuple[SideBySide, ...]:
    role, _, rest = name.partition("/")
    found = tuple(
        pair
        for pair in pairs
        if name in (*pair.probe.slices, pair.probe.role)
        or (pair.probe.role == role and (rest == "all" or rest in pair.probe.slices))
    )
    if not found:
        names = sorted({n for p in pairs for n in (*p.probe.slices, str(p.probe.role))})
        near = difflib.get_close_matches(name, names, n=3)
        then = f"did you mean {alternatives(near)}?" if near else f"there are {_some(names)}."
        raise InputError(f"no probe of this run is of the slice `{name}`; {then}")
    return found


def _check_asked(probe_id: str, pairs: Sequence[SideBySide], not_asked: Sequence[str]) -> None:
    asked = any(pair.probe.id.endswith(probe_id) for pair in pairs)
    if not asked and any(one == probe_id or one.endswith(f"/{probe_id}") for one in not_asked):
        raise InputError(
            f"`{probe_id}` was not asked at this checkpoint: a budget has each of them ask a part, "
            "or it is longer than the model's context. Give another `--step`."
        )


def _by_id(pairs: Sequence[SideBySide], probe_id: str) -> SideBySide:
    found = [pair for pair in pairs if pair.probe.id == probe_id]
    found = found or [pair for pair in pairs if pair.probe.id.endswith(f"/{probe_id}")]
    if len(found) != 1:
        ids = [pair.probe.id for pair in found or pairs]
        near = difflib.get_close_matches(probe_id, ids, n=3, cutoff=0.3)
        then = f"did you mean {alternatives(near)}?" if near else f"there are {_some(ids)}."
        what = "several probes are" if found else "no probe is"
        raise InputError(f"{what} called `{probe_id}` in this run; {then}")
    return found[0]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - SOME} more" * (len(names) > SOME)
    return ", ".join(f"`{name}`" for name in names[:SOME]) + more
