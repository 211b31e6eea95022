"""The numbers of a stretch of text, and the one that it comes to."""

import itertools
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ftguard.scores.stated.denials import EITHER, is_denied_in_words
from ftguard.scores.stated.han_numbers import han_in_digits
from ftguard.scores.stated.question import Asked, stem
from ftguard.scores.stated.tokens import tokens
from ftguard.scores.stated.unspaced import COUNTER, is_denied
from ftguard.scores.stated.wordlists import FILLERS, NUMBER_WORDS, UNITS
from ftguard.text.words import UNSPACED

_NUMBER = re.compile(
    rf"(?<![^\W{UNSPACED}])(?<![\^.,/])"
    r"[-+]?(?:(?P<whole>\d+)\s+(?P<a>\d+)/(?P<b>\d+)(?![\d/])"
    r"|(?P<n>\d+)/(?P<d>\d+)(?![\d/:])"
    r"|(?P<plain>(?:[1-9]\d{0,2}(?:[,\u00a0\u202f ']\d{3})+(?!\d)|\d+(?:,\d{3})*)(?:[.,]\d+)?"
    r"|\.\d+)"
    r"(?:\s*[x\u00d7*]\s*10\s*\^\s*\{?(?P<power>-?\d{1,3})\}?|[eE](?P<exp>[-+]?\d{1,3}))?)"
)
_DENIED = re.compile(
    r"(?i)(?:\bnot|n't|\bnever|\brather than|\binstead of|\bthan)\s+(?:\w+\s+){0,2}$"
    r"|(?:不是|并非|不等于|不到|非|不)\s*$"
)
_RESULT = re.compile(
    r"(?:=|\u2248|\u2192|->|\b(?:equals|makes|making|comes? to|gives|giving|leaves|leaving|"
    r"total of|rounds to|rounded to|amounts to|returns|prints|outputs|adds up to|totals)\b"
    r"|\bi\.e\.,?|等于|等於|得到|得出)\s*(?:\w+\s)?$",
    re.IGNORECASE,
)
_AROUND = 40
"""So many characters around a number say what it is."""
_MULTIPLES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "k": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "dozen": 12,
    "百": 1e2,
    "千": 1e3,
    "万": 1e4,
    "萬": 1e4,
    "亿": 1e8,
    "億": 1e8,
}
_OF_MANY = frozenset(("of", "with", "from"))
_UNIT_WORDS = 3
"""What follows a bare number is its unit, and no longer."""
_IGNORED = re.compile(
    r"^\W*(?:\w+\W+){0,2}?(?:is|are|was|were)(?: \w+ly)? (?:ignored|not|excluded)|n't"
)
_OPERATOR = re.compile(
    r"^\s*(?:[+*/\u00d7\u00f7^x=]|-\s)\s*\W?\d|^\s*(?:plus|minus|times|divided by)\s+\W?\d"
)
_EITHER = re.compile(
    r"(?i)^\s*(?:\w+\s+)?(?:or|and|to|-|/|或|或者|和|到|至|か|または|หรือ|o|"
    + "|".join(sorted(EITHER))
    + r")\s*(?:\w+\s+)?$"
)
_SPELT = re.compile(
    r"(?i)(?<![\w.-])(?:(?:"
    + "|".join(NUMBER_WORDS)
    + r")(?:[\s-]+(?:and\s+)?(?=(?:"
    + "|".join(NUMBER_WORDS)
    + r")\b))?)+\b"
)


@dataclass(frozen=True)
class Number:
    """One number in a text."""

    readings: tuple[float, ...]
    """Its value; of `7 million` 7 and 7,000,000."""
    start: int
    end: int
    denied: bool
    result: bool
    """Whether it is the right side of an equation."""
    part: bool
    """Whether it is an operand."""
    unit: str | None = None
    """The unit of measure that it is given in, where it is one of `UNITS`."""

    def measures_other(self, asked: Asked) -> bool:
        """Whether its unit is another one than was asked for: grams where kilograms were."""
        if self.unit is None:
            return False
        dimension, place = UNITS[self.unit]
        wanted = [UNITS[unit] for unit in asked.units if unit in UNITS]
        same = [other for kind, other in wanted if kind == dimension]
        return place not in same if same else dimension == "share"

    def value(self, asked: Asked) -> float:
        """Its value in what is counted: `how many million` counts millions."""
        counts = asked.words & {word for name in _MULTIPLES for word in (name, f"{name}s")}
        return self.readings[0 if counts else -1]

    def among(self, wanted: Iterable[float]) -> bool:
        """Whether one of its readings is among some values."""
        return any(reading in wanted for reading in self.readings)


def numbers(text: str) -> list[Number]:
    """The numbers of a plain text, in order."""
    found = []
    for match in _NUMBER.finditer(text):
        readings = _readings(match)
        before = text[max(0, match.start() - _AROUND) : match.start()]
        after = text[match.end() : match.end() + _AROUND]
        if readings and not re.match(r"(?:\.\d|[A-Za-z_]\w*\d|(?:[snr][td]|th)\b|:\d\d)", after):
            operand = bool(_OPERATOR.match(after)) and not after.lstrip().startswith("=")
            found.append(
                Number(
                    readings=readings,
                    start=match.start(),
                    end=match.end(),
                    denied=_is_denied(before, after),
                    result=bool(_RESULT.search(before)) and not operand,
                    unit=_unit(text, match),
                    part=operand or bool(re.search(r"\d\s*[-+*/\u00d7\u00f7]\s*$", before)),
                )
            )
    return found


def _is_denied(before: str, after: str) -> bool:
    behind = COUNTER.sub("", after, count=1)
    return (
        _DENIED.search(before) is not None
        or _IGNORED.match(after) is not None
        or is_denied_in_words(before, after)
        or is_denied(before, behind)
    )


def in_digits(text: str) -> str:
    """The text with its spelt numbers in digits, where it has no digits."""
    if re.search(r"\d", text):
        return text
    return han_in_digits(_SPELT.sub(lambda m: str(_spelt(m.group())), text))


def leads_with(text: str, asked: Asked) -> Number | None:
    """The number that a text begins with, or that its equation comes to; None where it names two.

    For what follows `the answer is`: what comes after explains.
    """
    text = in_digits(text)
    found = [number for number in numbers(text) if not number.denied]
    if not found or found[0].part:
        return comes_to(text, asked)
    if len(found) > 1 and _EITHER.match(text[found[0].end : found[1].start]):
        return None
    return found[0]


def comes_to(text: str, asked: Asked) -> Number | None:
    """The number that a sentence comes to, or None where it has none or names two.

    The right side of its last equation; else the one before the unit that was asked for; else the
    last that the question did not give and that is not the operand of a sum.
    """
    text = in_digits(text)
    found = [number for number in numbers(text) if not number.denied]
    given = {float(number) for number in asked.numbers if _is_number(number)}
    if all(number.among(given) for number in found):
        # `Binary 1011 is eleven`
        spelt = in_digits(re.sub(r"\d", " ", text))
        others = [n for n in numbers(spelt) if not n.denied and not n.among(given | {1.0})]
        if others:
            text, found = spelt, others
    if not found:
        return None
    results = [number for number in found if number.result]
    if results:
        return results[-1]
    equated = re.match(r"\s*\S*\s*=", text[found[0].end :]) if len(found) > 1 else None
    if equated and found[1].part:
        return found[0]  # 15 = 9 + 6
    return _without_equation(text, found, asked)


def _without_equation(text: str, found: list[Number], asked: Asked) -> Number | None:
    given = {float(number) for number in asked.numbers if _is_number(number)}
    counted = _counted(text, found, asked)
    if len(counted) == 1 and len(asked.counted) > 1 and not counted[0].part:
        return counted[0]  # `60 eggs, which is 5 dozen`
    found = _in_clause(text, found, asked)
    for kept in (counted, found):
        new = [n for n in kept if not n.among(given) and not n.part]
        if len(new) > 1 and _EITHER.match(text[new[-2].end : new[-1].start]):
            return None
        if new:
            same = [
                n for n in new if {abs(r) for r in n.readings} == {abs(r) for r in new[-1].readings}
            ]
            return new[0] if kept is counted else same[0]  # `-3 m, that is 3 m west`
    whole = [n for n in counted or found if not n.part] or found
    return whole[-1]


def is_bare_number(text: str, asked: Asked) -> Number | None:
    """The number of a stretch that has nothing beside it but a unit or `it is`."""
    spelt, text = not re.search(r"\d", text), in_digits(text)
    found = [n for n in numbers(text) if not n.denied]
    if len(found) != 1:
        return None
    words = [t.text for t in tokens(text) if t.text not in FILLERS and t.text not in NUMBER_WORDS]
    others = [word for word in words if not any(c.isdigit() for c in word)]
    before, after = tokens(text[: found[0].start]), tokens(text[found[0].end :])
    # `Line 5` names the line that was asked for.
    named = len(before) == 1 and before[0].text in asked.asking and not after
    leads = [t for t in before if t.text not in FILLERS - _OF_MANY] or after[_UNIT_WORDS:]
    if named:
        return found[0]
    if leads or (others and spelt):
        return None
    known = all(word in UNITS or word in asked.words for word in others)
    return found[0] if len(others) <= (2 if known else 1) else None


def _counted(text: str, found: list[Number], asked: Asked) -> list[Number]:
    """The numbers that stand before what is counted; `dozen` in `how many dozen eggs` first."""
    for unit in asked.counted:
        kept = [n for n in found if stem(unit) in _stems(text[n.end : n.end + 40])[:1]]
        kept = kept or [n for n in found if stem(unit) in _stems(text[n.end : n.end + 40])[:2]]
        if kept:
            return kept
    return []


def _in_clause(text: str, found: list[Number], asked: Asked) -> list[Number]:
    """Those of the clause that echoes most of the question: `spends 12 and gets 8 back`."""
    cuts = [0, *(m.start() for m in re.finditer(r",\s|\s(?:and|but|while)\s", text)), len(text)]
    parts = [
        (_echoed(text[a:b], asked), [n for n in found if a <= n.start < b])
        for a, b in itertools.pairwise(cuts)
    ]
    telling = [(focus, inside) for focus, inside in parts if inside]
    most = max(focus for focus, _ in telling)
    best = [inside for focus, inside in telling if focus == most]
    return best[0] if len(best) == 1 and most > 1 else found


def _echoed(text: str, asked: Asked) -> int:
    """How many of the question's words are repeated; a name counts twice."""
    names = {stem(name) for name in asked.names & asked.asking}
    return sum(1 + (word in names) for word in set(_stems(text)) & asked.focus)


def _stems(text: str) -> list[str]:
    return [stem(token.text) for token in tokens(text)]


def _unit(text: str, match: re.Match[str]) -> str | None:
    after = re.match(
        r"\s*(?:degrees?\s+|euro\s+)?(\u00b0?[A-Za-z%\u20ac\u00a3]+)", text[match.end() :]
    )
    before = re.search(r"[\u20ac\u00a3]\s*$", text[: match.start()])
    name = after[1].lower() if after else before.group().strip() if before else ""
    return name if name in UNITS else None


def _readings(match: re.Match[str]) -> tuple[float, ...]:
    """The values of a written number; none of one that is beyond floats."""
    try:
        found = _parsed(match)
    except (OverflowError, ValueError):
        return ()
    return tuple(value for value in found if math.isfinite(value))


def _parsed(match: re.Match[str]) -> tuple[float, ...]:
    after = match.string[match.end() : match.end() + _AROUND]
    multiple = re.match(
        r"\s*(hundred|thousand|million|billion|dozen)\b|k\b|\s*([百千万萬亿億])", after
    )
    times = _MULTIPLES[multiple[1] or multiple[2] or "k"] if multiple else 1.0
    before_christ = re.match(r"\s*(?:BCE?|B\.C\.)", match.string[match.end() :])
    sign = -1.0 if match.group().startswith("-") or before_christ else 1.0
    if match["whole"]:
        if not int(match["b"]):
            return ()
        return (sign * (int(match["whole"]) + int(match["a"]) / int(match["b"])),)
    if match["n"]:
        return (sign * int(match["n"]) / int(match["d"]),) if int(match["d"]) else ()
    written = re.sub(r"[\u00a0\u202f ']", "", match["plain"])
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", written) or "," not in written:
        value = float(written.replace(",", ""))
    elif written.count(",") == 1 and "." not in written:
        value = float(written.replace(",", "."))  # a decimal comma: 22,5
    else:
        return ()
    power = int(match["power"] or match["exp"] or 0)
    found = sign * value * 10.0**power
    return (found,) if times == 1 else (found, found * times)


def _is_number(word: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(?:\.\d+)?", word))


def _spelt(words: str) -> int:
    total, part = 0, 0
    for word in re.findall(r"[a-z]+", words.lower()):
        value = NUMBER_WORDS.get(word)
        if value is None:
            continue
        if value == 100:  # noqa: PLR2004
            part = max(1, part) * 100
        elif value == 1000:  # noqa: PLR2004
            total, part = total + max(1, part) * 1000, 0
        else:
            part += value
    return total + part
