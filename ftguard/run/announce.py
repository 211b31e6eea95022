"""What is said before the first step: what is asked, which gates, and what they can find."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ftguard import judge
from ftguard.ask.prompts import PromptBatch
from ftguard.measures.measurement import Measurement
from ftguard.measures.tail import SMALLEST_SLICE
from ftguard.probes import Gathered
from ftguard.run.baseline import Baseline
from ftguard.run.budget.spending import Spending
from ftguard.run.budget.words import before_training
from ftguard.run.cut_off import announce_cut_off
from ftguard.run.grading import Grading
from ftguard.run.thinking import Thinking, announce_thinking
from ftguard.stats.alpha_spending import Look
from ftguard.stats.power import WORTH_ASKING, probes_needed, smallest_drop
from ftguard.text.formatting import PERCENT, bound, count, duration, percent
from ftguard.verdict.defaults import FORGETTING, OWN_ANSWERS
from ftguard.verdict.run import Run

EXAMPLE = 1.5
"""The example of a true drop, as a multiple of the limit."""
LOUD = 8
"""Letters at the beginning of a note that are all capitals where it has to be read."""


def announce(
    gathered: Gathered,
    sheet: PromptBatch,
    measured: Sequence[Measurement],
    run: Run,
    baseline: Baseline,
    *,
    thinking: Thinking,
    grading: Grading | None = None,
    spending: Spending | None = None,
    replaced: bool = False,
    form: Sequence[str] = (),
) -> Iterator[str]:
    """One line each, the most important first: the base, the gates, the default ones that are left
    out (`replaced`: by the user's own), what was loudly noted of the data, the form that the task
    is asked in, probes left out, answers cut off, thinking, what a judge is sent and may cost, the
    draws, and what the gates can find.
    """  # noqa: D205
    base, by_key = baseline.snapshot, {m.key: m for m in measured}
    yield (
        f"run {run.id}: base answers {baseline.origin}, {len(base.scores)} probes in "
        f"{duration(base.seconds)}"
    )
    if spending is not None:
        yield from before_training(spending, base)
    yield from _held(run, by_key, replaced=replaced)
    loud = [note for note in gathered.notes if note[:LOUD].isupper()]
    yield from loud
    yield from filter(None, form)
    if sheet.too_long:
        yield (
            f"left out {len(sheet.too_long)} probes longer than the model's context, such as "
            f"`{sheet.too_long[0]}`"
        )
    yield from announce_cut_off(sheet, base)
    yield from announce_thinking(thinking, sheet)
    if grading is not None:
        usage = grading.estimate(base, run.planned_checkpoints or 1)
        yield from judge.announce(grading.judge, usage)
    yield from (note for note in gathered.notes if note not in loud)
    yield from sheet.notes
    level = Look(number=1, planned=run.planned_looks).level / max(1, len(run.gates))
    for gate in run.gates:
        yield from tell_power(gate.limit, by_key[gate.key], level)
        if gate.key == "tail/worst":
            yield from _power_of_least(gate.limit, by_key[gate.key], measured, level)


def _held(run: Run, by_key: Mapping[str, Measurement], *, replaced: bool) -> Iterator[str]:
    """The gates, and which of the usual ones are not held."""
    limits = [f"{gate.key} {bound(gate.limit, by_key[gate.key].unit)}" for gate in run.gates]
    absent = f"; not measured: {', '.join(run.not_measured)}" if run.not_measured else ""
    yield f"gates: {', '.join(limits) or 'none'}{absent}"
    held, forgetting = {gate.key for gate in run.gates}, by_key.get(FORGETTING)
    if forgetting is not None and forgetting.at_floor and FORGETTING not in {*held, *run.left_out}:
        stands_in = "; own_answers stands in for it" if OWN_ANSWERS.key in held else ""
        yield f"{FORGETTING} is not held: {forgetting.note}{stands_in}"
    if run.left_out:
        names = ", ".join(run.left_out)
        yield (
            f"`gates=` takes the place of the default gates and leaves out: {names} (`limits=` "
            "moves limits and keeps the others)"
            if replaced
            else f"default gates that `limits=` switches off: {names}"
        )


def _power_of_least(
    limit: float, worst: Measurement, measured: Sequence[Measurement], level: float
) -> Iterator[str]:
    """The same of the smallest slice that can be the worst, where the whole tail is larger."""
    slices = [m for m in measured if m.name == "tail" and m.num_scored >= SMALLEST_SLICE]
    least = min(slices, key=lambda m: m.num_scored, default=worst)
    if least.num_scored < worst.num_scored:
        yield from tell_power(limit, replace(least, num_comparisons=worst.num_comparisons), level)


def tell_power(limit: float, base: Measurement, level: float) -> Iterator[str]:
    """What a gate on a drop of right-or-wrong scores can find; nothing is known of others yet."""
    if base.unit != PERCENT or not base.discrete or base.estimate is None or base.base is None:
        return
    room, n, level = base.base - base.chance, base.estimate.n, level / base.num_comparisons
    least = smallest_drop(n, room, limit, level)
    example = EXAMPLE * limit
    found = (
        f"find a true drop of {percent(least)} or more 4 times of 5 at each checkpoint"
        if least <= 1
        else "do not tell even the loss of all that the base has above chance 4 times of 5"
    )
    more = ""
    if example <= 1:
        needed = probes_needed(example, room, limit, level)
        many = needed if needed <= WORTH_ASKING else f"more than {count(WORTH_ASKING)}"
        more = f"; to find one of {percent(example)} takes {many}"
    yield f"{base.key}: these {n} probes {found}{more}"


def as_flags(line: str) -> str:
    """The line as a command's user reads it: `--max-probes` for the argument `max_probes=`."""
    return _ARGUMENT.sub(lambda found: f"`{_FLAGS[found[1] or found[2]]}`", line)


_FLAGS = {
    "train_dataset": "--train-dataset",
    "max_probes": "--max-probes",
    "limits": "--limit",
    "chat_template_kwargs": "--template-arg",
    **{name: f"--{name}" for name in ("target", "general", "tail", "calibration", "judge", "seed")},
}
_ARGUMENT = re.compile(rf"`({'|'.join(_FLAGS)})=`|`(max_probes|train_dataset)`")
