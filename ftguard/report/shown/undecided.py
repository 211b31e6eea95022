"""Makes the `Open`s: what could not be measured or decided, and what would measure it."""

from collections.abc import Iterator

from ftguard.report.recorded import RecordedRun
from ftguard.report.shown.contents import Open
from ftguard.report.shown.naming import title, told
from ftguard.report.shown.too_few import questions
from ftguard.verdict.advice import MoreProbes
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.defaults import FEWEST_QUESTIONS, FORGETTING, OWN_ANSWERS

GIVE = {
    "target/all": "Give held-out examples of the task: `GuardCallback(target=...)`.",
    "forgetting/all": "Give general probes that the base answers, or leave the built-in ones on: "
    "`GuardCallback(general=...)`.",
    "tail/worst": "Give edge cases, `GuardCallback(tail=...)`, or target probes with slices, from "
    'which `tail="auto"` finds them.',
    "calibration/target": f"Give {FEWEST_QUESTIONS} or more target probes that are right or wrong, "
    "and as large a `max_probes`.",
    "calibration/general": f"Give {FEWEST_QUESTIONS} or more multiple-choice questions as "
    "`calibration=`, and as large a `max_probes`.",
}
"""What would measure each default measurement."""
ASK = "A larger `budget` asks more at each checkpoint, `budget=None` all of it."
WIDE = "Ask more such probes: an interval is half as wide with four times as many."
FLOOR = (
    "Give easier probes that the base answers, or texts that it writes itself, read by likelihood "
    "(`recipes/own_texts.py`)."
)
CALIBRATED_FLOOR = "Give questions that the base answers better than by chance."
UNSCORED = (
    "See the answers below that have no score: give more room (`max_new_tokens`), a `reference`, "
    "or a judge."
)


def undecided(run: RecordedRun, shown: Checkup | None) -> Iterator[Open]:
    """One a measurement that is missing, switched off, at the floor or too uncertain."""
    measured = {m.key for checkup in run.checkups for m in checkup.measurements}
    for text in run.run.not_measured:
        key, _, why = text.partition(" (")
        reason = told(why.removesuffix(")")) or "Nothing was given that measures it"
        remedy = GIVE.get(key, "")
        if key.startswith("calibration/"):
            reason, remedy = questions(run, key.partition("/")[2]) or (reason, remedy)
        yield Open(title=title(key), why=f"{reason}.", remedy=remedy)
    if run.checkups and not any(key.startswith("target/") for key in measured):
        yield Open(
            title=title("target/all"),
            why="No target probes were given, so checkpoints are ranked by the evaluation loss or "
            "by age.",
            remedy=GIVE["target/all"],
        )
    for key in run.run.left_out:
        yield Open(
            title=title(key),
            why="It is measured and no limit is held: `limits` or `gates` leave it out.",
            remedy="Leave it in, or give it a limit: `GuardCallback(limits={...})`.",
        )
    held = {gate.key for gate in run.run.gates}
    told_of = {*held, *run.run.left_out, *(t.partition(" ")[0] for t in run.run.not_measured)}
    if OWN_ANSWERS.key in held and FORGETTING not in told_of:
        yield Open(
            title=title(FORGETTING),
            why="The base answers too little rightly for forgetting to be seen; its own answers "
            "stand in for it.",
            remedy=FLOOR,
        )
    if shown is not None:
        yield from _of_checkpoint(run, shown)


def _of_checkpoint(run: RecordedRun, shown: Checkup) -> Iterator[Open]:
    more = {a.outcome.gate.key: a for a in shown.advice if isinstance(a, MoreProbes)}
    outcome = run.conclusion
    kept = outcome is not None and outcome.best_gates and outcome.best_step == shown.step
    gates = outcome.best_gates if outcome is not None and kept else shown.verdict.outcomes
    for found in gates:
        key, measurement = found.gate.key, found.measurement
        remedy = ""
        if measurement.not_asked and found.state in ("not asked", "missing"):
            remedy = ASK
        elif found.state == "missing":
            remedy = UNSCORED if measurement.num_unscored else GIVE.get(key, UNSCORED)
        elif found.state == "nothing to lose":
            remedy = CALIBRATED_FLOOR if key.startswith("calibration") else FLOOR
        elif found.state in ("too wide", "suspect"):
            remedy = WIDE
            if key in more:
                remedy = f"Ask about {more[key].num_probes} such probes."
        if remedy:
            why = told(found.explanation.removeprefix(f"{key}: "))
            yield Open(title=title(key), why=why[:1].upper() + why[1:], remedy=remedy)
