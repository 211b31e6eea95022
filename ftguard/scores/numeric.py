"""Numeric match: the number that the answer comes to equals the reference's."""

import math
import re
from collections.abc import Iterable
from dataclasses import replace

from ftguard.ask.answer import Answer
from ftguard.probes.numbers import FINAL, NUMBER
from ftguard.probes.probe import Probe
from ftguard.scores.record import CutOff, Unscorable
from ftguard.scores.stated.claims import (
    Stated,
    Stretch,
    corrected,
    hedges,
    parrots,
    run_off,
    stated,
    without_asides,
)
from ftguard.scores.stated.decimal_comma import in_points, tells_comma
from ftguard.scores.stated.numbers import Number, comes_to, is_bare_number, leads_with, numbers
from ftguard.scores.stated.plain import boxed, plain, shortened
from ftguard.scores.stated.question import Asked, question_of

RELATIVE_TOLERANCE = 1e-6
ECHO = 0.5
"""A first sentence that repeats so much of the question answers it; what follows explains."""
_WORKS = re.compile(
    r"(?i)\b(?:first|next|then|step|let us|let's|let|need to|have to|to find|calculate|suppose|"
    r"start|begin|given|we know)\b|="
)


def numeric(probe: Probe, answer: Answer) -> float:
    """1 where the answer comes to a reference's number (to 1e-6, relative, or the probe's own
    tolerance), else 0; no number is a wrong answer.

    Where a reference is written with a decimal comma (`12,50`) the answer is read so; else only
    what cannot be read otherwise is (`1.234,50`, `3.500.000`).

    Raises:
        CutOff: it was cut off before it came to one.
        Unscorable: the reference has none.
    """  # noqa: D205
    telling = {reference: tells_comma(_last_part(reference)) for reference in probe.references}
    comma = any(telling.values())
    wanted = [final_number(in_points(r, comma=told)) for r, told in telling.items()]
    if None in wanted:
        raise Unscorable("the reference holds no number")
    close = {"rel_tol": RELATIVE_TOLERANCE}
    if probe.tolerance is not None:
        # The margin keeps decimal fractions that are not exact in binary on the right side.
        close = {"rel_tol": 0.0, "abs_tol": probe.tolerance * (1 + RELATIVE_TOLERANCE)}
    cut = answer.finish == "length"
    asked = question_of(_with_points(probe) if comma else probe)
    text = in_points(answer.text, comma=comma)
    said = None
    if not parrots(plain(shortened(text)), asked):
        said = stated_number(text, asked, cut=cut)
    if said is None and cut:
        raise CutOff
    return float(
        said is not None
        and not said.measures_other(asked)
        and any(math.isclose(said.value(asked), w, **close) for w in wanted if w is not None)
    )


def _with_points(probe: Probe) -> Probe:
    """The probe with its question's numbers in English notation."""
    asks = probe.prompt if isinstance(probe.prompt, str) else str(probe.prompt[-1]["content"])
    return replace(probe, prompt=in_points(asks, comma=True))


def stated_number(answer: str, asked: Asked, *, cut: bool = False) -> Number | None:
    """The number that an answer comes to, or None.

    What speaks for it most decides: `#### 42`, a box, what follows the last `the answer is`, a
    line that is nothing but a number, the last sentence that begins with `so` or `therefore`, a
    first sentence that repeats the question, else the last sentence with a number.

    Args:
        answer: as it was written.
        asked: the question.
        cut: whether it was cut off; then only what is complete counts.
    """
    answer = shortened(answer)
    whole = plain(answer)
    text = without_asides(run_off(whole))
    if not any(c.isdigit() for c in text):
        text = run_off(whole)
    cut = cut and run_off(whole) == whole
    return next((n for n in _claimed(answer, text, asked, cut=cut) if n is not None), None)


def _claimed(raw: str, text: str, asked: Asked, *, cut: bool) -> Iterable[Number | None]:
    _, marker, after = raw.partition(FINAL)
    after = plain(after)
    if marker:
        first = numbers(after.strip().partition("\n")[0] or after)
        yield first[0] if first and not (cut and _touches_end(after, first[0])) else None
    box = boxed(raw)
    if box is not None:
        yield leads_with(plain(box), asked)
    tail = corrected(text)
    if tail is not None:
        yield from _stated(stated(tail, asked, cut=cut), asked, cut=cut)
    found = stated(text, asked, cut=cut)
    if hedges(text) and not found.marked:
        return
    yield from _stated(found, asked, cut=cut)


def _stated(found: Stated, asked: Asked, *, cut: bool) -> Iterable[Number | None]:
    for stretch in found.marked:
        number = leads_with(stretch.text, asked)
        if number and (stretch.ended or not _touches_end(stretch.text, number)):
            yield number
    ended = [stretch for stretch in found.all if stretch.ended]
    apart = [stretch for stretch in found.apart if stretch.ended]
    bare = [number for stretch in apart if (number := is_bare_number(stretch.text, asked))]
    given = {float(n) for n in asked.numbers if n.replace(".", "", 1).isdigit()}
    new = [number for number in bare if not number.among(given)]
    if len({number.readings for number in bare}) == 1:
        yield bare[0]
    elif len({number.readings for number in new}) == 1:
        yield new[0]  # A sum in columns: what is added was given.
    elif bare and is_bare_number(apart[0].text, asked):
        yield bare[0] if not found.concluding else None
    yield _head(found.all[0].text, asked) if found.all and not found.concluding else None
    if not cut:
        yield _from_sentences(ended, {stretch.text for stretch in found.concluding}, asked)


def _head(sentence: str, asked: Asked) -> Number | None:
    """The bare number that a sentence begins with: `12, as there are 6 protons and 6 neutrons`."""
    head, comma, rest = sentence.partition(", ")
    another = re.match(r"\s*(?:(?:and|or|then)\s+)?[-+]?\d[\d.]*\W*(?:$|,|and\b|or\b)", rest)
    # `In 8 weeks, ...` begins to work it out; `In 1989, ...` says when.
    led = re.match(r"(?i)(?:in|at|after|for|by|on|of)\b", head)
    when = asked.asking & {"when", "year", "time", "date"}
    found = is_bare_number(head, asked) if comma and not another else None
    return None if led and not when else found


def _from_sentences(sentences: list[Stretch], concluding: set[str], asked: Asked) -> Number | None:
    telling = [(s, number) for s in sentences if (number := comes_to(s.text, asked))]
    if not telling:
        return None
    last, final = telling[-1]
    for stretch, number in reversed(telling):
        # `A quarter is 8, so 24 stayed. 6 joined, which makes 30 singers.`
        if stretch.text in concluding:
            return number if stretch.focus >= last.focus and not final.result else final
    return _opening(sentences, telling) or final


def _opening(sentences: list[Stretch], telling: list[tuple[Stretch, Number]]) -> Number | None:
    """The number of a first sentence that answers the question, where what follows explains it."""
    (first, number), (last, final) = telling[0], telling[-1]
    echoes = first.focus >= ECHO or (
        len(telling) == 2 and first.focus > last.focus and not final.result  # noqa: PLR2004
    )
    worked_out = [n for s, n in telling[1:] if n.result]
    agrees = not worked_out or worked_out[-1].among(number.readings)
    if first is sentences[0] and echoes and agrees and not _WORKS.search(first.text):
        return number
    return None


def _touches_end(text: str, number: Number) -> bool:
    return not text[number.end :].strip()


def _last_part(text: str) -> str:
    _, _, after = text.partition(FINAL)
    return after.strip().partition("\n")[0] or text


def final_number(text: str) -> float | None:
    """The number that a reference ends up with, or None.

    It follows `####` where there is one (as GSM8K writes it); else it is the last one.
    """
    _, marker, after = text.partition(FINAL)
    found = NUMBER.findall(after if marker else text)
    if not found:
        return None
    return float((found[0] if marker else found[-1]).replace(",", ""))
