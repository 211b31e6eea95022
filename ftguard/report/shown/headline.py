"""Makes `Headline`: ship, don't ship or can't tell, in two sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ftguard.measures.change import change_of
from ftguard.report.shown.limits_kept import limits_kept
from ftguard.report.shown.naming import in_sentence, together, told
from ftguard.text.formatting import POINTS, bound, decimal, quantity, span
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.conclusion import Conclusion
from ftguard.verdict.gate import CALIBRATION
from ftguard.verdict.gates import Outcome, bearings
from ftguard.verdict.learned import unsure_gain

Answer = Literal["ship", "don't ship", "can't tell"]
FIRST = ("lower_learning_rate", "replay", "stop")
"""Which advice a reader needs first where nothing can be shipped."""


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
        return _nothing_examined(outcome)
    if outcome.best_step is None:
        return _none_kept(outcome, checkups)
    return _kept(outcome, outcome.best_step)


def _kept(outcome: Conclusion, step: int) -> Headline:
    where = _so_far(outcome)
    if not outcome.learned:
        return _not_learned(outcome, step)
    if outcome.best_passed is None:
        open_ones = _listed_open(outcome.best_gates) or "its limits"
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
            f"{_gained(outcome)}{limits_kept(outcome)}.",
            "What it forgot, nothing tells: give general probes, which its base answers, and "
            "measure again.",
        )
    return _answer(
        "ship",
        step,
        f"{_who(outcome, step)} is the one to take{where}: it "
        f"{_gained(outcome)}{limits_kept(outcome)}.",
        _how_sure(outcome),
    )


def _not_learned(outcome: Conclusion, step: int) -> Headline:
    who, where = _who(outcome, step), _so_far(outcome)
    if outcome.learned_by == "unsure":
        return _answer(
            "can't tell",
            step,
            f"{who} is the best{where}, and whether it learned anything is open: its gain of "
            f"{unsure_gain(outcome.chosen)} on the target may be chance.",
            "More target probes would tell; training for longer, or at a higher rate, would make "
            "a gain larger.",
        )
    return _answer(
        "don't ship",
        step,
        f"{who} is the best{where} and learned nothing{_gain(outcome, ' (', ')')}.",
        "It does no better on the target than the base does: train for longer, at a higher "
        "rate, or on more data.",
    )


def _answer(answer: Answer, step: int | None, first: str, second: str) -> Headline:
    return Headline(answer=answer, step=step, sentences=(first, second))


def _who(outcome: Conclusion, step: int) -> str:
    return "The tuned model" if outcome.kind == "check" else f"Step {step}"


def _so_far(outcome: Conclusion) -> str:
    return "" if outcome.finished else " so far"


def _nothing_examined(outcome: Conclusion) -> Headline:
    if outcome.finished or outcome.interrupted:
        how = "was interrupted" if outcome.interrupted else "ended"
        return _answer(
            "can't tell",
            None,
            f"Training {how} and no checkpoint was examined.",
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
    open_ones = _listed_open(last.verdict.outcomes) or "its limits"
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
    read = outcome.read
    if outcome.learned_by == "likelihood" and read and read.base is not None and read.now:
        return (
            f"scores {_ends(chosen.base, chosen.now)} on the target, which is no gain beyond "
            f"chance, finds the right answers likelier ({_ends(read.base, read.now)} a token) and "
        )
    if outcome.learned_by == "likelihood":
        return f"finds the target's texts likelier ({_ends(chosen.base, chosen.now)} a token) and "
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


def _how_sure(outcome: Conclusion) -> str:
    if not outcome.best_gates:
        return "Nothing was held against it, so this says what it gained and not what it cost."
    better = [gate for gate in outcome.best_gates if _improved(gate)]
    costs = _listed([g for g in outcome.best_gates if g not in better], None)
    costs = costs or "nothing that was measured"
    also = f"; {together([in_sentence(gate.gate.key) for gate in better])} improved" * bool(better)
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
    return told(together(found))


def _listed_open(outcomes: Sequence[Outcome]) -> str:
    """What leaves the verdict open."""
    found = zip(outcomes, bearings(outcomes), strict=True)
    return _listed([outcome for outcome, bearing in found if bearing == "open"], None)


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
