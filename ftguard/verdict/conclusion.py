"""Makes `Conclusion`, a run's outcome as `verdict.json` holds it, and says it in one line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from ftguard.disk import write_json
from ftguard.errors import InputError
from ftguard.folders import RunFolder, no_run
from ftguard.measures.change import change_of
from ftguard.measures.measurement import Measurement
from ftguard.pulse import Life
from ftguard.text.formatting import POINTS, quantity, span
from ftguard.verdict.advice import Advice
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.choice import Choice
from ftguard.verdict.defaults import FORGETTING, OWN_ANSWERS
from ftguard.verdict.gates import Outcome, Verdict
from ftguard.verdict.learned import ENOUGH, Learned, by_likelihood, learned, unsure_gain
from ftguard.verdict.life import OVER, how_it_stands, life_of
from ftguard.verdict.run import Kind, Run


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """What came of a run."""

    run: str
    best_step: int | None
    """The step of the checkpoint to keep; None where none will do."""
    best_folder: str | None
    """Where its model files are kept."""
    chosen: Measurement | None
    """The best checkpoint's target gain on the probes that it was chosen by."""
    confirmed: Measurement | None
    """Its gain on the probes that were held back: free of the luck of being chosen."""
    best_gates: tuple[Outcome, ...]
    """Of the best, by the curves of the whole run."""
    last_step: int | None
    """The last examined step; None where nothing was examined."""
    last_passed: bool | None
    """Whether the last one passed; None where that is undecided."""
    last_gates: tuple[Outcome, ...]
    advice: tuple[Advice, ...]
    """Given at the last examined step."""
    summary: str
    """One line for people."""
    best_passed: bool | None = None
    """True where the best passed every gate; None where a gate could not decide, or no best."""
    learned: bool = True
    """Whether the best gained on the target beyond chance, in score or in likelihood, where that
    was measured: one that lost nothing because it learned nothing is no reason to ship."""
    learned_by: Learned | None = None
    """What that rests on; None where there is no best, and in records of older versions."""
    read: Measurement | None = None
    """The best's likelihood of the right answers of the target, where answers are scored too."""
    stage: tuple[Measurement, ...] = ()
    """Of the best (of the last, where there is none), what this stage of several has changed."""
    finished: bool = True
    """False until training has ended: what was measured so far, should it never end."""
    not_held: tuple[str, ...] = ()
    """The default gates that nothing was held against, each with the reason in brackets."""
    forgetting_unseen: bool = False
    """Whether nothing tells what was forgotten, though the user did not switch that gate off: no
    general probe was there, and `own_answers` does not stand in."""
    kind: Kind = "training"
    """What was examined."""
    max_steps: int = 0
    """Optimizer steps planned; 0 in records of older versions."""
    life: Life | None = None
    """Whether a run that has not ended is at work: found on reading, None in what is written."""

    @property
    def interrupted(self) -> bool:
        """Whether the run has not ended and nobody is at work on it any more."""
        return not self.finished and self.life in OVER

    @property
    def state(self) -> str:
        """How it stands with a run that has not ended: `training was interrupted ...`; else ""."""
        return "".join(_standing(self))


def conclude(
    run: Run,
    checkups: Sequence[Checkup],
    choice: Choice | None,
    confirmed: Measurement | None,
    folder: RunFolder,
    *,
    finished: bool = True,
    life: Life | None = None,
) -> Conclusion:
    """Fold the checkups of a run into its outcome, or into that so far.

    Args:
        run: its latest attempt.
        checkups: those that count.
        choice: the one to keep.
        confirmed: its gain on the probes that were held back.
        folder: where its files are.
        finished: whether it has ended.
        life: of one that has not, whether it is at work.
    """
    last = checkups[-1] if checkups else None
    best = choice.checkup if choice else None
    not_held = tuple(_not_held(run))
    line = (
        _best_line(choice, confirmed, not_held, folder)
        if choice
        else _with_not_held(_none_line(checkups), not_held)
    )
    so_far = Conclusion(
        run=run.id,
        best_step=best.step if best else None,
        best_folder=str(folder.best) if best else None,
        chosen=best.target if best else None,
        confirmed=confirmed,
        best_gates=choice.verdict.outcomes if choice else (),
        best_passed=choice.verdict.passed if choice else None,
        last_step=last.step if last else None,
        last_passed=last.verdict.passed if last else None,
        last_gates=last.verdict.outcomes if last else (),
        advice=last.advice if last else (),
        summary="",
        finished=finished,
        not_held=not_held,
        forgetting_unseen=_forgetting_unseen(run),
        kind=run.kind,
        learned=best is None or learned(best) in ENOUGH,
        learned_by=learned(best) if best else None,
        read=best.find("target", "likelihood") if best else None,
        stage=best.stage if best else last.stage if last else (),
        max_steps=run.max_steps,
        life=life,
    )
    return replace(so_far, summary=f"{_head(so_far)}{line}")


def _standing(so_far: Conclusion) -> tuple[str, str]:
    if so_far.finished or so_far.life is None:
        return "", ""
    return how_it_stands(so_far.kind, so_far.life, so_far.last_step, so_far.max_steps)


def _head(so_far: Conclusion) -> str:
    """What the summary of a run that has not ended begins with."""
    what, where = _standing(so_far)
    if what:
        return f"{what.upper()}{where}; what was measured: "
    if so_far.finished or so_far.last_step is None:
        return ""
    what = "TRAINING DID NOT END" if so_far.kind == "training" else "NOT ALL IS EXAMINED"
    return f"{what} (last checked at step {so_far.last_step}): "


def _not_held(run: Run) -> Iterator[str]:
    for name in run.not_measured:
        if name.partition(" ")[0] not in run.left_out:
            yield name if "(" in name else f"{name} (not measured)"
    for key in run.left_out:
        how = "`gates=` or `limits=`" if run.kind == "training" else "`--limit`"
        yield f"{key} (left out by {how})"
    held = {gate.key for gate in run.gates}
    told = {*held, *run.left_out, *(name.partition(" ")[0] for name in run.not_measured)}
    if OWN_ANSWERS.key in held and FORGETTING not in told:
        yield f"{FORGETTING} (the base answers too little rightly; own_answers stands in for it)"


def _forgetting_unseen(run: Run) -> bool:
    held = {gate.key for gate in run.gates}
    told = FORGETTING in run.not_measured and FORGETTING not in run.left_out
    return told and not held & {FORGETTING, OWN_ANSWERS.key}


def _with_not_held(line: str, not_held: Sequence[str]) -> str:
    return f"{line}; not held: {', '.join(not_held)}" if not_held else line


def write_conclusion(conclusion: Conclusion, folder: RunFolder) -> None:
    """Write `verdict.json`."""
    write_json(folder.verdict, conclusion)


def read_conclusion(folder: RunFolder) -> Conclusion:
    """Read `verdict.json` back; of a run that has not ended, with whether it is at work.

    Raises:
        InputError: there is none, or it is damaged.
    """
    found = _read(folder)
    if not found.finished:
        life = life_of(folder)
        # What was at work may have ended just now.
        found = _as_it_stands(_read(folder), life)
    if found.best_folder is None:
        return found
    # The folder may have moved since.
    here = str(folder.best)
    return replace(found, best_folder=here, summary=found.summary.replace(found.best_folder, here))


def _read(folder: RunFolder) -> Conclusion:
    try:
        return msgspec.json.decode(folder.verdict.read_bytes(), type=Conclusion)
    except OSError:
        why = "training has not begun yet" if folder.ledger.exists() else no_run(folder.output_dir)
        raise InputError(f"no verdict in `{folder.verdict}`: {why.rstrip('.')}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"`{folder.verdict}` is damaged: {error}.") from None


def _as_it_stands(found: Conclusion, life: Life | None) -> Conclusion:
    if found.finished:
        return found
    line = found.summary.removeprefix(_head(found))
    now = replace(found, life=life)
    return replace(now, summary=f"{_head(now)}{line}")


def _best_line(
    choice: Choice, confirmed: Measurement | None, not_held: Sequence[str], folder: RunFolder
) -> str:
    best, verdict = choice.checkup, choice.verdict
    line = f"best: step {best.step}, {_passed(verdict)}, {_ranked(best)}"
    found = learned(best)
    if found == "nothing":
        line = f"NOTHING WAS LEARNED: {line}"
    elif found == "unsure":
        gain = unsure_gain(best.target)
        line = f"NOT KNOWN TO HAVE LEARNED: the gain of {gain} may be chance: {line}"
    if verdict.passed is None:
        line = f"UNDECIDED: {line}"
    if confirmed is not None and confirmed.estimate is not None:
        again = confirmed.estimate
        sure = "confirmed" if again.low > 0 else "not confirmed"
        line += (
            f"; {sure} on {again.n} held-back probes: gain {quantity(again.value, POINTS)} "
            f"({span(again.low, again.high, POINTS)})"
        )
    return f"{_with_not_held(line, not_held)}{_read_off(verdict)}; kept in {folder.best}"


def _short(outcome: Outcome) -> str:
    """The gate, and which slice its curve is of where that is not the whole."""
    of = outcome.curve_slice
    name = outcome.gate.measurement
    return name if of in ("", "all") else f"{name} of {of}"


def _passed(verdict: Verdict) -> str:
    if not verdict.outcomes:
        return "no gate held against it"
    if verdict.passed is None:
        wide = [o.gate.key for o in verdict.outcomes if o.state in ("too wide", "not asked")]
        return f"no gate against it, but too few probes to decide on {', '.join(wide)}"
    return f"every gate {'proven' if verdict.proven else 'passed'}"


def _read_off(verdict: Verdict) -> str:
    """What the curves say of each gate: a kept checkpoint may have cost more than it seems to."""
    read = [
        f"{_short(outcome)} {quantity(change.value, change.unit)} "
        f"({span(change.low, change.high, change.unit)})"
        for outcome in verdict.outcomes
        if outcome.curve is not None and not outcome.measurement.higher_is_better
        for change in [change_of(outcome.measurement, outcome.curve)]
    ]
    return f"; by the run's curve {', '.join(read)}" if read else ""


def _ranked(best: Checkup) -> str:
    target = best.target
    if target is not None and target.base is not None and target.now is not None:
        line = f"target {target.base:.3f} -> {target.now:.3f}"
        read = by_likelihood(best.find("target", "likelihood"))
        if learned(best) == "likelihood" and read:
            line = f"{line} (no gain beyond chance), {read}"
        return line
    if best.eval_loss is not None:
        return f"ranked by eval_loss ({best.eval_loss:.4f}): no target probes were given"
    if target is not None:
        return "ranked by what was asked of the others: no target probe was asked of it"
    return f"the latest that passed ({best.progress:.0%} of the run): nothing ranks them"


def _none_line(checkups: Sequence[Checkup]) -> str:
    if not checkups:
        return "no checkpoint was examined, so none is kept"
    breached = sum(checkup.verdict.passed is False for checkup in checkups)
    undecided = sum(checkup.verdict.passed is None for checkup in checkups)
    passed = len(checkups) - breached - undecided
    if passed:
        return (
            f"NO CHECKPOINT KEPT: {passed} of {len(checkups)} passed, but none of them is saved "
            "(or, with `strict`, proven)"
        )
    worst = next(
        (o for c in reversed(checkups) for o in c.verdict.outcomes if o.state == "breach"), None
    )
    why = f"; last breach: {worst.explanation}" if worst else ""
    return (
        f"NO CHECKPOINT PASSED: {breached} of {len(checkups)} breached a gate, "
        f"{undecided} undecided{why}"
    )
