"""Makes `Headline`: ship, don't ship or can't tell, in two sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ftguard.formatting import POINTS, bound, decimal, quantity, span
from ftguard.measures.change import change_of
from ftguard.report.shown.naming import in_sentence, told
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion
from ftguard.verdict.gate import CALIBRATION
from ftguard.verdict.gates import Outcome

Answer = Literal["ship", "don't ship", "can't tell"]
FIRST = ("lower_learning_rate", "replay", "stop")
"""Which advice a reader needs first where nothing can be shipped."""
UNDECIDED = ("suspect", "too wide", "not asked", "missing", "nothing to lose")


@dataclass(frozen=True, kw_only=True)
class Headline:
    """What a person who reads no further takes along."""

    answer: Answer
    step: int | None
    """The checkpoint that is spoken of; None where there is none."""
    sentences: tuple[str, str]
    """What to do, and what that rests on or what would tell."""


def headline(outcome: Conclusion, checkups: Sequence[Checkup]) -> Headline:
    """The answer to the first question that people have of a run, finished or not.

    It agrees with what `ftguard best` exits with (0 is ship, 1 is don't, 3 is can't tell), but for
    a checkpoint that learned nothing, which is none to ship, and for one of which nothing tells
    what it forgot, which cannot be told.

    Args:
        outcome: of the run, or that so far.
        checkups: those that count.
    """
    if not checkups:
        return _nothing_examined(finished=outcome.finished)
    if outcome.best_step is None:
        return _none_kept(outcome, checkups)
    step, where = outcome.best_step, _so_far(outcome)
    if not outcome.learned:
        return _answer(
            "don't ship",
            step,
            f"{_who(outcome, step)} is the best{where} and learned "
            f"nothing{_gain(outcome, ' (', ')')}.",
            "It does no better on the target than the base does: train for longer, at a higher "
            "rate, or on more data.",
        )
    if outcome.best_passed is None:
        open_ones = _listed(outcome.best_gates, UNDECIDED) or "its limits"
        return _answer(
            "can't tell",
            step,
            f"{_who(outcome, step)} is the likeliest to do{where}"
            f"{_gain(outcome, ', gains ', ' on the target')}, and no limit speaks against it.",
            f"Too little was measured to decide on {open_ones}: more probes would tell.",
        )
    if outcome.forgetting_unseen:
        return _answer(
            "can't tell",
            step,
            f"{_who(outcome, step)} is the likeliest to do{where}: it "
            f"{_gained(outcome)}{_keeps(outcome)}.",
            "What it forgot, nothing tells: give general probes, which its base answers, and "
            "measure again.",
        )
    return _answer(
        "ship",
        step,
        f"{_who(outcome, step)} is the one to take{where}: it {_gained(outcome)}{_keeps(outcome)}.",
        _how_sure(outcome),
    )


def _answer(answer: Answer, step: int | None, first: str, second: str) -> Headline:
    return Headline(answer=answer, step=step, sentences=(first, second))


def _who(outcome: Conclusion, step: int) -> str:
    return "The tuned model" if outcome.kind == "check" else f"Step {step}"


def _so_far(outcome: Conclusion) -> str:
    return "" if outcome.finished else " so far"


def _nothing_examined(*, finished: bool) -> Headline:
    if finished:
        return _answer(
            "can't tell",
            None,
            "Training ended and no checkpoint was examined.",
            "Every checkpoint that the Trainer saves is examined: have it save some "
            "(`save_steps`).",
        )
    return _answer(
        "can't tell",
        None,
        "Nothing is examined yet.",
        "The first checkpoint is examined when the Trainer saves it, and this page is then "
        "written anew.",
    )


def _none_kept(outcome: Conclusion, checkups: Sequence[Checkup]) -> Headline:
    verdicts = [checkup.verdict.passed for checkup in checkups]
    where, last = _so_far(outcome), checkups[-1]
    if last.verdict.passed is False:
        breached = _listed(last.verdict.outcomes, ("breach",)) or "what is not finite"
        if len(verdicts) == 1:
            first = (
                f"The only checkpoint{where}, step {last.step}, costs more than the limits allow "
                f"and is not kept: it comes to {breached}."
            )
            return _answer("don't ship", last.step, first, _mended(outcome))
        many = f"All {len(verdicts)} checkpoints"
        if set(verdicts) != {False}:
            many = f"{verdicts.count(False)} of {len(verdicts)} checkpoints"
        cost = "costs" if verdicts.count(False) == 1 else "cost"
        return _answer(
            "don't ship",
            last.step,
            f"{many}{where} {cost} more than the limits allow, and none is kept; the last, step "
            f"{last.step}, comes to {breached}.",
            _mended(outcome),
        )
    if True in verdicts:
        steps = ", ".join(str(c.step) for c in checkups if c.verdict.passed)
        return _answer(
            "can't tell",
            last.step,
            f"Step {steps} passed when it was examined, and none{where} could be kept.",
            "Its files were not saved or are gone, the curve of the whole run speaks against it, "
            "or (with `strict`) it is not proven.",
        )
    open_ones = _listed(last.verdict.outcomes, UNDECIDED) or "its limits"
    return _answer(
        "can't tell",
        last.step,
        f"No checkpoint{where} passed, and the last, step {last.step}, is not found to fail "
        "either.",
        f"What is open there is {open_ones}: more probes would tell.",
    )


def _mended(outcome: Conclusion) -> str:
    """The first thing to change."""
    found = [advice for do in FIRST for advice in outcome.advice if advice.do == do]
    if not found:
        return "None of them is kept, and nothing is advised yet."
    text = told(found[0].text)
    return text[:1].upper() + text[1:]


def _gain(outcome: Conclusion, before: str, after: str) -> str:
    """What the best gained, within these words; nothing where no target was measured."""
    chosen = outcome.chosen
    if chosen is None or chosen.estimate is None:
        return ""
    return f"{before}{quantity(chosen.estimate.value, POINTS)}{after}"


def _gained(outcome: Conclusion) -> str:
    """What the best gained from what to what, before what it keeps; "" without a target."""
    chosen = outcome.chosen
    if chosen is None or chosen.estimate is None:
        return ""
    if chosen.base is None or chosen.now is None or chosen.name != "target":
        return _gain(outcome, "gains ", " on the target and ")
    if chosen.estimate.value < 0:
        return f"falls from {_ends(chosen.base, chosen.now)} on the target and "
    return f"goes from {_ends(chosen.base, chosen.now)} on the target and "


def _ends(before: float, after: float) -> str:
    """`54 to 96 %`; with more digits where that would hide the change."""
    for digits in (0, 1, 2):
        told = [f"{100 * value:.{digits}f}" for value in (before, after)]
        if told[0] != told[1]:
            break
    return f"{told[0]} to {told[1]} %"


def _keeps(outcome: Conclusion) -> str:
    if not outcome.best_gates:
        return f"had no limit to keep{_open(outcome)}"
    if outcome.not_held:
        return f"keeps every limit that was held{_open(outcome)}"
    return "is proven to keep every limit" if _is_proven(outcome) else "keeps every limit"


def _open(outcome: Conclusion) -> str:
    """What was not held: by why, since a gate that was switched off was a choice."""
    absent: list[str] = []
    chosen: list[str] = []
    weak = ""
    for told_ in outcome.not_held:
        key, _, why = told_.partition(" ")
        if why.startswith("(left out"):
            chosen.append(in_sentence(key))
        elif "stands in" in why:
            weak = f"own answers stand in for {in_sentence(key)}"
        else:
            absent.append(in_sentence(key))
    parts = [weak] if weak else []
    for names, how in ((absent, "not measured"), (chosen, "left out by choice")):
        if names:
            were = "was" if len(names) == 1 else "were"
            parts.append(f"{_and(names)} {were} {how}")
    return f"; {', and '.join(parts)}" if parts else ""


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _is_proven(outcome: Conclusion) -> bool:
    return all(gate.state == "clear" for gate in outcome.best_gates)


def _how_sure(outcome: Conclusion) -> str:
    if not outcome.best_gates:
        return "Nothing was held against it, so this says what it gained and not what it cost."
    better = [gate for gate in outcome.best_gates if _improved(gate)]
    costs = _listed([g for g in outcome.best_gates if g not in better], None)
    costs = costs or "nothing that was measured"
    also = f"; {_and([in_sentence(gate.gate.key) for gate in better])} improved" * bool(better)
    confirmed = outcome.confirmed
    luck = ""
    if confirmed is not None and confirmed.estimate is not None:
        gain = confirmed.estimate
        sure = "confirm" if gain.low > 0 else "do not confirm"
        ends = span(gain.low, gain.high, POINTS)
        luck = (
            f"; {gain.n} held-back probes {sure} the gain ({quantity(gain.value, POINTS)}, {ends})"
        )
    return f"It costs {costs}{told(also)}{luck}."


def _improved(outcome: Outcome) -> bool:
    """Whether its calibration is better than the base's: that is no cost."""
    rise = outcome.measurement.estimate
    held = outcome.state in ("clear", "within") and outcome.gate.measurement == CALIBRATION
    return held and rise is not None and rise.value < 0


def _listed(outcomes: Sequence[Outcome], states: Sequence[str] | None) -> str:
    found = [_one(o) for o in outcomes if states is None or o.state in states]
    return told(_and(found))


def _one(outcome: Outcome) -> str:
    own = outcome.measurement.own
    if _is_own_error(outcome) and own is not None:
        most = bound(outcome.gate.largest_error, POINTS)
        name = in_sentence(outcome.gate.key)
        return f"an error of {decimal(own.value)} in {name} (at most {most})"
    return " ".join(_parts(outcome))


def _parts(outcome: Outcome) -> Iterator[str]:
    yield in_sentence(outcome.gate.key)
    estimate = outcome.measurement.estimate
    if outcome.state == "nothing to lose":
        yield "(nothing to lose)"
    elif outcome.measurement.not_asked:
        yield "(not asked)"
    elif estimate is None or outcome.state == "missing":
        yield "(not measured)"
    else:
        change = change_of(outcome.measurement, estimate)
        if change.unit == outcome.measurement.unit:
            limit = bound(outcome.gate.limit, change.unit)
            least = "least" if outcome.measurement.higher_is_better else "most"
            yield f"{quantity(change.value, change.unit)} (at {least} {limit})"
        else:
            yield quantity(change.value, change.unit)


def _is_own_error(outcome: Outcome) -> bool:
    """Whether calibration is held against it for the error that it has, not for a rise."""
    rise = outcome.measurement.estimate
    return (
        outcome.gate.measurement == CALIBRATION
        and outcome.state in ("breach", "suspect")
        and rise is not None
        and rise.value <= outcome.gate.limit
    )
