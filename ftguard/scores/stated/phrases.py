"""What a stretch of text says of the accepted and of the wrong answers."""

import itertools
import re
from collections.abc import Sequence
from typing import Literal

from ftguard.scores.stated.denials import EITHER, EITHER_FIRST, begins_with_denial
from ftguard.scores.stated.lexicon import Lexicon, Phrase
from ftguard.scores.stated.mentions import Mention, mentions
from ftguard.scores.stated.question import Asked, stem
from ftguard.scores.stated.sentence import Sentence, is_subordinate, sentence_of
from ftguard.scores.stated.tokens import Token, length, starts_with, tokens
from ftguard.scores.stated.unspaced import alternatives
from ftguard.scores.stated.wordlists import (
    COMPARERS,
    COPULAS,
    FILLERS,
    FUNCTION_WORDS,
    INTERJECTIONS,
    NEGATORS,
    PARTICLES,
)

Says = Literal["right", "wrong", "both", "denied", "nothing"]
"""What a stretch says: that an accepted answer holds, that a wrong one does, both, that an
accepted one does not, or nothing of either."""

_IDIOMS = re.compile(
    r"(?i)\b(?:no doubt|without (?:a |any )?doubt|no problem|not only|none other than|"
    r"no other than|nothing but|no question|not surprisingly|why not|not to mention|"
    r"(?:none|no one|nobody|nothing|no \w+)(?: of \w+)? (?:is|are|was|were|comes?)"
    r"(?: \w+){1,3}? (?:than|as))\b"
)
"""What has a negation and denies nothing: `none is larger than Jupiter`."""
_MARKED = re.compile(r"\w[+#]")
_ANYTHING_BUT = re.compile(r"(?i)\banything but\b")
_RESULTS = re.compile(r"=|\b(?:makes?|gives?|comes? to|brings? (?:us|me) to|becomes?)\b")
"""What follows the last of these is what a reckoning comes to."""
_NAME = 4
"""So many words are a name."""
_FEW = 3
"""So many words are no clause with a verb of its own."""
_ECHOED = 2
"""So many of the question's words may stand beside a bare answer: `the stone bridge`."""
_LISTS = re.compile(r"\s*(?:,|,?\s*(or|and|oder|und|ou|et|y|o)\b|/)\s*(?:the |an? )?")
_EITHER = frozenset(("or", "或")) | EITHER
_APART = re.compile(r"\s*(?:which|who|as|because|since)\b")
_ASIDE = re.compile(r",\s*(?:as|because|since|(?:which|who|where)\b(?!\s+(?:is|was|are|were)\b))\b")


def is_bare(text: str, lexicon: Lexicon, asked: Asked) -> Says:
    """Whether a stretch is nothing but an answer, perhaps in `it is ...` or `in the ...`."""
    said = tokens(text)
    if _joined(said, lexicon, asked) or _offers_two(text, lexicon):
        return "both"
    echoes = frozenset() if asked.denied else asked.asking - lexicon.words
    marked = _MARKED.search(text) is not None
    if any(_wrapped(said, phrase, echoes) for phrase in lexicon.accepted):
        # `C` is not `C++`.
        same = marked == any(_MARKED.search(shown) is not None for shown in lexicon.shown)
        return "right" if same else "nothing"
    return "wrong" if any(_wrapped(said, p, echoes) for p in lexicon.wrong) else "nothing"


def heads_elsewhere(text: str, lexicon: Lexicon, asked: Asked) -> bool:
    """Whether an answer opens with another name than an accepted one: `Lyon, south of Paris`."""
    head, comma, rest = text.partition(",")
    if begins_with_denial(head):
        return False
    words = tokens(head)
    if comma and len(words) == 1 and _APART.match(rest):
        word = words[0].text
        usual = word in INTERJECTIONS | FUNCTION_WORDS | FILLERS or word.endswith("ly")
        return not usual and word not in lexicon.words | asked.words
    said = [token for token in words if token.text not in FILLERS]
    tells = any(token.text in COPULAS for token in words)
    if not comma or tells or not 0 < len(said) <= _NAME or not said[0].capital:
        return False
    names = all(token.capital or token.text in PARTICLES for token in said)
    accepted = {word for phrase in lexicon.accepted for word in phrase}
    known = asked.words | INTERJECTIONS | (accepted - PARTICLES)
    return (
        names
        and not any(token.text in known for token in said)
        and all(reference[:1].isupper() for reference in lexicon.shown)
    )


def opens(text: str, lexicon: Lexicon) -> bool:
    """Whether a sentence tells of one answer and begins with it, or with `it is`, `you need`."""
    if re.match(r"(?i)\W*(?:it|that|this|you|she|he|they|i|we)\b", text):
        return True
    places = [i for i, token in enumerate(tokens(text)) if token.text in lexicon.heads]
    return bool(places) and (places[0] <= 1 or len(places) == 1)


def says(text: str, lexicon: Lexicon, asked: Asked, *, main_only: bool = False) -> Says:
    """What a stretch says.

    Args:
        text: one sentence, plain.
        lexicon: what is looked for.
        asked: the question; the clause that echoes most of it decides between two.
        main_only: whether what stands in a subordinate clause alone says nothing.
    """
    text = _ANYTHING_BUT.sub("not", _IDIOMS.sub(" ", text))
    head = _head(text, lexicon, asked)
    if head:
        return head
    result = list(_RESULTS.finditer(text))
    if result and text[: result[-1].start()].strip():
        found = says(text[result[-1].end() :], lexicon, asked, main_only=main_only)
        if found in ("right", "wrong"):
            return found
    sentence = sentence_of(text, asked)
    all_found = mentions(sentence, lexicon, asked)
    held = [m for m in all_found if not m.set_aside]
    main = [m for m in held if not is_subordinate(sentence, m.clause)]
    if main:
        return _decide(sentence, main, asked)
    if held and not main_only:
        return "wrong" if _tells_elsewhere(sentence, asked) else _decide(sentence, held, asked)
    return "nothing" if held else _of_denied(all_found, lexicon)


def _head(text: str, lexicon: Lexicon, asked: Asked) -> Says | None:
    """What a sentence says that is bare up to its comma: `Helsinki, on the way to Riga`."""
    head, comma, rest = text.partition(",")
    following = [token.text for token in tokens(rest)]
    if not comma or not following or asked.denied:
        return None
    lists = following[0] in ("and", "or", "but") or following[0] in lexicon.heads
    found = "nothing" if lists else is_bare(head, lexicon, asked)
    return found if found in ("right", "wrong") else None


def _of_denied(found: Sequence[Mention], lexicon: Lexicon) -> Says:
    denied = {mention.right for mention in found if mention.denied}
    if True in denied:
        return "denied"
    # Of two options the other one is denied.
    return "right" if denied and len(lexicon.offered or lexicon.wrong) == 1 else "nothing"


def _tells_elsewhere(sentence: Sentence, asked: Asked) -> bool:
    """Whether the main clause is another answer: `The lungs, which send it to the heart`."""
    main = {word.text for word in sentence.clause(sentence.clauses[0])}
    new = main - asked.words - FUNCTION_WORDS - FILLERS - INTERJECTIONS
    return bool(new and len(main) <= _FEW and _ASIDE.search(sentence.text))


def _decide(sentence: Sentence, held: Sequence[Mention], asked: Asked) -> Says:
    if one := _one_kind(held):
        return one
    if _are_listed(sentence, held):
        return "both"
    focus = {
        clause: len({stem(word.text) for word in sentence.clause(clause)} & asked.focus)
        for clause in {m.clause for m in held}
    }
    most = max(focus.values())
    best = [m for m in held if focus[m.clause] == most] if most else held
    if one := _one_kind(best):
        return one
    if len({m.clause for m in best}) > 1:
        return "both"
    # `The Otters lost 3-1 to the Falcons`
    subjects = [m for m in best if _is_subject(sentence, m, asked)]
    return _one_kind(subjects) or _around_copula(sentence, best)


def _is_subject(sentence: Sentence, mention: Mention, asked: Asked) -> bool:
    after = sentence.words[mention.last + 1 : mention.last + 2]
    return bool(after) and stem(after[0].text) in asked.focus


def _one_kind(found: Sequence[Mention]) -> Says | None:
    kinds = {mention.right for mention in found}
    return None if len(kinds) != 1 else "right" if True in kinds else "wrong"


def _are_listed(sentence: Sentence, held: Sequence[Mention]) -> bool:
    """Whether right and wrong ones stand in one list: `Ida, Kay or Leo`."""
    joins = [
        _LISTS.fullmatch(sentence.between(m.last, n.first)) for m, n in itertools.pairwise(held)
    ]
    at = 0
    while at < len(joins):
        end = at
        while end < len(joins) and joins[end]:
            end += 1
        linked = end - at > 1 or any(join and join[1] for join in joins[at:end])
        if linked and len({m.right for m in held[at : end + 1]}) > 1:
            return True
        at = end + 1
    return False


def _around_copula(sentence: Sentence, found: Sequence[Mention]) -> Says:
    """`Kai is the youngest of Tom, Ana and Kai`, `of Tom, Ana and Kai the youngest is Kai`."""
    for place, word in enumerate(sentence.words):
        before = [m for m in found if m.last < place]
        after = [m for m in found if m.first > place]
        if word.text in COPULAS and before and after:
            # `8:00 minus 24 minutes is 7:36`, but `Lena is the tallest after Pia`
            reckoned = before[0].first > 0 or re.search(r"\b(?:minus|plus)\b", sentence.text)
            closing = len(after) == 1 and after[0].first == place + 1 and reckoned
            ends = not re.match(r"\s*\w", sentence.after(after[0].last))
            one = _one_kind(after) if closing and ends else _one_kind(before) or _one_kind(after)
            if one:
                return one
    return "both"


def _joined(said: Sequence[Token], lexicon: Lexicon, asked: Asked) -> bool:
    """Whether an accepted answer and another word of the question are given side by side."""
    if any(_wrapped(said, phrase) for phrase in lexicon.accepted):
        return False
    said = [token for token in said if token.text not in EITHER_FIRST]
    for at, token in enumerate(said):
        left, right = said[:at], said[at + 1 :]
        both_ways: list[tuple[Sequence[Token], Sequence[Token]]] = []
        if token.text in {"and", *_EITHER}:
            both_ways = [(left, right), (right, left)]
        elif token.text == "o" and left and right and left[0].capital and right[0].capital:
            both_ways = [(left, right)]  # In Portuguese it is an article: `Foi o Kai`.
        for one, other in both_ways:
            rest = {t.text for t in other} - FUNCTION_WORDS
            letter = len(other) == 1 and len(other[0].shown) == 1 and other[0].shown.isupper()
            known = token.text in {*_EITHER, "o"} or rest <= asked.words or letter
            few = 0 < len(other) <= _FEW and (rest or letter) and known
            if few and any(_wrapped(one, phrase) for phrase in lexicon.accepted):
                return True
    return False


def _offers_two(text: str, lexicon: Lexicon) -> bool:
    """The same where no blanks part words: `東京か京都です`."""
    parts = [tokens(part) for part in alternatives(text)]
    accepted = [any(_wrapped(part, phrase) for phrase in lexicon.accepted) for part in parts]
    short = all(length([token.text for token in part]) <= _FEW for part in parts)
    return len(parts) > 1 and any(accepted) and not all(accepted) and short


def _wrapped(said: Sequence[Token], phrase: Phrase, echoes: frozenset[str] = frozenset()) -> bool:
    """Whether a phrase stands there with nothing but filling words, and two of the question's."""
    for at in range(len(said)):
        if starts_with(said, at, phrase):
            around = {t.text for t in [*said[:at], *said[at + len(phrase) :]]} - FILLERS
            return len(around) <= _ECHOED and around <= echoes - NEGATORS - COMPARERS
    return False
