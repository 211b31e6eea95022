"""Makes the `TailSlice`s and the heat map: where a checkpoint lost, by slice and by category."""

from collections.abc import Iterator, Mapping

from ftguard.measures.change import change_of
from ftguard.measures.measurement import Measurement
from ftguard.report.recorded import RecordedRun
from ftguard.report.shown.columns import cell
from ftguard.report.shown.contents import Answered, Answers, Heat, TailSlice
from ftguard.report.shown.naming import NOTHING, named
from ftguard.stats.estimates import Estimate
from ftguard.text.formatting import quantity
from ftguard.verdict.checkup import Checkup

EXAMPLES = 2
"""Of each slice."""
SAME = 1e-9
WORST = "worst"
WHOLES = ("all", "likelihood", WORST)


def tail_slices(shown: Checkup | None, answers: Answers) -> tuple[TailSlice, ...]:
    """Each slice of the tail at the checkpoint that is shown, the one that lost most first."""
    if shown is None:
        return ()
    parts = [m for m in shown.measurements if m.name == "tail" and m.slice != WORST]
    worst = next((m for m in shown.measurements if m.key == "tail/worst"), None)
    of_worst = ""
    if worst is not None:
        # Runs of an older version tell it in the note alone.
        noted = worst.note.partition(";")[0].rpartition(": ")[2]
        of_worst = worst.worst_slice or noted
    examples = _examples(answers)
    outcomes = {o.gate.key: o for o in shown.verdict.outcomes}
    parts.sort(key=_drop, reverse=True)
    return tuple(
        TailSlice(
            name="all of the tail" if part.slice == "all" else named(part.slice),
            is_worst=part.slice == of_worst,
            cell=cell(part, outcomes.get(part.key)),
            examples=tuple(examples.get(named(part.slice), ())[:EXAMPLES]),
        )
        for part in parts
    )


def _examples(answers: Answers) -> Mapping[str, list[int]]:
    """The places of lost answers by slice, those that fell furthest first; then gained ones."""
    found: dict[str, list[int]] = {}
    for place in (*answers.lost, *answers.gained):
        answered = answers.all[place]
        if answered.role == "tail":
            for name in _groups(answered):
                found.setdefault(name, []).append(place)
    return found


def _groups(answered: Answered) -> Iterator[str]:
    read = answered.id.endswith("#likelihood")
    yield "likelihood" if read else "all"
    for name in answered.slices:
        yield f"{name}/likelihood" if read else name


def _drop(measurement: Measurement) -> float:
    return measurement.estimate.value if measurement.estimate else float("-inf")


def heat_map(run: RecordedRun) -> tuple[Heat, ...]:
    """Each general category at every checkpoint; what lost most over the run first."""
    slices: dict[str, None] = {}
    for checkup in run.checkups:
        for m in checkup.measurements:
            if m.name == "forgetting" and m.slice not in WHOLES:
                slices[m.slice] = None
    rows = [_row(run, name) for name in slices]
    return tuple(sorted(rows, key=_most, reverse=True))


def _row(run: RecordedRun, name: str) -> Heat:
    found = [checkup.find("forgetting", name) for checkup in run.checkups]
    sizes = [m.estimate.n if m.estimate else m.num_scored for m in found if m is not None]
    drops: list[float | None] = []
    told, sure = [], []
    for measurement in found:
        estimate = measurement.estimate if measurement else None
        if measurement is None or estimate is None:
            drops.append(None)
            told.append(NOTHING)
            sure.append(False)
            continue
        change = change_of(measurement, estimate)
        drops.append(estimate.value)
        told.append(quantity(change.value, change.unit))
        sure.append(_is_sure(measurement, estimate))
    return Heat(
        name=named(name),
        n=max(sizes, default=0),
        drops=tuple(drops),
        told=tuple(told),
        sure=tuple(sure),
    )


def _is_sure(measurement: Measurement, own: Estimate) -> bool:
    """Whether a category itself lost, or gained, beyond chance.

    Pulled towards the whole it has to be so too, for many categories are looked at; but a change of
    the whole says nothing of a category that has none of its own.
    """
    estimates = (own, measurement.shown or own)
    return all(e.low > 0 for e in estimates) or all(e.high < 0 for e in estimates)


def alike(run: RecordedRun) -> str:
    """Where general categories do not differ beyond chance, in a sentence; empty elsewhere.

    Estimates that are pulled towards the whole all become the whole's then.
    """
    steps = [str(checkup.step) for checkup in run.checkups if _are_alike(checkup)]
    if not steps:
        return ""
    *others, last = steps
    where = f"steps {', '.join(others)} and {last}" if others else f"step {last}"
    if len(steps) == len(run.checkups):
        where = "every checkpoint" if len(steps) > 1 else where
    return (
        f"At {where} the categories do not differ from one another beyond chance: which of them "
        "lost more may be luck."
    )


def _are_alike(checkup: Checkup) -> bool:
    pulled = [
        m.shrunk.value
        for m in checkup.measurements
        if m.name == "forgetting"
        and m.slice not in WHOLES
        and m.shrunk is not None
        # Categories of texts that are read are pulled towards a whole of their own.
        and not m.slice.endswith("/likelihood")
    ]
    return len(pulled) > 1 and max(pulled) - min(pulled) < SAME


def _most(heat: Heat) -> float:
    return max((drop for drop in heat.drops if drop is not None), default=float("-inf"))
