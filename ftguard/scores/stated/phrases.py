"""What a stretch of text says of the accepted and of the wrong answers."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ftguard.scores.stated.question import Asked, stem
from ftguard.scores.stated.tokens import Token, starts_with, tokens
from ftguard.scores.stated.wordlists import (
    COMPARERS,
    COPULAS,
    FILLERS,
    FUNCTION_WORDS,
    INTERJECTIONS,
    NEGATORS,
    PARTICLES,
    SUBORDINATORS,
    TITLES,
    WEAK_WORDS,
)

Says = Literal["right", "wrong", "both", "denied", "nothing"]
"""What a stretch says: that an accepted answer holds, that a wrong one does, both, that an
accepted one does not, or nothing of either."""

Phrase = tuple[str, ...]

_IDIOMS = re.compile(
    r"(?i)\b(?:no doubt|without (?:a |any )?doubt|no problem|not only|none other than|"
    r"no other than|nothing but|no question|not surprisingly|why not|not to mention|"
    r"(?:none|no one|nobody|nothing|no \w+)(?: of \w+)? (?:is|are|was|were|comes?)"
    r"(?: \w+){1,3}? (?:than|as))\b"
)
_CLAUSES = re.compile(
    r"(?i)[,;()\uff0c\u3001\uff1b]|\s(?:but|so|and|then|therefore|thus|hence)\s|\s-\s"
)
_NAME = 4
"""So many words are a name."""
_HEDGES = frozenset(("right", "just", "directly", "immediately", "even", "only"))
_QUALIFIERS = frozenset(("new", "non", "north", "south", "east", "west", "anti", "half"))
_TAKES_BACK = re.compile(
    r"(?i)^\W*(?:\w+\W+){0,3}?(?:(?:is|was|are|were|does|do|did|has|have|can|could|will|would|should)"
    r"(?:\s+(?:\w+ly\s+)?not\b|n't)|cannot\b|ca\s?n't\b|is (?:wrong|incorrect|false|ruled out|"
    r"excluded|impossible)|(?:can|could) be (?:ruled out|excluded))"
)


@dataclass(frozen=True)
class Lexicon:
    """The accepted and the wrong answers of one question, folded."""

    accepted: tuple[Phrase, ...]
    wrong: tuple[Phrase, ...]
    shown: tuple[str, ...] = ()
    """The accepted ones as they are written."""
    offered: frozenset[Phrase] = frozenset()
    """The wrong ones that the question itself offers."""

    @property
    def words(self) -> frozenset[str]:
        """Every word of them."""
        return frozenset(word for phrase in (*self.accepted, *self.wrong) for word in phrase)


@dataclass(frozen=True)
class _Mention:
    right: bool
    first: int
    """Its first and its last token."""
    last: int
    clause: int
    denied: bool
    compared: bool


def is_bare(text: str, lexicon: Lexicon, asked: Asked) -> Says:
    """Whether a stretch is nothing but an answer, perhaps in `it is ...` or `in the ...`."""
    said = tokens(text)
    echoes = frozenset() if asked.denied else asked.asking - lexicon.words
    if _joined(said, lexicon, asked):
        return "both"
    for phrases, says in ((lexicon.accepted, "right"), (lexicon.wrong, "wrong")):
        for phrase in phrases:
            if _wrapped(said, phrase, echoes):
                return says  # type: ignore[return-value]
    return "nothing"


def _joined(said: list[Token], lexicon: Lexicon, asked: Asked) -> bool:
    """Whether an accepted answer and another word of the question are given side by side."""
    for at, token in enumerate(said):
        if token.text in ("and", "or"):
            left, right = said[:at], said[at + 1 :]
            for one, other in ((left, right), (right, left)):
                accepted = any(_wrapped(one, phrase) for phrase in lexicon.accepted)
                rest = {t.text for t in other} - FUNCTION_WORDS
                if accepted and rest and len(other) <= 3 and rest <= asked.words:  # noqa: PLR2004
                    return not any(_wrapped(said, phrase) for phrase in lexicon.accepted)
    return False


def heads_elsewhere(text: str, lexicon: Lexicon, asked: Asked) -> bool:
    """Whether an answer opens with another name than an accepted one: `Lyon, south of Paris`."""
    head, comma, _ = text.partition(",")
    if any(token.text in COPULAS for token in tokens(head)):
        return False
    said = [token for token in tokens(head) if token.text not in FILLERS]
    phrase = tuple(token.text for token in said)
    names = (
        bool(said)
        and said[0].capital
        and all(
            (t.capital or t.text in PARTICLES) and t.text not in asked.words | INTERJECTIONS
            for t in said
        )
    )
    known = any(set(phrase) & set(answer) - PARTICLES for answer in lexicon.accepted)
    return bool(comma and 0 < len(said) <= _NAME and names and not known) and all(
        reference[:1].isupper() for reference in lexicon.shown
    )


def opens(text: str, lexicon: Lexicon) -> bool:
    """Whether a sentence tells of one answer and begins with it, or with `it is`, `you need`."""
    said = tokens(text)
    if re.match(r"(?i)\W*(?:it|that|this|you|she|he|they|i|we)\b", text):
        return True
    heads = {phrase[0] for phrase in (*lexicon.accepted, *lexicon.wrong)}
    places = [i for i, token in enumerate(said) if token.text in heads]
    return bool(places) and (places[0] <= 1 or len(places) == 1)


def says(text: str, lexicon: Lexicon, asked: Asked, *, main_only: bool = False) -> Says:
    """What a stretch says.

    Args:
        text: one sentence, plain.
        lexicon: what is looked for.
        asked: the question; the clause that echoes most of it decides between two.
        main_only: whether what stands in a subordinate clause alone says nothing.
    """
    text = _IDIOMS.sub(" ", text)
    left, equals, right = text.rpartition("=")
    if equals and left.strip() and right.strip():
        found = says(right, lexicon, asked, main_only=main_only)
        if found in ("right", "wrong"):
            return found
    said = tokens(text)
    clauses = _clauses(text, said, asked)
    mentions = _mentions(text, said, clauses, lexicon, asked)
    held = [m for m in mentions if not m.denied and not m.compared]
    opened = _opens_subordinate(text, said, clauses)
    main = [m for m in held if not _is_subordinate(said, clauses, m.clause) and m.clause >= opened]
    if not main and (main_only or not held):
        if any(m.denied and m.right for m in mentions):
            return "denied"
        if (
            not held
            and len(lexicon.offered or lexicon.wrong) == 1
            and any(m.denied for m in mentions)
        ):
            return "right"  # Of two options the other one is denied.
        return "nothing"
    if not main and _tells_elsewhere(text, said, clauses, asked):
        return "wrong"
    return _decide(text, main or held, said, clauses, asked)


def _opens_subordinate(text: str, said: list[Token], clauses: list[int]) -> int:
    """The clause from which on a sentence that begins with `with` or `since` tells its own."""
    if not said or said[0].text not in SUBORDINATORS:
        return 0
    commas = [m.start() for m in re.finditer(",", text) if m.start() > said[0].end]
    if not commas:
        return 0
    return next((c for t, c in zip(said, clauses, strict=True) if t.start > commas[-1]), 0)


def _tells_elsewhere(text: str, said: list[Token], clauses: list[int], asked: Asked) -> bool:
    """Whether the main clause is another answer: `The lungs, which send it to the heart`."""
    rest = [t for t, c in zip(said, clauses, strict=True) if c == clauses[0]]
    new = {t.text for t in rest} - asked.words - FUNCTION_WORDS - FILLERS - INTERJECTIONS
    relative = re.search(
        r",\s*(?:as|because|since|(?:which|who|where)\b(?!\s+(?:is|was|are|were)\b))\b", text
    )
    return bool(relative and new and len(rest) <= 3)  # noqa: PLR2004


def _are_listed(text: str, held: list[_Mention], said: list[Token]) -> bool:
    """Whether right and wrong ones stand in one list: `Ida, Kay or Leo`."""
    joins = [
        re.fullmatch(
            r"\s*(?:,|,?\s*(or|and|oder|und|ou|et|y|o)\b|/)\s*(?:the |an? )?",
            text[said[m.last].end : said[n.first].start],
        )
        for m, n in itertools.pairwise(held)
    ]
    at = 0
    while at < len(joins):
        end = at
        while end < len(joins) and joins[end]:
            end += 1
        kinds = {m.right for m in held[at : end + 1]}
        linked = any(join and join[1] for join in joins[at:end]) or end - at > 1
        if len(kinds) > 1 and linked:
            return True
        at = end + 1
    return False


def _decide(
    text: str, held: list[_Mention], said: list[Token], clauses: list[int], asked: Asked
) -> Says:
    if len({m.right for m in held}) == 1:
        return "right" if held[0].right else "wrong"
    if _are_listed(text, held, said):
        return "both"
    focus = {
        clause: len(
            {stem(t.text) for t, c in zip(said, clauses, strict=True) if c == clause} & asked.focus
        )
        for clause in {m.clause for m in held}
    }
    most = max(focus.values())
    best = [m for m in held if focus[m.clause] == most] if most else held
    if len({m.right for m in best}) == 1:
        return "right" if best[0].right else "wrong"
    if len({m.clause for m in best}) > 1:
        return "both"
    return _around_copula(best, said)


def _around_copula(mentions: list[_Mention], said: list[Token]) -> Says:
    """`Kai is the youngest of Tom, Ana and Kai`, `of Tom, Ana and Kai the youngest is Kai`."""
    places = [i for i, token in enumerate(said) if token.text in COPULAS]
    for place in places:
        before = [m for m in mentions if m.last < place]
        after = [m for m in mentions if m.first > place]
        if len({m.right for m in before}) == 1 and after:
            return "right" if before[0].right else "wrong"
        if len({m.right for m in after}) == 1 and before:
            return "right" if after[0].right else "wrong"
    return "both"


def _mentions(
    text: str, said: list[Token], clauses: list[int], lexicon: Lexicon, asked: Asked
) -> list[_Mention]:
    found: list[_Mention] = []
    longest_first = sorted(
        [(phrase, True) for phrase in lexicon.accepted]
        + [(phrase, False) for phrase in lexicon.wrong],
        key=lambda item: -len(item[0]),
    )
    at = 0
    while at < len(said):
        here = next(
            (
                (phrase, right)
                for phrase, right in longest_first
                if starts_with(said, at, phrase)
                and _stands(text, said, at, phrase, asked, lexicon)
                and (
                    right
                    or phrase in lexicon.offered
                    or not _is_echo(text, said, at, phrase, asked)
                )
            ),
            None,
        )
        if here is None:
            at += 1
            continue
        phrase, right = here
        last = at + len(phrase) - 1
        found.append(
            _Mention(
                right=right,
                first=at,
                last=last,
                clause=clauses[at],
                denied=_is_denied(text, said, clauses, range(at, last + 1), asked),
                compared=_is_compared(said, clauses, at),
            )
        )
        at = last + 1
    return found


def _is_part(text: str, said: list[Token], first: int, last: int) -> bool:
    """Whether more of the same name is joined to it: `tmp.log` in `tmp.log.gz`."""
    before, after = text[: said[first].start], text[said[last].end :]
    return bool(re.search(r"\w[.@/_]$", before) or re.match(r"[.@/_]\w|-[A-Z0-9]", after))


def _lists_more(text: str, said: list[Token], at: int, phrase: Phrase, lexicon: Lexicon) -> bool:
    """Whether more items stand beside those of an answer that is a list."""
    is_list = any("," in shown or " and " in shown for shown in lexicon.shown)
    if not is_list or len(phrase) < 2 or (" " not in text and "," not in text):  # noqa: PLR2004
        return False
    before, after = text[: said[at].start], text[said[at + len(phrase) - 1].end :]
    joins = r"\s*(?:,|&|,?\s*\b(?:and|or)\b)\s*"
    return bool(re.match(rf"{joins}\w+\W*$", after) or re.search(rf"^\W*\w+{joins}$", before))


def _is_named_otherwise(
    text: str, said: list[Token], at: int, phrase: Phrase, lexicon: Lexicon
) -> bool:
    """Whether the words around a short form of an answer make another name of it.

    `Picasso` may stand for `Pablo Picasso` and `Indian` for `Indian Ocean`; in `Paloma Picasso` and
    `Indian subcontinent` they do not.
    """
    last = at + len(phrase) - 1
    longer = [p for p in lexicon.accepted if len(p) > len(phrase)]
    before = said[at - 1] if at else None
    after = said[last + 1] if last + 1 < len(said) else None
    if before and any(p[-len(phrase) :] == phrase for p in longer):
        apart = text[before.end : said[at].start] != " "
        other = before.capital and before.text not in FUNCTION_WORDS | INTERJECTIONS | TITLES
        if not apart and other and before.text not in lexicon.words:
            return True
    if after and any(p[: len(phrase)] == phrase for p in longer):
        apart = text[said[last].end : after.start] != " "
        known = FUNCTION_WORDS | FILLERS | SUBORDINATORS | lexicon.words
        return not apart and after.text not in known and not after.text.endswith("s")
    return False


def _stands(
    text: str, said: list[Token], at: int, phrase: Phrase, asked: Asked, lexicon: Lexicon
) -> bool:
    """Whether words that are an answer's are one here, and no part of a longer name."""
    last = at + len(phrase) - 1
    if len(phrase) == 1 and len(phrase[0]) == 1 and phrase[0].isalpha():
        if not said[at].shown.isupper():
            return False
        if phrase[0] in ("a", "i") and not _is_complement(text, said, at, last):
            return False
    elif len(phrase) == 1 and phrase[0] in WEAK_WORDS and not _is_complement(text, said, at, last):
        return False
    if (
        _is_part(text, said, at, last)
        or _lists_more(text, said, at, phrase, lexicon)
        or _is_named_otherwise(text, said, at, phrase, lexicon)
    ):
        return False
    before, after = said[at - 1] if at else None, said[last + 1 : last + 2]
    if before and before.text in _QUALIFIERS and before.shown[0].isupper():
        return False
    if after and said[last].capital and text[said[last].end : after[0].start].isspace():
        follower = after[0]
        longer = (
            follower.capital
            and not text.isupper()
            and "\n" not in text[said[last].end : follower.start]
            and follower.text not in FUNCTION_WORDS
            and follower.text not in asked.words
        )
        return not longer
    return True


def _is_echo(text: str, said: list[Token], at: int, phrase: Phrase, asked: Asked) -> bool:
    """Whether a wrong answer's words are those of the question, repeated: no answer to it."""
    last = at + len(phrase) - 1
    return set(phrase) <= asked.asking and not _is_complement(text, said, at, last)


def _is_complement(text: str, said: list[Token], first: int, last: int) -> bool:
    """Whether words stand where an answer does: alone, in marks, after `is` at a clause's end."""
    rest = text[said[last].end :].lstrip(" ")
    ends = not rest or rest[0] in ".,;:!?\n)\"'"
    begins = first == 0 and ends
    marked = text[said[first].start - 1 : said[first].start] in ('"', "'", "(") and rest[:1] in (
        '"',
        "'",
        ")",
    )
    after_copula = first > 0 and said[first - 1].text in COPULAS
    closing = ends or re.match(
        r"(?i)(?:right )?now\b|because\b|since\b|at the moment\b|here\b", rest
    )
    return bool(begins or marked or (after_copula and closing))


def _is_denied(text: str, said: list[Token], clauses: list[int], span: range, asked: Asked) -> bool:
    first, last = span[0], span[-1]
    clause = [i for i in range(len(said)) if clauses[first] <= clauses[i] <= clauses[last]]
    if asked.denied and _echoes_denial(said, clause, asked):
        # `Who does not come?` - `Ben does not come` asserts Ben, `Ben comes` denies him.
        return not any(said[i].text in NEGATORS for i in clause)
    before = [i for i in clause if max(0, first - 7) <= i < first]
    if re.search(
        r"(?:\u4e0d\u662f|\u5e76\u975e|\u6ca1\u6709|\u975e|\u4e0d)$", text[: said[first].start]
    ):
        return True
    negated = any(
        said[i].text in NEGATORS
        or (said[i].text, said[i + 1].text)
        in (("rather", "than"), ("instead", "of"), ("other", "than"))
        for i in before
    )
    return negated or bool(_TAKES_BACK.match(text[said[last].end :].split(",", maxsplit=1)[0]))


def _echoes_denial(said: list[Token], clause: list[int], asked: Asked) -> bool:
    return any(stem(said[i].text) in asked.denied for i in clause)


def _is_compared(said: list[Token], clauses: list[int], first: int) -> bool:
    clause = clauses[first]
    return any(
        said[i].text in COMPARERS | {"whether", "if"}
        for i in range(max(0, first - 4), first)
        if clauses[i] == clause
    )


def _clauses(text: str, said: list[Token], asked: Asked) -> list[int]:
    """For each token the number of its clause."""
    marks = [match.start() for match in _CLAUSES.finditer(text)]
    found: list[int] = []
    clause, passed = 0, 0
    for i, token in enumerate(said):
        ahead = sum(mark < token.start for mark in marks)
        follower = said[i + 1].text if i + 1 < len(said) else ""
        # `the day after tomorrow` is no clause of its own where the question says it too.
        echoed = {token.text, follower} <= asked.words
        opens = token.text in SUBORDINATORS - {"with"} and i > 0 and not echoed
        if opens and said[i - 1].text in _HEDGES and found[-1] == clause and ahead == passed:
            opens = False
        clause += int(ahead > passed or opens)
        passed = ahead
        found.append(clause)
    return found


def _is_subordinate(said: list[Token], clauses: list[int], clause: int) -> bool:
    first = next((t.text for t, c in zip(said, clauses, strict=True) if c == clause), "")
    second = [t.text for t, c in zip(said, clauses, strict=True) if c == clause][1:2]
    return (second[0] if first in _HEDGES and second else first) in SUBORDINATORS


def _wrapped(said: Sequence[Token], phrase: Phrase, echoes: frozenset[str] = frozenset()) -> bool:
    """Whether a phrase stands there with nothing but filling words, and two of the question's."""
    for at in range(len(said)):
        if starts_with(said, at, phrase):
            around = {t.text for t in [*said[:at], *said[at + len(phrase) :]]} - FILLERS
            return len(around) <= 2 and around <= echoes - NEGATORS - COMPARERS  # noqa: PLR2004
    return False
