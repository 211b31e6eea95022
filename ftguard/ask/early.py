"""Ends an answer as soon as its score is decided, whatever would follow."""

from collections.abc import Callable, Sequence

from ftguard.ask.prompts import PromptBatch, Question
from ftguard.ask.said import said
from ftguard.ask.writing import End, Generated
from ftguard.probes.own_scorer import is_own
from ftguard.probes.probe import JUDGED, OPEN, Probe

EVERY = 4
"""After so many tokens it is looked again; to look at each would cost more than it saves."""
_WHOLE = (OPEN, JUDGED)

Decided = Callable[[Probe, str], bool]
"""Whether the score of all that an answer could become is that of the text so far."""


def may_end_early(probe: Probe) -> bool:
    """Whether no more of an answer is needed than its score.

    Not so where people or a judge read it, where a user's own function may want anything, and
    where confidence is measured, which is the probability of the whole answer.
    """
    whole = probe.scorer in _WHOLE or is_own(str(probe.scorer))
    return probe.role in ("general", "tail") and not whole


def early_end(
    prompt_batch: PromptBatch, decided: Decided | None
) -> Callable[[Question], End | None]:
    """What ends the answer to each question early, or None."""
    probes = {probe.id: probe for probe in prompt_batch.probes}
    # A question that several probes ask is answered once, for all of them.
    asked: dict[str, list[Probe]] = {}
    for question in prompt_batch.questions:
        asked.setdefault(question.fingerprint, []).append(probes[question.probe_id])

    def of(question: Question) -> End | None:
        askers = asked[question.fingerprint]
        if decided is None or not all(map(may_end_early, askers)):
            return None
        ends = decided

        def ended(tokens: Sequence[int]) -> bool:
            if len(tokens) % EVERY:
                return False
            so_far = Generated(token_ids=tuple(tokens), logprobs=(), finish="length")
            text = said(so_far, question, prompt_batch).text
            return all(ends(probe, text) for probe in askers)

        return ended

    return of
