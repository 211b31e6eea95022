"""Says why a run has too few questions for calibration: how many there were, and which are left."""

import re

from ftguard.errors import InputError
from ftguard.measures.calibration import calibration_splits
from ftguard.report.recorded import RecordedRun
from ftguard.verdict.defaults import FEWEST_QUESTIONS

QUESTIONS = {
    "target": "target probes whose answer is right or wrong",
    "general": "multiple-choice questions",
}
GIVE = {
    "target": "Give more of them",
    "general": "Give more of them as `calibration=`",
}
DRAW = "{give}, and let `max_probes` be {fewest} or more, so that as many are drawn."
DRAWN = re.compile(r"(target|general|calibration): drew (\d+) of (\d+) probes\b")
"""What is noted where fewer are asked than were given."""
DRAW_MORE = (
    "More were there than were drawn, {drawn} of {there}: let `max_probes` be larger than {drawn}, "
    "so that {fewest} or more are asked."
)
TEXTS = (
    "Beside general probes of your own those that ship with ftguard are not taken: give "
    "multiple-choice questions as `calibration=`, {fewest} or more."
)
SHORTER = "Give shorter ones, {fewest} or more that fit: what is longer cannot be asked."
MORE_BUDGET = "Give more time, `budget=`, so that {fewest} or more of them are asked."
TARGET = "Give {fewest} or more target probes whose answer is right or wrong."


def questions(run: RecordedRun, split: str) -> tuple[str, str] | None:
    """Why, and what would do; None where the run's probes or its base answers cannot be read.

    Args:
        run: in which calibration of the split was not measured.
        split: `target` or `general`.
    """
    try:
        probes, base = run.probes, run.base
    except InputError:
        return None
    given = calibration_splits(probes).get(split, [])
    # Whatever fits is asked, so that what has no answer is longer than the model's context.
    answered = {answer.probe_id for answer in base.answers}
    too_long = sum(probe.id not in answered for probe in given)
    what, left = QUESTIONS.get(split, "questions"), len(given) - too_long
    it_takes = f"it takes {FEWEST_QUESTIONS}"
    if too_long and run.run.budget:
        why = (
            f"There are {len(given)} {what}, of which the base was asked {left} under the budget "
            f"of {run.run.budget}; {it_takes}"
        )
        return why, MORE_BUDGET.format(fewest=FEWEST_QUESTIONS)
    if too_long:
        why = (
            f"There are {len(given)} {what}, and {too_long} of them are left out as longer than "
            f"the model's context; {left} can be asked, {it_takes}"
        )
        return why, SHORTER.format(fewest=FEWEST_QUESTIONS)
    if not given:
        remedy = TEXTS if split == "general" else TARGET
        return f"There are no {what}; {it_takes}", remedy.format(fewest=FEWEST_QUESTIONS)
    if left < FEWEST_QUESTIONS:
        remedy = DRAW.format(give=GIVE.get(split, GIVE["target"]), fewest=FEWEST_QUESTIONS)
        drawn, there = _drawn(run, given[0].role)
        if there >= FEWEST_QUESTIONS:
            remedy = DRAW_MORE.format(drawn=drawn, there=there, fewest=FEWEST_QUESTIONS)
        return f"There are {left} {what}; {it_takes}", remedy
    return None


def _drawn(run: RecordedRun, role: str | None) -> tuple[int, int]:
    """How many probes of a role were drawn, of how many; (0, 0) where all were taken."""
    for note in run.chosen.notes if run.chosen else ():
        found = DRAWN.match(note)
        if found and found[1] == role:
            return int(found[2]), int(found[3])
    return 0, 0
