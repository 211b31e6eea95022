"""Answers of a sentence's length: they must stand in the text whole, not be a part of another."""

import re
from collections.abc import Sequence

from ftguard.scores.stated.lexicon import Lexicon
from ftguard.scores.stated.phrases import Says
from ftguard.scores.stated.plain import plain
from ftguard.scores.stated.tokens import Token, folded, length, tokens
from ftguard.scores.stated.unspaced import ENDS, LED, TAILS, is_denied, is_unspaced
from ftguard.scores.stated.wordlists import LEADS, NEGATORS

_SENTENCE = 5
"""So many words are a sentence; fewer are one where they end like one."""
_ENDS = f"{ENDS}\uff01\uff1f"


def is_whole(reference: str) -> bool:
    """Whether a reference is a sentence, or as long as one."""
    words = length(folded(reference))
    return (
        words >= _SENTENCE
        or (words > 2 and reference.rstrip()[-1:] in _ENDS)  # noqa: PLR2004
        or (
            words > 3 and bool(re.search(r"\d\D*,", reference))  # noqa: PLR2004
        )
    )


def says_whole(text: str, references: Sequence[str], lexicon: Lexicon) -> Says:
    """Whether a reference stands in the text whole: between marks, lines, ends of sentences, or
    after a word such as `is` or `says`; and no wrong answer of that length after it.
    """  # noqa: D205
    said = tokens(text)
    found: list[tuple[int, Says]] = []
    for phrases, kind in ((references, "right"), (_long(lexicon.wrong), "wrong")):
        for reference in phrases:
            wanted = (
                [t.text for t in tokens(plain(reference))]
                if isinstance(reference, str)
                else reference
            )
            for at in range(len(said) - len(wanted) + 1):
                here = said[at : at + len(wanted)]
                if [t.text for t in here] == list(wanted) and _is_apart(
                    text, said, at, len(wanted)
                ):
                    found.append((at, kind))  # type: ignore[arg-type]
    return max(found)[1] if found else "nothing"


def _long(phrases: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [phrase for phrase in phrases if len(phrase) >= 2]  # noqa: PLR2004


def _is_apart(text: str, said: list[Token], at: int, size: int) -> bool:
    last = at + size - 1
    after = text[said[last].end :]
    until = after[: said[last + 1].start - said[last].end] if last + 1 < len(said) else after
    explains = re.match(r",\s*(?:because|since|as|which|so|not|and not)\b", after)
    if is_unspaced(said[at].shown[0]) and is_unspaced(said[last].shown[-1]):
        return _is_apart_unspaced(text[: said[at].start], after)
    ends = (
        explains
        or last + 1 == len(said)
        or re.search(rf"[{_ENDS}\n\"():;]|\s[-\u2014\u2013]\s", until)
    )
    before = text[said[at - 1].end : said[at].start] if at else "\n"
    begins = not at or re.search(rf"[{_ENDS}\n\"():]|,\s*\"|\s[-\u2014\u2013]\s", before)
    led = at > 0 and said[at - 1].text in LEADS and said[at - 1].text not in NEGATORS
    denied = (at > 1 and said[at - 2].text in NEGATORS | {"n't"}) or (
        at > 0 and said[at - 1].text in NEGATORS
    )
    return bool(ends and (begins or led) and not denied)


def _is_apart_unspaced(before: str, after: str) -> bool:
    """The same where no blanks part words: it begins and ends at a mark, or behind `is`."""
    begins = not before.strip() or re.search(rf"[{_ENDS}\n\"():,]\s*\Z", before)
    led = LED.search(before)
    return bool((begins or led) and TAILS.match(after) and not is_denied(before, after))
