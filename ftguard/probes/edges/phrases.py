"""Takes whole phrases out of a query, so that what is left is a sentence that people write.

    what is the weather in bern               what is the weather
    how do i activate my new card             how do i activate that
    could you add it to my playlist           could you add it there
    My card is gone. What should I do?        What should I do?
    what do i do if my luggage was lost       what do i do

There is no parser: each rule takes only what the words around it make sure, and leaves the rest.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ftguard.probes.edges.english import ARTICLES, is_function_word
from ftguard.probes.edges.particles import is_particle
from ftguard.probes.edges.words import bare

_SENTENCE_END = re.compile(
    r"(?<!\be\.g)(?<!\bi\.e)(?<!\b[A-Z])[.!?\u3002\uff01\uff1f]+[\"')]*\s*\Z"
)
_MARKS = re.compile(r"[.,;:!?]*\s*\Z")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PREPOSITIONS = _set(
    """
    in on at for from with about during near between without within after before of
    """
)
_DETERMINERS = _set("the my your our his their this these those")
_POLITE = _set("please now today thanks again asap tomorrow")
"""What may stand behind a sentence that is over."""
_MOVES = _set(
    """
    go going went get getting drive walk travel travelling traveling fly move moving back come ride
    far trip way take bring
    """
)
"""With them `to` leads to a place."""
_PEOPLE = _set(
    """
    friend friends mom mum mother dad father parents wife husband partner spouse girlfriend
    boyfriend son daughter kid kids child children brother sister boss manager doctor dentist
    landlord neighbor neighbour uncle aunt cousin family roommate colleague coworker team teacher
    agent assistant accountant lawyer mechanic customer people person someone
    """
)
_TIMES = _set(
    """
    time times day days week weeks weekend month months year years morning evening afternoon night
    noon moment minute minutes hour hours else way season summer winter spring fall like
    """
)
"""With `the` or `this` they say when or how, and are no object."""
_OBJECTS = _set("me us it them him")
_CLAUSES = _set("if because since while when after before until")
_SUBJECTS = _set("i you we they he she it my the your our their his this that")
_AUXILIARIES = _set(
    """
    is are was were do does did can could will would shall should may might must has have had
    """
)
_BE = _set("is are was were what's whats where's wheres")
_ASKED = _set("what where who much many long far old big high")
"""What may stand before `is it` at the end of a question."""
_TOLD = _set("i i'm i've you he she it they we there the my your why somebody someone")
_WISHES = _set("need want like love looking interested can could would wanna able trying going")
_QUESTIONS = _set("what which how who whose where when why")
_WHETHER = _set(
    """
    know see check wonder wondering sure ask out verify confirm tell determine curious care me
    matter mind us see asking like wish even only look find
    """
)
"""Behind them a clause is what is asked for."""
_STATES = _set(
    """
    think thought believe know guess hope suppose assume heard hear said say saw see notice noticed
    realize realized feel felt wish sure ensure show find found means mean let make makes help have
    had get got want need like why
    """
)
"""Behind them what looks like a noun phrase may be a clause: `i think my card expired`."""
_PLACED = _set(
    """
    put place keep spend base depend look turn pick sign log go going come listen based stored live
    stay work
    """
)
"""They are not complete without a place or the like."""
_MEASURES = _set(
    """
    lot bit couple kind kinds sort type types number amount pair piece most part one rest list level
    rate cost price name front middle side top bottom end way
    """
)
"""They say too little without what follows `of`."""
_SAYS_LITTLE = _set(
    """
    tell give show know want need like love let's lemme would say get see look help one that those
    there hi hello ai thanks able going try trying i'd i'm
    """
)
_LONGEST = 6
"""Words of a phrase that is taken out."""


@dataclass(frozen=True, kw_only=True)
class Shorter:
    """What is left of a query."""

    text: str
    dropped: frozenset[int]
    """The places of the tokens that are gone."""


def shorter(tokens: Sequence[str], *, english: bool) -> Iterator[Shorter]:
    """The sentences that taking out one phrase leaves, or two.

    Args:
        tokens: the words with the marks and blanks behind them.
        english: whether phrases can be told; else only whole sentences are taken out.
    """
    sentences = _sentences(tokens)
    everything = range(len(tokens))
    for sentence in sentences:
        kept = tokens[sentence.start : sentence.stop]
        gone = frozenset(everything) - frozenset(sentence)
        if gone:
            yield Shorter(text="".join(kept).strip(), dropped=gone)
        if english:
            for left in _phrases(kept):
                own = frozenset(at + sentence.start for at in left.dropped)
                yield Shorter(text=left.text, dropped=gone | own)


def _sentences(tokens: Sequence[str]) -> list[range]:
    ends = [at + 1 for at, token in enumerate(tokens) if _SENTENCE_END.search(token)]
    ends = [*ends, len(tokens)] if not ends or ends[-1] != len(tokens) else ends
    return [range(start, end) for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def _phrases(tokens: Sequence[str]) -> Iterator[Shorter]:
    """The same of one sentence."""
    for left in _once(tokens):
        yield left
        # A second phrase may be taken out of what is left, before the first one.
        rest = re.findall(r"\S+\s*", left.text)
        if len(rest) + len(left.dropped) == len(tokens):
            for again in _once(rest):
                yield Shorter(text=again.text, dropped=left.dropped | again.dropped)


def _once(tokens: Sequence[str]) -> Iterator[Shorter]:
    words = [bare(token).lower().replace("\u2019", "'") for token in tokens]
    end = len(words)
    while end and words[end - 1] in _POLITE:
        end -= 1
    if any("," in token for token in tokens[: end - 1]) or end < 3:  # noqa: PLR2004
        return
    for start in range(2, end):
        if _is_clause(words, start, end) or _is_prepositional(words, start, end):
            yield _left(tokens, start, end, "")
    for start in range(1, end - 1):
        pronoun = _pronoun(words, start, end)
        if pronoun == "that" and _is_place(words, start - 1):
            yield _left(tokens, start - 1, end, "there")
        elif pronoun:
            yield _left(tokens, start, end, pronoun)


def _left(tokens: Sequence[str], start: int, end: int, instead: str) -> Shorter:
    marks = _MARKS.search(tokens[end - 1])
    last = marks[0] if marks else ""
    before = list(tokens[:start])
    if instead:
        before.append(instead)
    before[-1] = before[-1].rstrip(" .,;:!?\n") + last
    return Shorter(
        text="".join([*before, *tokens[end:]]).strip(), dropped=frozenset(range(start, end))
    )


def _is_clause(words: Sequence[str], start: int, end: int) -> bool:
    """Whether an adverbial clause begins here and runs to the end: `if my card is lost`."""
    before = words[start - 1]
    return (
        words[start] in _CLAUSES
        and start + 2 < end
        and words[start + 1] in _SUBJECTS
        and before not in _WHETHER
        and not _breaks_off(words, start)
        and start >= 3  # noqa: PLR2004
    )


def _is_prepositional(words: Sequence[str], start: int, end: int) -> bool:
    """Whether `in the old town` stands here, up to the end, behind a whole noun phrase."""
    inside = words[start + 1 : end]
    if words[start] not in _PREPOSITIONS or not 1 <= len(inside) < _LONGEST:
        return False
    if inside[0] in ARTICLES | _DETERMINERS:
        inside = inside[1:]
    if (
        not inside
        or inside[-1] in _TIMES
        or not all(_is_content(word) or word == "and" for word in inside)
    ):
        return False
    if words[start] == "of" and words[start - 1] in _MEASURES:
        return False
    if _PLACED.intersection(words[:start]) or _breaks_off(words, start):
        return False
    return _ends_whole(words, start) and _has_its_verb(words, start)


def _ends_whole(words: Sequence[str], end: int) -> bool:
    """Whether what comes before ends with a noun phrase or with someone."""
    if words[end - 1] in _OBJECTS:
        return True
    at = end - 1
    while at > 0 and end - at <= 3 and _is_content(words[at]):  # noqa: PLR2004
        at -= 1
    return at < end - 1 and words[at] in ARTICLES | _DETERMINERS


def _has_its_verb(words: Sequence[str], end: int) -> bool:
    """Whether the first words are complete: not `is the bank [in town]`."""
    first, second = words[0], words[1]
    if first in _AUXILIARIES and second not in {"i", "you", "we", "there", "it", "they"}:
        return False
    if first in {"why", "when", "how"} and second in _AUXILIARIES:
        return end > 3 and words[2] in {"i", "you", "we", "it", "they"}  # noqa: PLR2004
    return first not in ARTICLES | _DETERMINERS or any(word in _AUXILIARIES for word in words[:end])


def _pronoun(words: Sequence[str], start: int, end: int) -> str:
    """What can stand for the noun phrase that begins here and ends the sentence; empty for none."""
    inside = words[start + 1 : end]
    is_one = words[start] in ARTICLES
    if not (is_one or words[start] in _DETERMINERS) or not 1 <= len(inside) < _LONGEST:
        return ""
    if not all(map(_is_content, inside)) or inside[-1] in _TIMES or not _takes_object(words, start):
        return ""
    if inside[-1] in _PEOPLE:
        return "someone" if is_one else "them"
    if is_one:
        return "one" if _is_wish(words) else ""
    many = inside[-1].endswith("s") and not inside[-1].endswith(("ss", "us", "is", "'s"))
    return (
        "those" if many and words[start - 1] not in {"is", "was", "what's", "where's"} else "that"
    )


def _is_wish(words: Sequence[str]) -> bool:
    """Whether something is asked for, so that any one will do: not `i was charged one`."""
    return words[0] not in _TOLD or not _WISHES.isdisjoint(words)


def _is_place(words: Sequence[str], at: int) -> bool:
    """Whether a preposition with what stands behind it is there."""
    return words[at] in {"at", "in", "inside"} or (
        words[at] in {"to", "into"} and not _MOVES.isdisjoint(words[:at])
    )


def _takes_object(words: Sequence[str], start: int) -> bool:
    """Whether a verb or a preposition stands before a noun phrase, and nothing else is to come."""
    before = words[start - 1]
    if is_particle(words, start - 1):
        return False
    asked_at = max((at for at in range(start) if words[at] in _QUESTIONS), default=None)
    if asked_at is not None and all(map(_is_content, set(words[asked_at + 1 : start]) - {"of"})):
        # `what kind of gas [my car uses]`.
        return False
    if before in _BE:
        asked = words[start - 2] if start > 1 else before
        return asked in _ASKED or before.startswith(("what", "where"))
    if before in _STATES or before in _AUXILIARIES or before in _PLACED:
        return False
    if before in _PREPOSITIONS | {"to"}:
        return start > 2  # noqa: PLR2004
    return before == "me" or _is_content(before)


def _breaks_off(words: Sequence[str], end: int) -> bool:
    last = words[end - 1]
    return last not in _OBJECTS and (is_function_word(last) and last not in {"do", "there"})


def says_something(text: str) -> bool:
    """Whether some word is left that says what is asked: not `what is that`, `tell me that`."""
    words = (bare(token).lower() for token in text.split())
    return any(_is_content(word) and word not in _SAYS_LITTLE for word in words)


def _is_content(word: str) -> bool:
    return bool(word) and not is_function_word(word)
