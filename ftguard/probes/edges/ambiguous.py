"""Ambiguous queries: the phrase that tells the label is gone, and what is left is a sentence."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from random import Random

from ftguard.probes.edges.english import is_function_word
from ftguard.probes.edges.mutual_information import WordLabelCounts, count_words
from ftguard.probes.edges.nearest import Shortened, are_clear
from ftguard.probes.edges.original import Edge, Original, in_order
from ftguard.probes.edges.phrases import says_something, shorter
from ftguard.probes.edges.telling import Telling
from ftguard.probes.edges.words import bare, words_of
from ftguard.probes.probe import OPEN
from ftguard.probes.tail import OUT_OF_SCOPE, ROWS_PER_CLASS

SLICE = "ambiguous"
SCORERS = ("normalized_match", "exact_match")
LEAST_SHARE = 0.5
"""An informative word tells at least this share of what a certain sign of the label would tell."""
NEAR_BEST = 0.5
"""Words that tell at most so many bits less than the best one are dropped with it."""
LEAST_WORDS = 3
"""So many words stay."""
LEAST_TOKEN_BUDGET = 64
"""Tokens for an answer that may have to ask back."""
MOST_KNOWN = 20_000
TRIES = 4
"""So many more are looked at than are wanted; some still tell their label and are left out."""
_TOKEN = re.compile(r"\S+\s*")
_LETTERS = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")


def ambiguous(
    originals: Sequence[Original], most: int, seed: int, known: Sequence[tuple[str, str]]
) -> tuple[Edge, ...]:
    """At most so many edges, where the references are class labels; none otherwise.

    The reference is kept where what is left is still clear; else the probe is open, and its
    reference is for the judge. What is neither clear nor has lost what told it is left out.
    """
    labelled = [original for original in originals if original.probe.scorer in SCORERS]
    rows = _rows(labelled, known, seed)
    if not rows:
        return ()
    found = list(islice(_shortened(labelled, rows, seed), TRIES * most))
    clear = are_clear([shortened for _, shortened in found], rows)
    telling = Telling(rows)
    edges = (
        _edge(original, shortened, is_clear=is_clear)
        for (original, shortened), is_clear in zip(found, clear, strict=True)
        if is_clear or not telling.still_tells(shortened)
    )
    return tuple(islice(edges, most))


def _rows(
    labelled: Sequence[Original], known: Sequence[tuple[str, str]], seed: int
) -> tuple[tuple[str, str], ...]:
    """Queries with their labels, of the probes and of the training data, if labels are classes."""
    own = [(original.query, _label(original)) for original in labelled]
    trained = [(query.strip(), label.strip()) for query, label in known]
    sizes = Counter(label for _, label in trained)
    classes = {label for _, label in own}
    total = len(own) + sum(sizes[label] for label in classes)
    if not own or total < ROWS_PER_CLASS * len(classes):
        return ()
    classes.update(label for label, size in sizes.items() if size >= ROWS_PER_CLASS)
    trained = [(query, label) for query, label in trained if label in classes]
    if len(trained) > MOST_KNOWN:
        trained = Random(seed).sample(trained, MOST_KNOWN)
    return tuple(dict.fromkeys([*own, *trained]))


def _label(original: Original) -> str:
    return original.probe.references[0].strip()


def _shortened(
    originals: Sequence[Original], rows: Sequence[tuple[str, str]], seed: int
) -> Iterator[tuple[Original, Shortened]]:
    counts = count_words(rows)
    taken: set[str] = set()
    for original in in_order(originals, seed, SLICE):
        if _label(original).lower() not in OUT_OF_SCOPE:
            found = _shorten(original, counts)
            # Many queries may leave the same one.
            if found is not None and found.query.lower() not in taken:
                taken.add(found.query.lower())
                yield original, found


def _shorten(original: Original, counts: WordLabelCounts) -> Shortened | None:
    """The query without the phrases that hold its informative words, or None where none can go."""
    tokens = list(_TOKEN.finditer(original.query))
    informative = frozenset(_most_informative(original, tokens, counts))
    texts = [token[0] for token in tokens]
    fixed = {
        at for at, token in enumerate(tokens) if not original.fixed.isdisjoint(range(*token.span()))
    }
    found = [
        left
        for left in shorter(texts, english=original.english)
        if informative
        and informative <= left.dropped
        and fixed.isdisjoint(left.dropped)
        and len(left.text.split()) >= LEAST_WORDS
        and says_something(left.text)
    ]
    if not found:
        return None
    best = min(found, key=lambda left: len(left.dropped))
    words = (bare(texts[at]) for at in sorted(best.dropped))
    return Shortened(
        query=best.text,
        before=original.query,
        lost=tuple(word for word in words if word and not is_function_word(word)),
        label=_label(original),
    )


def _most_informative(
    original: Original, tokens: Sequence[re.Match[str]], counts: WordLabelCounts
) -> list[int]:
    """The places of the words that tell most of the label, the best first."""
    bits = {}
    for at, token in enumerate(tokens):
        word = bare(token[0])
        is_free = original.fixed.isdisjoint(range(*token.span()))
        if is_free and _LETTERS.fullmatch(word) and not is_function_word(word):
            bits[at] = max(
                counts.mutual_information(part, _label(original)) for part in words_of(word)
            )
    least = LEAST_SHARE * counts.most_mutual_information(_label(original))
    least = max(least, max(bits.values(), default=0.0) - NEAR_BEST)
    informative = [at for at, value in bits.items() if value >= least]
    return sorted(informative, key=lambda at: -bits[at])


def _edge(original: Original, shortened: Shortened, *, is_clear: bool) -> Edge:
    edge = original.edge(SLICE, shortened.query, (SLICE,), with_companion=is_clear)
    if is_clear:
        return edge
    asked = edge.probes[0]
    words = "word" if len(shortened.lost) == 1 else "words"
    unclear = replace(
        asked,
        scorer=OPEN,
        notes=f"the query lost the {words} {', '.join(shortened.lost)}; a good answer asks back or "
        "names the likely readings",
        max_new_tokens=max(LEAST_TOKEN_BUDGET, asked.max_new_tokens or 0),
    )
    return replace(edge, probes=(unclear,))
