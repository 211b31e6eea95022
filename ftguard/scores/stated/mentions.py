"""Finds where a sentence mentions accepted and wrong answers, and what it does with each."""

import re
from dataclasses import dataclass

from ftguard.scores.stated.denials import is_denied_in_words
from ftguard.scores.stated.lexicon import Lexicon, Phrase, longest_first
from ftguard.scores.stated.question import Asked, stem
from ftguard.scores.stated.sentence import Sentence
from ftguard.scores.stated.tokens import folded, starts_with
from ftguard.scores.stated.unspaced import is_compared, is_denied, is_inside, is_unspaced
from ftguard.scores.stated.wordlists import (
    COMPARERS,
    COPULAS,
    FILLERS,
    FUNCTION_WORDS,
    INTERJECTIONS,
    NEARLY,
    NEGATORS,
    OPPOSITES,
    SUBORDINATORS,
    TITLES,
    WEAK_CHARACTERS,
    WEAK_WORDS,
)

_REACH = 7
"""So many words after `not` may be what it denies."""
_QUALIFIERS = frozenset(("new", "non", "north", "south", "east", "west", "anti", "half"))
_NAMES_A_LABEL = (
    r"\b(?:intent|label|category|class|topic|tag|as|under|kategorie|is|are|be|"
    r"(?:is|are) (?:\w+ly|very|quite))"
)
_MARKED = re.compile(r"[+#<>!&|^~]|==")
_TAKES_BACK = re.compile(
    r"(?i)^\W*(?:\w+\W+){0,3}?(?:(?:is|was|are|were|does|do|did|has|have|can|could|will|would|should)"
    r"(?:\s+(?:\w+ly\s+)?not\b|n't)|cannot\b|ca\s?n't\b|is (?:wrong|incorrect|false|ruled out|"
    r"excluded|impossible)|(?:can|could) be (?:ruled out|excluded))"
)
_HALF_OF_DAY = re.compile(
    r"(?i)\s*(?:(?P<short>[ap])m\b|(?:in the |at )?(?P<long>morning|afternoon|evening|night)\b)"
)


@dataclass(frozen=True)
class Mention:
    """One place where a sentence mentions an answer."""

    right: bool
    """Whether it is an accepted one."""
    first: int
    """Its first word's place."""
    last: int
    """Its last word's place."""
    clause: int
    set_aside: bool
    """Whether it is denied, or only what the answer is compared with."""
    denied: bool


@dataclass(frozen=True)
class _Place:
    """A phrase at a place of a sentence, with all that its meaning depends on."""

    sentence: Sentence
    phrase: Phrase
    first: int
    lexicon: Lexicon
    asked: Asked

    @property
    def last(self) -> int:
        return self.first + len(self.phrase) - 1

    @property
    def text_before(self) -> str:
        return self.sentence.before(self.first)

    @property
    def text_after(self) -> str:
        return self.sentence.after(self.last)


def mentions(sentence: Sentence, lexicon: Lexicon, asked: Asked) -> list[Mention]:
    """Every mention in a sentence, in order; of two that overlap the longer one."""
    phrases, found, at = longest_first(lexicon), [], 0
    while at < len(sentence.words):
        places = (
            (_Place(sentence, phrase, at, lexicon, asked), right)
            for phrase, right in phrases
            if starts_with(sentence.words, at, phrase)
        )
        here = next(((p, right) for p, right in places if _is_mention(p, right=right)), None)
        if here is None:
            at += 1
            continue
        place, right = here
        denied = _is_denied(place)
        set_aside = denied or _is_compared(place)
        clause = sentence.clauses[at]
        found.append(Mention(right, at, place.last, clause, set_aside, denied))
        at = place.last + 1
    return found


def _is_mention(place: _Place, *, right: bool) -> bool:
    """Whether words that are an answer's are one here, and no part of a longer name."""
    echo = not right and place.phrase not in place.lexicon.offered and _is_echo(place)
    return not (
        echo
        or _only_retells(place)
        or (_is_weak(place) and not _is_complement(place))
        or _is_part(place)
        or _is_inside(place)
        or _lists_more(place)
        or _is_other_half_of_day(place)
        or _is_named_otherwise(place)
        or _is_qualified(place)
    )


def _is_weak(place: _Place) -> bool:
    """Whether the word also stands in sentences for other reasons: `on`, `will`, `A`."""
    word = place.phrase[0]
    if len(place.phrase) > 1:
        return False
    if len(word) == 1 and is_unspaced(word):
        return word in WEAK_CHARACTERS
    if len(word) == 1 and word.isalpha():
        return word in ("a", "i") or not place.sentence.words[place.first].shown.isupper()
    return word in WEAK_WORDS


def _is_echo(place: _Place) -> bool:
    """Whether a wrong answer's words are those of the question, repeated: no answer to it."""
    return set(place.phrase) <= place.asked.asking and not _is_complement(place)


def _only_retells(place: _Place) -> bool:
    """Whether a text that was to be labelled is told again in words that are a label's too.

    `You want to know your balance` names no intent, `The intent is balance` does.
    """
    asked = place.asked
    told = asked.wants_label and not place.lexicon.offered and set(place.phrase) <= asked.words
    if not told or _is_complement(place):
        return False
    before, after = place.text_before, place.text_after
    joined = "_" in place.sentence.text[len(before) : len(place.sentence.text) - len(after)]
    named = re.search(rf"(?i){_NAMES_A_LABEL}\W*$", before) or re.match(
        r"(?i)\W*(?:intent|label|category|class|request|sentiment|topic)\b", after
    )
    return not (joined or (named and not re.match(r"\s*[a-z]", after)))


def _is_complement(place: _Place) -> bool:
    """Whether words stand where an answer does: alone, in marks, after `is` at a clause's end."""
    rest, words = place.text_after.lstrip(" "), place.sentence.words
    ends = not rest or (rest[0] in ".,;:!?\n)\"'" and not rest.startswith("'s"))
    marked = place.text_before[-1:] in ('"', "'", "(") and rest[:1] in ('"', "'", ")")
    single = len(place.phrase[0]) == 1 and place.phrase[0].isalpha()
    if single and not words[place.first].shown.isupper():
        return False
    leading = [word.text for word in words[max(0, place.first - 2) : place.first]]
    leading = leading[:-1] if leading[-1:] in (["not"], ["n't"]) else leading
    follows = bool(leading) and leading[-1] in COPULAS
    closes = ends or re.match(r"(?i)(?:(?:right )?now|because|since|at the moment|here)\b", rest)
    return bool((place.first == 0 and ends) or marked or (follows and closes))


def _is_part(place: _Place) -> bool:
    """Whether more of the same name is joined to it: `tmp.log` in `tmp.log.gz`, 3/4 in 1 3/4."""
    before, after = place.text_before, place.text_after
    mixed = "/" in place.phrase[0] and re.search(r"\d ?$", before)
    joined = re.search(r"\w[.@/_-]$|(?<!\w)[.#]$", before) or re.match(
        r"(?:[.@/_-]|::)\w|[+#]|\s?%", after
    )
    return bool(mixed or joined or _lacks_marks(place))


def _is_inside(place: _Place) -> bool:
    """Whether it is inside of another word, where no blanks tell words apart."""
    before, after = place.text_before, place.text_after
    shown = place.sentence.text[len(before) : len(place.sentence.text) - len(after)]
    # Characters are folded one by one, and are the same folded.
    return is_inside(before, shown, after, "".join(place.asked.prompt))


def _lacks_marks(place: _Place) -> bool:
    """Whether the accepted answer has marks, as `C++` does, that are not there."""
    shown = [s for s in place.lexicon.shown if _MARKED.search(s) and folded(s) == place.phrase]
    text = place.sentence.text.casefold()
    return bool(shown) and not any(mark.casefold() in text for mark in shown)


def _lists_more(place: _Place) -> bool:
    """Whether more items stand beside those of an answer that is a list."""
    is_list = any("," in shown or " and " in shown for shown in place.lexicon.shown)
    if not is_list or len(place.phrase) == 1:
        return False
    joins = r"\s*(?:,|&|,?\s*\b(?:and|or)\b)\s*"
    after = re.match(rf"{joins}\w+\W*$", place.text_after)
    return bool(after or re.search(rf"^\W*\w+{joins}$", place.text_before))


def _is_other_half_of_day(place: _Place) -> bool:
    """Whether `7:36` is followed by `am` where `7:36 pm` is accepted."""
    size = len(place.phrase)
    longer = [p for p in place.lexicon.accepted if p[:-1] == place.phrase and len(p) == size + 1]
    halves = {p[-1] for p in longer} & {"am", "pm"}
    hours, colon, minutes = place.phrase[0].partition(":")
    if colon and hours.isdigit() and (f"{int(hours) + 12}:{minutes}",) in place.lexicon.accepted:
        halves |= {"pm"}
    found = _HALF_OF_DAY.match(place.text_after)
    if not halves or not found:
        return False
    half = "am" if "a" in (found["short"] or "").lower() or found["long"] == "morning" else "pm"
    return half not in halves


def _is_named_otherwise(place: _Place) -> bool:
    """Whether the words around a short form of an answer make another name of it.

    `Picasso` may stand for `Pablo Picasso` and `Indian` for `Indian Ocean`; in `Paloma Picasso` and
    `Indian subcontinent` they do not.
    """
    words, phrase, known = place.sentence.words, place.phrase, place.lexicon.words
    longer = [p for p in place.lexicon.accepted if len(p) > len(phrase)]
    if place.first and any(p[-len(phrase) :] == phrase for p in longer):
        before = words[place.first - 1]
        usual = before.text in FUNCTION_WORDS | INTERJECTIONS | TITLES | known
        adjacent = place.sentence.between(place.first - 1, place.first) == " "
        if adjacent and before.capital and not usual:
            return True
    if place.last + 1 < len(words) and any(p[: len(phrase)] == phrase for p in longer):
        after = words[place.last + 1]
        usual = after.text in FUNCTION_WORDS | FILLERS | SUBORDINATORS | known
        adjacent = place.sentence.between(place.last, place.last + 1) == " "
        return adjacent and not usual and not after.text.endswith("s")
    return False


def _is_qualified(place: _Place) -> bool:
    """Whether a capitalised word beside it makes a longer name: `New Mali`, `Mali Federation`."""
    words, asked = place.sentence.words, place.asked
    before = words[place.first - 1] if place.first else None
    if before and before.capital and before.text in _QUALIFIERS:
        return True
    if place.last + 1 == len(words) or not words[place.last].capital:
        return False
    after = words[place.last + 1]
    adjacent = place.sentence.between(place.last, place.last + 1) == " "
    usual = after.text in FUNCTION_WORDS or after.text in asked.words
    return adjacent and after.capital and not usual and not place.sentence.text.isupper()


def _is_denied(place: _Place) -> bool:
    sentence, asked = place.sentence, place.asked
    spanned = range(sentence.clauses[place.first], sentence.clauses[place.last] + 1)
    inside = [i for i in range(len(sentence.words)) if sentence.clauses[i] in spanned]
    words = [sentence.words[i].text for i in inside]
    if asked.denied & {stem(word) for word in words}:
        # `Who does not come?` - `Ben does not come` asserts Ben, `Ben comes` denies him.
        return not NEGATORS & set(words)
    nearby = [i for i in inside if place.first - _REACH <= i < place.first]
    pairs = [(sentence.words[i].text, sentence.words[i + 1].text) for i in nearby]
    negated = any(
        first in NEGATORS or (first, second) in (("rather", "than"), ("instead", "of"))
        for first, second in pairs
    )
    return bool(
        negated
        or is_denied(place.text_before, place.text_after)
        or is_denied_in_words(place.text_before, place.text_after)
        or _tells_of_another(set(words), asked)
        or _TAKES_BACK.match(place.text_after.split(",", maxsplit=1)[0])
    )


def _tells_of_another(words: set[str], asked: Asked) -> bool:
    """Whether a clause is about what was not asked: the oldest where the youngest was."""
    return any(
        asked.asking & group and words & group and not words & group & asked.words
        for group in OPPOSITES
    )


def _is_compared(place: _Place) -> bool:
    """Whether it is what the answer is compared with: `taller than Omar`, `whether Omar`."""
    sentence, first = place.sentence, place.first
    if is_compared(place.text_before, place.text_after):
        return True
    if first and sentence.words[first - 1].text in NEARLY - place.asked.words:
        return True
    if first and sentence.words[0].text in ("of", "among", "between"):
        # `Of Lena, Omar and Kim the tallest is Lena`
        verbs = [i for i, word in enumerate(sentence.words) if word.text in COPULAS]
        if verbs and first < verbs[0]:
            return True
    return any(
        sentence.words[i].text in COMPARERS
        for i in range(max(0, first - 4), first)
        if sentence.clauses[i] == sentence.clauses[first]
    )
