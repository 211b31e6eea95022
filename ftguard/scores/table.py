"""The visible table of scorers, and `score`, which applies them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from ftguard.ask.answer import Answer
from ftguard.ask.reasoning import answer_span, without_reasoning
from ftguard.errors import InputError, told
from ftguard.probes.own_scorer import is_own, reward_of
from ftguard.probes.probe import JUDGED, Probe
from ftguard.scores.constraints import constraints, loose_constraints
from ftguard.scores.exact_match import exact_match
from ftguard.scores.greedy_match import greedy_match
from ftguard.scores.judged import judged
from ftguard.scores.likelihood import likelihood
from ftguard.scores.loops import loops
from ftguard.scores.multiple_choice import multiple_choice
from ftguard.scores.normalized_match import normalized_match
from ftguard.scores.numeric import numeric
from ftguard.scores.open_answer import open_answer
from ftguard.scores.own import scored_by_own
from ftguard.scores.preference import preference
from ftguard.scores.record import CutOff, Score, Scorer, Unscorable
from ftguard.scores.repeats import repeats
from ftguard.scores.tool_call import tool_call

SCORER_VERSION = "6"
"""Part of every fingerprint; raised whenever a scorer's meaning changes."""

SCORERS: dict[str, Scorer] = {
    "exact_match": exact_match,
    "normalized_match": normalized_match,
    "numeric": numeric,
    "multiple_choice": multiple_choice,
    "constraints": constraints,
    "loose_constraints": loose_constraints,
    "tool_call": tool_call,
    "likelihood": likelihood,
    "greedy_match": greedy_match,
    "preference": preference,
    "open": open_answer,
    "judge": judged,
}


def score(
    probes: Sequence[Probe],
    answers: Iterable[Answer],
    known: Mapping[Answer, Score] = MappingProxyType({}),
) -> tuple[Score, ...]:
    """One score for each probe, in the probes' order; a probe without an answer is unscored.

    Args:
        probes: that were asked.
        answers: theirs.
        known: scores of earlier answers (`known_scores`), which the same answers keep.
    """
    by_id = {answer.probe_id: answer for answer in answers}
    return tuple(
        (known.get(_as_said(answer)) if (answer := by_id.get(probe.id)) else None)
        or _score_one(probe, answer)
        for probe in probes
    )


def known_scores(
    probes: Sequence[Probe], answers: Iterable[Answer], scores: Iterable[Score]
) -> dict[Answer, Score]:
    """The scores of generated answers that would come out the same of the same answer.

    Not of those that are not scored by what is said alone: a user's own function may do anything,
    and a judge has a memory of its own.
    """
    lasting = {
        probe.id
        for probe in probes
        if probe.is_written and probe.scorer != JUDGED and not is_own(str(probe.scorer))
    }
    by_id = {score.probe_id: score for score in scores if score.probe_id in lasting}
    return {_as_said(a): by_id[a.probe_id] for a in answers if a.probe_id in by_id}


def _as_said(answer: Answer) -> Answer:
    """An answer without what its probability was."""
    return replace(answer, logprobs=())


def _score_one(probe: Probe, answer: Answer | None) -> Score:
    if answer is None:
        return Score(probe_id=probe.id, unscored="it was not answered")
    if reward_of(probe.scorer) is not None:
        return _scored(probe, answer)
    if answer.finish == "decided":
        # One that repeats itself was on its way to be cut off; else what would follow is the same.
        answer = replace(answer, finish="length" if repeats(answer.text) else "stop")
    # An answer that was stored elsewhere may still hold its thoughts.
    span = answer_span(answer.text, ended=answer.finish == "stop")
    said = replace(answer, text=answer.text[span.start : span.end])
    if (answer.is_open_thought or span.is_open) and not loops(answer):
        return Score(probe_id=probe.id, unscored="its thinking was cut off", cut_off=True)
    return _scored(probe, said)


def _scored(probe: Probe, said: Answer) -> Score:
    scorer = SCORERS.get(str(probe.scorer), scored_by_own)
    reason: Exception
    try:
        return Score(probe_id=probe.id, value=scorer(_said_only(probe), said))
    except CutOff as cut:
        # One that says the same again and again would not have come to an end.
        if loops(said) or repeats(said.text):
            return Score(probe_id=probe.id, value=0.0)
        return Score(probe_id=probe.id, unscored=str(cut), cut_off=True)
    except (Unscorable, InputError) as error:
        reason = error
    except Exception as error:  # noqa: BLE001 - no answer, however odd, may end a training
        reason = Unscorable(f"the scorer failed: {told(error)}")
    return Score(probe_id=probe.id, unscored=str(reason))


def _said_only(probe: Probe) -> Probe:
    """The probe with references without thinking, as answers are; a user's own function gets all.

    Raises:
        InputError: nothing is left of a reference that can be compared.
    """
    if not probe.is_written or is_own(str(probe.scorer)):
        return probe
    said = tuple(without_reasoning(reference) for reference in probe.references)
    return probe if said == probe.references else replace(probe, reference=said)
