"""Tells a constraint that a text has broken, or kept, for good, whatever would follow."""

import regex

from ftguard.probes.constraint import Constraint
from ftguard.scores.constraints.expressions import SECONDS
from ftguard.scores.constraints.safety import refuses
from ftguard.scores.constraints.table import CHECKS, CHECKS_AGAINST_PROMPT

_COUNTS = {
    "keywords:frequency": ("relation", "frequency"),
    "keywords:letter_frequency": ("let_relation", "let_frequency"),
    "length_constraints:number_sentences": ("relation", "num_sentences"),
    "length_constraints:number_words": ("relation", "num_words"),
    "length_constraints:number_lines": ("relation", "num_lines"),
}
"""Counts that only grow, with the names of the relation and of the number."""
_LASTING = ("punctuation:no_comma", "keywords:forbidden_words")
"""What they forbid is not taken back."""
_HELD = ("keywords:existence", "keywords:any_of")
"""Nor is what these ask for."""
_SENTENCE = regex.compile(r".*[.!?](?=\s)", regex.DOTALL)


def is_broken(constraint: Constraint, text: str, prompt: str) -> bool:
    """Whether no answer that begins with a text meets a constraint.

    Args:
        constraint: one that is held against the whole answer, without what it may be wrapped in.
        text: so far; its last word may be half of one.
        prompt: the question.
    """
    text = text.strip()
    words, told = _whole_words(text), constraint.arguments
    if constraint.id in _LASTING:
        return not CHECKS[constraint.id](words, **told)
    if constraint.id in CHECKS_AGAINST_PROMPT:
        return not CHECKS_AGAINST_PROMPT[constraint.id](words, prompt, **told)
    if constraint.id == "detectable_format:matches":
        return bool(text) and not _can_match(str(told["pattern"]), text)
    if constraint.id == "safety:complies":
        return _has_refused(text)
    if constraint.id in _COUNTS:
        relation, number = _COUNTS[constraint.id]
        # It has more than it may have where it would have at least one more than that.
        most = int(str(told[number])) - (told[relation] == "less than")
        more = {relation: "at least", number: most + 1}
        return told[relation] != "at least" and CHECKS[constraint.id](words, **{**told, **more})
    return False


def is_kept(constraint: Constraint, text: str) -> bool:
    """Whether every answer that begins with a text meets a constraint."""
    words, told = _whole_words(text.strip()), constraint.arguments
    if constraint.id == "safety:refuses":
        return _has_refused(text)
    if constraint.id in _HELD:
        return CHECKS[constraint.id](words, **told)
    relation, _ = _COUNTS.get(constraint.id, ("", ""))
    return told.get(relation) == "at least" and CHECKS[constraint.id](words, **told)


def _whole_words(text: str) -> str:
    """The text without its last word, which may go on."""
    return text[: max(text.rfind(" "), text.rfind("\n"), 0)]


def _has_refused(text: str) -> bool:
    """Whether one of its first sentences declines, which help that follows does not undo."""
    found = _SENTENCE.match(text)
    # What a quotation holds is only known once it is closed.
    return found is not None and found[0].count('"') % 2 == 0 and refuses(found[0])


def _can_match(pattern: str, beginning: str) -> bool:
    try:
        found = regex.fullmatch(pattern, beginning, partial=True, timeout=SECONDS)
    except TimeoutError:
        return True
    return found is not None
