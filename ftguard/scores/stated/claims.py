"""Splits an answer into the stretches that may state it, those that speak for it first."""

import re
from dataclasses import dataclass
from functools import lru_cache

from ftguard.scores.stated.question import Asked, stem
from ftguard.scores.stated.tokens import folded, length
from ftguard.scores.stated.unspaced import ENDS
from ftguard.scores.stated.wordlists import FUNCTION_WORDS

_AFTER_SENTENCE = re.compile(
    rf"(?<=[{ENDS}])(?<!\b[ap]\.m\.)(?<!\b(?:Mr|Ms|Dr|St|vs)\.)"
    r"(?<!\b(?:Mrs|e\.g|i\.e)\.)[\"')\]]*(?:\s+|$)|\n+|(?<=[.!?])(?=\s*\()|;\s+|(?<=\.\.\.)"
    r"|(?<=[\u0f0d\u17d4\u104b])|,\s+(?=所以|因此|于是|因而)"
    r"|,\s+(?=(?:so(?! (?:that|much|far|on|many)\b)|therefore|thus|hence|"
    r"which (?:means|makes|leaves|gives)|meaning|making|leaving)\b)|(?<=[\uff0c\uff1b])"
)
_INITIAL = re.compile(r"\s[A-Z]\.$")
_AFTER_COLON = re.compile(r"(?<=:)\s+|\s+[\u2014\u2013]\s+|(?<=[a-z])\s+(?:--|-)\s+(?=[A-Za-z])")
_LEADS_IN = re.compile(
    r"(?i)^\W*(?:\w+\W+){0,6}?(?:sure|certainly|course|absolutely|okay|ok|here|below|answer|result|"
    r"output|solution|translation|prints|say|follows|following|is|are|be|option|label|category)\b"
)
_MARKERS = 3
"""So many of the last `the answer is` are read,"""
_CLAIM = 600
"""and so many characters after each."""
_PARROTED = 6
"""Fewer words may be an answer that the question holds."""
_ASIDE = re.compile(r"\((?![A-Za-z0-9]\))[^()]*\)")
_CONCLUDES = re.compile(
    r"(?i)^\W*(?:and |but )?(?:so|therefore|thus|hence|consequently|accordingly|in conclusion|"
    r"in short|in summary|as a result|this means|that means|this leaves|that leaves|"
    r"which (?:means|makes|leaves|gives)|meaning|making|leaving|"
    r"overall|finally|to conclude|in total|altogether|it follows|we (?:can )?(?:conclude|see|get)|"
    r"(?:the )?(?:total|sum|result)(?= ?:))\b"
    r"|^\W*(?:所以|因此|于是|总之|總之|综上|したがって|よって|だから|つまり|ดังนั้น|따라서|그러므로)"
)
_ARRIVES = re.compile(
    r"(?i)\b(?:in fact|brings? (?:us|me) to|takes? (?:us|me) to|(?:we|i) (?:arrive at|end up)|"
    r"remains|is left)\b"
)
_MARKED = (
    r"(?:answers?|solution|result|output|response|reply|translation|prediction|verdict|"
    r"conclusion)\b"
)
_MARKED_UNSPACED = (
    r"(?:答案|回答|結果|结果|结论|答え|正解|คำตอบ|ចម្លើយ|정답|답변|답)\s*"
    r"(?:应该是|應該是|就是|应为|[是为為は은:]|คือ|គឺ)\s*:?\s*"
)
_LABELS = r"(?:label|category|intent|class|sentiment)\b"
_CORRECTS = re.compile(
    r"(?i)(?:(?:^|[.!?,:;\u2026\u2014-])\s*(?:but |oh,? |hmm,? |no,? )?(?:wait|hold on|oops)\b|"
    r"\?\s*no\b|\bhmm,? no\b|"
    r"\b(?:correction|scratch that|let me (?:re|correct)\w*|my mistake|i meant|"
    r"i mean|on second thought|i made (?:a|an) (?:mistake|error)|no, (?:actually|sorry)|"
    r"actually,? no)\b|(?:\.\.\.|\u2026|-|\u2014)\s*sorry\b)[\s,.:;!-]*(?:no\b[\s,.:;!-]*)?"
)
_RUNS_ON = re.compile(
    r"\n\s*(?:Question|Q|Text|User|Human|Instruction|Problem|Input|Sentence|Prompt)\s*\d*\s*:"
)
_UNKNOWING = re.compile(
    r"(?i)\b(?:i|we|you)(?:'m| am| are)? (?:do not|don't|cannot|can't|can not|couldn't|"
    r"could not|not able to|unable to) (?:really |possibly )?(?:know|say|tell|determine|decide|"
    r"work|figure|compute|solve|answer|confirm|be (?:sure|certain))"
    r"|\bnot (?:entirely |quite )?(?:sure|certain)\b|\bunsure\b|\bno idea\b"
    r"|\b(?:impossible|hard|difficult) to (?:say|tell|know|determine)"
    r"|\bno way (?:to|of) (?:know|tell)|\bnot enough information"
    r"|\b(?:does not|doesn't|do not|don't) (?:\w+ )?(?:say|state|specify|mention|tell)\b"
    r"|\bcannot be (?:determined|known|said)|\bis unclear\b|\bcould be any\b"
    r"|\bor (?:perhaps|maybe|possibly) (?:another|something|some other)\b"
)


@dataclass(frozen=True)
class Stretch:
    """A sentence, or a part of one that stands for itself."""

    text: str
    ended: bool
    """Whether it was brought to its end; only the last one of a cut-off answer was not."""
    focus: float = 0.0
    """Which share of the question's content words it repeats."""


@dataclass(frozen=True, kw_only=True)
class Stated:
    """An answer's stretches, by how they speak for it."""

    marked: tuple[Stretch, ...]
    """What follows `the answer is`, `Answer:`, `####`; the last one first."""
    concluding: tuple[Stretch, ...]
    """Sentences that begin with `so`, `therefore`...; the last one first."""
    apart: tuple[Stretch, ...]
    """What may be a bare answer: sentences, and what follows a lead-in such as `Sure:`."""
    all: tuple[Stretch, ...]
    """Every sentence, in order; what follows a colon stands for itself."""


def run_off(text: str) -> str:
    """The text up to where a model that knows no end asks itself the next question."""
    found = _RUNS_ON.search(text)
    return text[: found.start()] if found and text[: found.start()].strip() else text


def corrected(text: str) -> str | None:
    """What follows the last `wait, no`, where the answer takes itself back."""
    found = list(_CORRECTS.finditer(text))
    # Before the first word nothing was said that could be taken back.
    begun = next((place for place, c in enumerate(text) if c.isalnum()), len(text))
    found = [match for match in found if match.start() > begun]
    return text[found[-1].end() :] if found else None


def parrots(text: str, asked: Asked) -> bool:
    """Whether an answer is nothing but a stretch of its question, half of it or more."""
    said, prompt = folded(text), asked.prompt
    if said == prompt and length(said) > 2:  # noqa: PLR2004
        return True
    if 2 * len(said) < len(prompt) or length(said) < _PARROTED:
        return False
    return f" {' '.join(said)} " in f" {' '.join(prompt)} "


def hedges(text: str) -> bool:
    """Whether the answer says that it does not know."""
    return _UNKNOWING.search(text) is not None


def without_asides(text: str) -> str:
    """The text without what stands in brackets, unless nothing else is said."""
    bare = _ASIDE.sub(" ", text)
    return bare if any(c.isalnum() for c in bare) else text


def stated(text: str, asked: Asked, *, cut: bool) -> Stated:
    """The stretches of a plain text.

    Args:
        text: without markup.
        asked: the question that it answers.
        cut: whether it ends where the model was cut off.
    """
    marker = _marker(asked.label)
    marked, concluding, everything, whole = [], [], [], []
    count = 0
    for sentence in _sentences(text, asked, cut=cut):
        count += 1
        parts = _parts(sentence.text)
        # What follows a colon is about what stands before it: `In stock: BX-4410`.
        starts = [part if place == 0 else f"{parts[0]} {part}" for place, part in enumerate(parts)]
        everything += [
            Stretch(part, sentence.ended or part is not parts[-1], _share(start, asked))
            for part, start in zip(parts, starts, strict=True)
        ]
        if len(parts) == 1 or _LEADS_IN.search(parts[0]):
            whole.append(Stretch(parts[-1], sentence.ended))
        if len(parts) == 2 and not whole:  # noqa: PLR2004
            whole.append(Stretch(parts[0], ended=True))  # `Adverb: it tells how she runs.`
        if _CONCLUDES.search(sentence.text) or _ARRIVES.search(sentence.text):
            concluding.append(sentence)
    if count == 1 and everything[-1].text != (whole[-1].text if whole else ""):
        whole.append(everything[-1])  # `Write it, drop it, and in the end seal it: seal.`
    for match in list(marker.finditer(text))[-_MARKERS:]:
        end = match.end() + _CLAIM
        after = _sentences(text[match.end() : end], asked, cut=cut and end >= len(text))
        if after:
            marked.append(after[0])
    return Stated(
        marked=tuple(reversed(marked)),
        concluding=tuple(reversed(concluding)),
        apart=tuple(whole),
        all=tuple(everything),
    )


@lru_cache(maxsize=256)
def _marker(label: str | None) -> re.Pattern[str]:
    own = rf"|(?:^|\n)\W*{re.escape(label)}\s*:" if label else ""
    # Up to a few words may stand between: `the output of this program will be`.
    return re.compile(
        rf"(?i)\b(?:{_MARKED}(?:\s+(?:to|of|for|here)\b[^.:=\n]{{0,60}}?)?|{_LABELS})\s*"
        rf"(?:\bis\b|\bare\b|\bwas\b|\b(?:would|will|should|must) be\b|=|:|->|\u2192)\s*:?\s*"
        rf"(?:that\s+)?|####\s*{own}|{_MARKED_UNSPACED}"
    )


def _sentences(text: str, asked: Asked, *, cut: bool) -> list[Stretch]:
    parts, start = [], 0
    for match in _AFTER_SENTENCE.finditer(text):
        if not _is_initial(text, match):
            parts.append(text[start : match.start()])
            start = match.end()
    parts.append(text[start:])
    kept = [part for part in parts if any(c.isalnum() for c in part)]
    last = len(kept) - 1 if cut and any(c.isalnum() for c in parts[-1]) else len(kept)
    return [Stretch(p.strip(), place != last, _share(p, asked)) for place, p in enumerate(kept)]


def _is_initial(text: str, end: re.Match[str]) -> bool:
    """Whether a full stop is that of a name's initial: `Samuel L. Jackson`."""
    follower = re.match(r"\w+", text[end.end() : end.end() + 40])
    return (
        _INITIAL.search(text[max(0, end.start() - 4) : end.start()]) is not None
        and follower is not None
        and follower.group().lower() not in FUNCTION_WORDS
        and "\n" not in end.group()
    )


def _parts(sentence: str) -> list[str]:
    found, start = [], 0
    for match in _AFTER_COLON.finditer(sentence):
        found.append(sentence[start : match.start()])
        start = match.end()
    return [part for part in [*found, sentence[start:]] if any(c.isalnum() for c in part)]


def _share(text: str, asked: Asked) -> float:
    said = {stem(word) for word in folded(text)}
    return len(said & asked.focus) / len(asked.focus) if asked.focus else 0.0
