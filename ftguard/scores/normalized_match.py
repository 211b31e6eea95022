"""Normalised match: the answer that is stated, however it is said, is an accepted one."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ftguard.ask.answer import Answer
from ftguard.probes.probe import Probe
from ftguard.scores.record import CutOff
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
from ftguard.scores.stated.code_like import lacks_marks
from ftguard.scores.stated.lexicon import Lexicon, lexicon_of, with_likes_of
from ftguard.scores.stated.phrases import Says, heads_elsewhere, is_bare, opens, says
from ftguard.scores.stated.plain import boxed, plain, shortened
from ftguard.scores.stated.question import Asked, question_of, stem
from ftguard.scores.stated.tokens import folded
from ftguard.scores.stated.whole import is_whole, says_whole

ECHO = 0.5
"""A cut-off sentence that repeats so much of the question has answered it."""


def normalized_match(probe: Probe, answer: Answer) -> float:
    """1 where the answer states an accepted reference, else 0.

    Case, punctuation, markup and English articles do not count, nor does the sentence around it.
    A reference of a sentence's length must stand there whole, one that is code, an interval, an
    address or a path with its marks. The probe's distractors, and what
    else its question offers, are wrong answers: stating one, or two answers, is wrong.

    Raises:
        CutOff: it was cut off before it stated anything.
    """
    said = " ".join(answer.text.split())
    if answer.finish == "stop" and said in {" ".join(r.split()) for r in probe.references}:
        return 1.0
    answer = replace(answer, text=shortened(answer.text))
    references = tuple(r for r in probe.references if not lacks_marks(answer.text, r))
    if not references and answer.finish == "length":
        raise CutOff
    if not references:
        return 0.0
    asked = question_of(probe)
    lexicon = lexicon_of(references, tuple(probe.distractors), asked)
    whole = plain(answer.text)
    text = run_off(whole)
    cut = answer.finish == "length" and text == whole
    # What stands in brackets is no aside where the answer does.
    text = text if any("(" in reference[:1] for reference in references) else without_asides(text)
    lexicon = with_likes_of(lexicon, text)
    if parrots(whole, asked):
        return 0.0
    # The options stand in the question, and an answer that compares them echoes nothing else.
    asked = replace(asked, focus=asked.focus - {stem(word) for word in lexicon.words})
    found = _first(_tiers(answer.text, text, references, lexicon, asked, cut=cut))
    if found == "nothing" and cut:
        raise CutOff
    return float(found == "right")


def _tiers(
    raw: str, text: str, references: Sequence[str], lexicon: Lexicon, asked: Asked, *, cut: bool
) -> Iterable[Says]:
    """What the answer says, by what speaks for it most; the first that says anything decides."""
    wholes = [reference for reference in references if is_whole(reference)]
    if wholes:
        yield says_whole(run_off(plain(raw)), wholes, lexicon)
    if len(wholes) == len(references):
        yield "nothing" if cut else "wrong"
        return
    box = boxed(raw)
    if box is not None:
        yield is_bare(plain(box), lexicon, asked)
    tail = corrected(text)
    if tail is not None:
        yield _first(_stated(stated(tail, asked, cut=cut), lexicon, asked, cut=cut))
    yield from _stated(stated(text, asked, cut=cut), lexicon, asked, cut=cut, text=text)


def _stated(
    found: Stated, lexicon: Lexicon, asked: Asked, *, cut: bool, text: str = ""
) -> Iterable[Says]:
    for stretch in found.marked:
        claimed = says(stretch.text, lexicon, asked, main_only=True)
        other = claimed == "nothing" and heads_elsewhere(
            f"{stretch.text.rstrip('.')},", lexicon, asked
        )
        yield "wrong" if other else claimed
    bare = _agreed(is_bare(s.text, lexicon, asked) for s in found.apart if s.ended)
    yield "nothing" if bare == "both" and found.concluding else bare
    first = [stretch.text for stretch in found.all[:1]]
    if first and (
        heads_elsewhere(first[0], lexicon, asked)
        or (len(found.all) > 1 and heads_elsewhere(f"{first[0].rstrip('.')},", lexicon, asked))
    ):
        yield "wrong"
    if not cut:
        yield from (says(stretch.text, lexicon, asked) for stretch in found.concluding)
    if hedges(text):
        yield "wrong"
    each = [(stretch, says(stretch.text, lexicon, asked)) for stretch in found.all]
    telling = [(stretch, said) for stretch, said in each if said not in ("nothing", "denied")]
    most = max((stretch.focus for stretch, _ in telling), default=0.0)
    if most:
        echoing = [(stretch, said) for stretch, said in telling if stretch.focus == most]
        echoed = _agreed(said for _, said in echoing)
        if echoed == "both" and len(echoing) > 1:
            echoed = _opening_or_last(echoing, found.all[0], lexicon)
        # What was cut off may only have been on its way: `Omar is taller than Kim. Lena is`.
        decides = echoed == "right" or telling[0][0] is found.all[0]
        yield echoed if not cut or (decides and most >= ECHO) else "nothing"
    if not cut:
        agreed = _agreed(said for _, said in each)
        if agreed == "both" and bare != "both":
            agreed = _opening_or_last(telling, found.all[0], lexicon)
        yield agreed
        yield "wrong"


def _opening_or_last(
    telling: Sequence[tuple[Stretch, Says]], first: Stretch, lexicon: Lexicon
) -> Says:
    """Of sentences that differ: the one that opens the answer, where it says it is so; else the
    last, as what comes before leads there.
    """  # noqa: D205
    stretch, said = telling[0]
    if stretch is first and said != "both" and opens(stretch.text, lexicon):
        return said
    return telling[-1][1]


def _agreed(found: Iterable[Says]) -> Says:
    kinds = set(found) - {"nothing", "denied"}
    return "nothing" if not kinds else "both" if len(kinds) > 1 else kinds.pop()


def _first(found: Iterable[Says]) -> Says:
    return next((said for said in found if said not in ("nothing", "denied")), "nothing")


def normalize(text: str) -> str:
    """Fold width, case and markup, drop punctuation and English articles, squeeze blanks.

    The steps of SQuAD's evaluation (Rajpurkar et al. 2016, 1606.05250), with Unicode
    compatibility folding and markup first. A text of nothing but articles or punctuation is kept.
    """
    return " ".join(folded(plain(text))) or " ".join(text.casefold().split())
