"""What a question asks about, which answers it offers, and which numbers it gives."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ftguard.probes.probe import Probe
from ftguard.scores.stated.plain import plain, shortened
from ftguard.scores.stated.tokens import Token, folded, length, tokens
from ftguard.scores.stated.unspaced import ENDS
from ftguard.scores.stated.wordlists import (
    CLOSED_CLASSES,
    FUNCTION_WORDS,
    GERMAN,
    NUMBER_WORDS,
    TITLES,
    UNITS,
)
from ftguard.text.words import UNSPACED

_SENTENCE_END = re.compile(rf"(?<=[{ENDS}])\s+|(?<=[.!?][\"')])\s+|\n+")
_OR = re.compile(r"\s*(?:还是|還是|或者|或是|それとも|または)\s*")
_INSTRUCTION = re.compile(
    r"(?i)^(?:please )?(?:answer|reply|respond|write|give|use|return|output|name) "
    r"(?:with |only|in |the |your |just |them |me )"
)
_LABEL = re.compile(r"(?:^|\n)\s*([A-Z][\w /-]{1,30}):\s*$")
_LABELLING = re.compile(
    r"(?i)\b(?:intents?|labels?|categor(?:y|ies)|classify|classification|topics?|tags?|"
    r"kategorie|intenci\u00f3n|categor\u00eda)\b"
)
_ITEMS = re.compile(r"[,;|\u3001]\s*|\bor\b|还是|還是|或者|或")
_ASKS = re.compile(r"哪|什么|什麼|[谁誰何]|どちら|どれ|どっち")
"""What asks is no option."""
_LETTERED = re.compile(rf"(?m)^\s*\(?([A-Z])(?:[.):]\s+|[.):\u3001](?=[{UNSPACED}]))(\S.*)$")
_MOST_OPTIONS = 40
_LABEL_WORDS = 5
"""A longer item of a list is no label."""
_UNIT = re.compile(
    r"(?i)\bhow (?:many|much)\s+(?:different |more |whole |other |full )?((?:[a-z]+ ?){1,3})"
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question, read for what an answer to it may echo."""

    focus: frozenset[str]
    """Its content words: a sentence that repeats them speaks of what was asked."""
    label: str | None
    """What its last line calls the answer: `Answer`, `Translation`."""
    offered: tuple[tuple[str, ...], ...]
    """The groups of options that it offers (`run or stop`), folded."""
    listed: tuple[frozenset[tuple[str, ...]], ...]
    """The lists in it: of labels after a colon, of lines that begin with a letter or a dash."""
    names: frozenset[str]
    """The capitalised words in it, folded."""
    prompt: tuple[str, ...]
    """All of its words in order, folded."""
    words: frozenset[str]
    """All of its words, folded, those of a text before the question with them."""
    wants_label: bool
    """Whether it asks for a label of the text that it holds: an intent, a category."""
    asking: frozenset[str]
    """The words of the question itself."""
    denied: frozenset[str]
    """The stems of the words that the question itself denies: `who does not come`."""
    numbers: frozenset[str]
    """The numbers that it gives, in digits."""
    counted: tuple[str, ...]
    """The words after `how many`."""
    units: tuple[str, ...]
    """The units of measure that an answer may be in: those counted, else those named."""


def question_of(probe: Probe) -> Asked:
    """Read a probe's question: its prompt, or the last message of its chat."""
    prompt = probe.prompt if isinstance(probe.prompt, str) else str(probe.prompt[-1]["content"])
    return _read(prompt)


@lru_cache(maxsize=4096)
def _read(prompt: str) -> Asked:
    text = plain(shortened(prompt))
    label = _LABEL.search(text)
    body = text[: label.start()] if label else text
    sentences = [s for s in _SENTENCE_END.split(body) if s.strip()]
    asking = [s for s in sentences if s.rstrip().endswith("?")]
    plain_sentences = [s for s in sentences if not _INSTRUCTION.search(s)]
    question = asking[-1] if asking else (plain_sentences or sentences or [""])[-1]
    said = tokens(text)
    words = frozenset(token.text for token in said)
    return Asked(
        focus=frozenset(
            stem(word)
            for word in folded(question)
            if word not in FUNCTION_WORDS and not word.lstrip("-")[:1].isdigit()
        ),
        label=label[1] if label else None,
        offered=tuple(_offers(question) if asking else ()) + tuple(_offers(body)),
        listed=tuple(_lists(body)),
        names=_names(said, words),
        prompt=tuple(token.text for token in said),
        words=words,
        wants_label=_LABELLING.search(text) is not None,
        asking=frozenset(folded(question)),
        denied=frozenset(
            stem(word.lower())
            for word in re.findall(r"(?:\bnot|n't|\bnever) (?:(?:an?|the) )?(\w+)", question)
        ),
        numbers=words_and_digits(words),
        counted=_counted(question),
        units=_units(question),
    )


def other_options(asked: Asked, references: Sequence[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Where the right answer is one of the options that the question offers, the other ones."""
    found = {
        option
        for reference in references
        for parts in asked.offered
        for option in _other_options(parts, reference)
    }
    for items in asked.listed:
        if items & set(references):
            found |= items
    return {option for option in found if option and option not in references}


def likes(asked: Asked, references: Sequence[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Other answers of the kind of the right one, and so wrong.

    Where it is a name in the question, the other names; where it is a weekday, a colour, yes or
    no, a sentiment..., the others of that closed class.
    """
    found: set[tuple[str, ...]] = set()
    accepted = set(references)
    for reference in accepted:
        if len(reference) == 1:
            for members in CLOSED_CLASSES:
                if reference[0] in members:
                    found |= {tuple(member.split()) for member in members}
    heads = {word for reference in accepted for word in reference}
    if heads and heads <= asked.names:
        found |= {(name,) for name in asked.names - heads}
    return {rival for rival in found if rival and rival not in accepted}


def stem(word: str) -> str:
    """A word without the endings that a question and its answer differ in."""
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) > 2:  # noqa: PLR2004
            return word[: -len(ending)]
    return word


def words_and_digits(words: frozenset[str]) -> frozenset[str]:
    """The numbers among words, in digits."""
    spelt = {str(NUMBER_WORDS[word]) for word in words if word in NUMBER_WORDS}
    return frozenset(spelt | {word for word in words if word.lstrip("-")[:1].isdigit()})


def _counted(question: str) -> tuple[str, ...]:
    counted = _UNIT.search(question)
    return tuple(w for w in folded(counted[1]) if w not in FUNCTION_WORDS)[:2] if counted else ()


def _units(question: str) -> tuple[str, ...]:
    into = re.search(r"(?i)\b(?:in|to|into) (\w+)(?=[\s.?,]*(?:$|answer|with|\())", question)
    if into and into[1].lower() in UNITS:
        return (into[1].lower(),)
    counted = tuple(word for word in _counted(question) if word in UNITS)
    shares = re.search(r"(?i)\b(?:what|which|how many) percent|\bpercentage\b", question)
    named = (w for w in folded(question) if w in UNITS and UNITS[w][0] != "share")
    return counted or (*named, *(("percent",) if shares else ()))


def _offers(text: str) -> list[tuple[str, ...]]:
    """The stretches of text between commas and `or`, for each `or` of a text."""
    found = []
    for stretch in re.split(rf"[{ENDS};:\n]+", _OR.sub(" or ", text)):
        left, either, right = stretch.rpartition(" or ")
        if either and left.strip() and right.strip():
            first = re.split(r"[,\u3001]\s*", left.rstrip(", "))[-_MOST_OPTIONS:]
            found.append((*(part for part in first if not _ASKS.search(part)), right.split(",")[0]))
    return found


def _lists(text: str) -> list[frozenset[tuple[str, ...]]]:
    """What a prompt lists: labels on one line, options on lines of their own."""
    found = []
    for line in text.splitlines():
        after = re.split(r":\s", line)[1:] or ([] if re.search(r"[.?!]\s", line) else [line])
        for stretch in after:
            listed = re.split(rf"[{ENDS}](?:\s|$)", stretch)[0]
            items = [folded(item) for item in _ITEMS.split(listed)]
            items = [item for item in items if item]
            if len(items) > 1 and max(map(length, items)) <= _LABEL_WORDS:
                found.append(frozenset(items))
    lettered = _LETTERED.findall(text)
    if len(lettered) > 1:
        found.append(frozenset((letter.casefold(),) for letter, _ in lettered))
        found.append(frozenset(folded(option) for _, option in lettered))
    return found


def _names(said: Sequence[Token], words: frozenset[str]) -> frozenset[str]:
    """The capitalised words; none in German, where every noun is one."""
    if len(words & GERMAN) > 1:
        return frozenset()
    return frozenset(
        token.text
        for token in said
        if token.capital and token.text not in FUNCTION_WORDS | TITLES and len(token.text) > 1
    )


def _other_options(parts: tuple[str, ...], reference: tuple[str, ...]) -> set[tuple[str, ...]]:
    # The first part has the question's words before it, the last one those after it.
    size = len(reference)
    said = [folded(part) for part in parts]
    # `the one of stone or the one of iron`
    last = said[-1]
    if len(said) == 1:
        return set()
    shared = next(
        (n for n in range(len(last) - size, 0, -1) if last[:n] == said[-2][-size - n : -size]), 0
    )
    options = [words[-size:] for words in said[:-1]] + [last[shared : shared + size]]
    if len(said) > 2 and len(said[0]) > size + 2 and options[0] != reference:  # noqa: PLR2004
        del options[0]  # `Which has a crack, the one of stone or the one of iron?`
    return {option for option in options if option != reference} if reference in options else set()
