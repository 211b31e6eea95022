"""Says which of several runs to ship, and on what that rests; never a ranking of noise."""

from collections.abc import Sequence
from dataclasses import dataclass

from ftguard.report.several.compared import Contender, Difference, Shared, differences
from ftguard.text.formatting import POINTS, quantity, span
from ftguard.verdict.checkup import target_score

PREFERRED = ("general skills", "tail")
"""What decides between runs whose targets are alike."""


@dataclass(frozen=True, kw_only=True)
class _Over:
    """By how much one run is better than another, beyond chance."""

    other: Contender
    by: Difference


def which_to_ship(contenders: Sequence[Contender], shared: Shared) -> str:
    """One sentence.

    Of the runs that passed, the one with the higher target, where that is beyond chance; of those
    whose targets are alike the one that lost less, where that is. Else any of them will do.
    """
    passed = [contender for contender in contenders if contender.ships]
    if not passed:
        return _none(contenders)
    if len(passed) == 1:
        return _only(passed[0], [c for c in contenders if c is not passed[0]], shared)
    for one in passed:
        for other in passed:
            if one is not other and not shared[one.name, other.name].comparable:
                return (
                    f"{_listed(passed, 'and')} passed, but {one.name} and {other.name} cannot be "
                    "held against each other: train them on the same base with the same probes."
                )
    lead = max(passed, key=lambda contender: target_score(contender.checkup))
    others = [contender for contender in passed if contender is not lead]
    found = [_better(lead, other, shared, "target", len(others)) for other in others]
    won = [over for over in found if over is not None]
    if len(won) == len(others):
        nearest = min(won, key=lambda over: over.by.estimate.value)
        return f"ship {_told(lead)}: its target is higher beyond chance, {_by(nearest)}."
    alike = [lead, *(o for o, over in zip(others, found, strict=True) if over is None)]
    return _of_alike(alike, shared)


def _only(one: Contender, others: Sequence[Contender], shared: Shared) -> str:
    """Of one that passed: easier questions, or fewer, may be why."""
    unlike = [other for other in others if not shared[one.name, other.name].comparable]
    if not unlike:
        return f"ship {_told(one)}: the only one that passed every gate."
    return (
        f"{_told(one)} is the only one that passed every gate, but {_listed(unlike, 'and')} "
        f"{'was' if len(unlike) == 1 else 'were'} asked other probes or counted from another base: "
        "ask all of them the same before you choose."
    )


def _of_alike(alike: Sequence[Contender], shared: Shared) -> str:
    looks = (len(alike) - 1) * len(PREFERRED)
    for one in alike:
        for what in PREFERRED:
            others = [other for other in alike if other is not one]
            found = [_better(one, other, shared, what, looks) for other in others]
            won = [over for over in found if over is not None]
            if len(won) == len(others):
                return (
                    f"ship {_told(one)}: the targets are alike within chance, and it has kept more "
                    f"of its {what}, {_by(won[0])}."
                )
    return (
        f"ship {_listed(alike, 'or')}: no difference between them in target, {PREFERRED[0]} or "
        f"{PREFERRED[1]} is beyond chance with these probes. Take the one that is cheaper to "
        "serve, or ask more probes."
    )


def _better(
    one: Contender, other: Contender, shared: Shared, what: str, num_comparisons: int
) -> _Over | None:
    """By how much one has more of something beyond chance; None where it has not."""
    both = shared[one.name, other.name]
    for found in differences(one, other, both, num_comparisons=num_comparisons):
        if found.what.startswith(what):
            wins = found.beyond_chance and found.better
            return _Over(other=other, by=found) if wins else None
    return None


def _none(contenders: Sequence[Contender]) -> str:
    undecided = [c for c in contenders if c.kept and c.verdict.passed is not False]
    if not undecided:
        return "ship none of them: no checkpoint passed every gate."
    return (
        f"none is known to be fit to ship: no gate speaks against {_listed(undecided, 'or')}, but "
        "too little was measured or learned (`ftguard best RUN` says what)."
    )


def _listed(contenders: Sequence[Contender], word: str) -> str:
    names = [_told(contender) for contender in contenders]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


def _told(contender: Contender) -> str:
    return f"{contender.name} (step {contender.checkup.step})"


def _by(over: _Over) -> str:
    estimate = over.by.estimate
    ends = span(estimate.low, estimate.high, POINTS)
    return f"by {quantity(estimate.value, POINTS)} ({ends}) over {over.other.name}"
