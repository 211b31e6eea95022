"""Says whether a shortened query is still clear: what the queries most like it are labelled."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

import numpy as np

from ftguard.probes.edges.words import words_of

NEIGHBOURS = 5
STEM = 5
"""Words that share so many first letters count as the same: `declined`, `decline`."""


@dataclass(frozen=True, kw_only=True)
class Shortened:
    """A query that has lost words."""

    query: str
    """What is left."""
    before: str
    """The query as it was."""
    lost: tuple[str, ...]
    label: str


def are_clear(shortened: Sequence[Shortened], rows: Sequence[tuple[str, str]]) -> tuple[bool, ...]:
    """Whether the 5 labelled queries nearest to what is left all carry the label.

    The query itself is left out, and so is every one that holds a word that was lost: what is
    left must say it alone. Both by words and by characters (cosine of tf-idf) the nearest must
    agree.

    Args:
        shortened: the queries to judge.
        rows: pairs of query and label.
    """
    if not shortened:
        return ()
    # scikit-learn takes a second to load.
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [query for query, _ in rows]
    stems = [_stems(query) for query in texts]
    clear = np.ones(len(shortened), dtype=bool)
    for vectors in (
        TfidfVectorizer(analyzer=_words_and_pairs, sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True),
    ):
        known = vectors.fit_transform(texts).T.tocsr()
        asked = vectors.transform([item.query for item in shortened])
        for at, item in enumerate(shortened):
            alike = (asked[at] @ known).toarray()[0]
            order = np.argsort(-alike, kind="stable")
            nearest = _others(item, order[alike[order] > 0], rows, stems)
            labels = list(islice(nearest, NEIGHBOURS))
            clear[at] &= labels == [item.label] * NEIGHBOURS
    return tuple(bool(value) for value in clear)


def _others(
    item: Shortened,
    order: Iterable[int],
    rows: Sequence[tuple[str, str]],
    stems: Sequence[frozenset[str]],
) -> Iterator[str]:
    """The labels of the rows in this order that may tell what is left of the query."""
    lost = _stems(" ".join(item.lost))
    same = {" ".join(words_of(item.before)), " ".join(words_of(item.query))}
    for at in order:
        query, label = rows[at]
        if lost.isdisjoint(stems[at]) and " ".join(words_of(query)) not in same:
            yield label


def _words_and_pairs(text: str) -> list[str]:
    words = words_of(text)
    return words + [" ".join(pair) for pair in pairwise(words)]


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:STEM] for word in words_of(text))
