"""Groups texts by topic and, finer, by family; a topic is named after its characteristic words."""

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

MOST_TOPICS = 20
NO_TOPIC = "any"
_PER_TOPIC = 10
_DIMENSIONS = 50
_STARTS = 10
"""Random starts of k-means, of which the tightest is kept."""
_WORD = r"[^\W\d_]{2,}(?:['\u2019][^\W\d_]+)?"
_WORD_LENGTH = 16
"""Characters of a word that may stand in a name."""
_WORDS_FOR_NAME = 8
"""The most characteristic words, of which two make the name."""
_STEM = 4
"""Characters that two words of one name do not share at their beginning: not `card-cards`."""


Integers = NDArray[np.integer]


@dataclass(frozen=True, kw_only=True)
class Topics:
    """What each text is about."""

    names: Sequence[str]
    """The topic of each text as `word-word`; `any` where there is only one."""
    families: Sequence[int]
    """A number for each text that those most like it share, whatever their topic."""


@dataclass(frozen=True, kw_only=True)
class _Weights:
    """How much each term says of each text."""

    of_texts: csr_array
    """Shape [texts, terms]; tf-idf^2, each row of length 1."""
    terms: Sequence[str]


def num_topics(num_texts: int, most: int = MOST_TOPICS) -> int:
    """How many topics to look for: sqrt(n / 10), so 3 in 100 texts, 10 in 1,000, 20 from 4,000."""
    return max(1, min(most, round(math.sqrt(num_texts / _PER_TOPIC))))


def topics(
    texts: Sequence[str], *, most: int = MOST_TOPICS, num_families: int = 1, seed: int
) -> Topics:
    """Group texts; the same texts and seed give the same topics.

    Words and 3- to 5-grams of characters are weighted, reduced to 50 dimensions (latent semantic
    analysis; Deerwester et al. 1990) and clustered by k-means. The grams find `pay` in `payment`
    and need no blanks between words. No part of it is of one language. Where the texts are too
    few for two topics, or have no terms in common, all are `any`.

    Args:
        texts: what to group.
        most: topics.
        num_families: families at most, the finer groups.
        seed: of the reduction and of the clusters' starts.
    """
    number = num_topics(len(texts), most)
    alone = Topics(names=(NO_TOPIC,) * len(texts), families=(0,) * len(texts))
    if number == 1:
        return alone
    # scikit-learn says a good deal about small or uniform inputs, which are fine here.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        words = _weights(texts, token_pattern=_WORD)
        grams = _weights(texts, analyzer="char_wb", ngram_range=(3, 5))
        weights = hstack([words.of_texts, grams.of_texts], format="csr")
        if weights.shape[1] < 2:  # noqa: PLR2004
            return alone
        clusters, families = _clusters(weights, number, num_families, seed % 2**32)
    names = _names(clusters, words)
    return Topics(
        names=tuple(names[cluster] for cluster in clusters.tolist()),
        families=tuple(families.tolist()),
    )


def _weights(texts: Sequence[str], **options: object) -> _Weights:
    """The weights of the terms that two texts have and that not half of them have."""
    # scikit-learn takes a second to load.
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    vectorizer = TfidfVectorizer(sublinear_tf=True, min_df=2, max_df=0.5, **options)
    try:
        weights = vectorizer.fit_transform(texts)
    except ValueError:  # no term is left
        return _Weights(of_texts=csr_array((len(texts), 0)), terms=())
    # Squared, the inverse document frequency drowns function words without a list of them.
    weights = normalize(weights.multiply(vectorizer.idf_))
    return _Weights(of_texts=csr_array(weights), terms=vectorizer.get_feature_names_out().tolist())


def _clusters(
    weights: csr_array, number: int, num_families: int, seed: int
) -> tuple[Integers, Integers]:
    """The topic and the family of each row, from 0."""
    from sklearn.cluster import KMeans, MiniBatchKMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize
    from threadpoolctl import threadpool_limits

    dimensions = min(_DIMENSIONS, *(size - 1 for size in weights.shape))
    # One thread adds in one order on every machine, and is the fastest here too.
    with threadpool_limits(1):
        vectors = normalize(TruncatedSVD(dimensions, random_state=seed).fit_transform(weights))
        coarse = KMeans(number, n_init=_STARTS, random_state=seed)
        fine = MiniBatchKMeans(min(num_families, len(vectors)), n_init=1, random_state=seed)
        return coarse.fit_predict(vectors), fine.fit_predict(vectors)


def _names(clusters: Integers, words: _Weights) -> Mapping[int, str]:
    """A name of its own for each cluster: two words that it has more of than all texts."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    overall = words.of_texts.mean(axis=0)
    names: dict[int, str] = {}
    for cluster in np.unique(clusters).tolist():
        surplus = words.of_texts[clusters == cluster].mean(axis=0) - overall
        order = np.argsort(-surplus, kind="stable")
        best = [words.terms[at] for at in order[: 4 * _WORDS_FOR_NAME] if surplus[at] > 0]
        best = [word for word in best if word.isalpha() and len(word) <= _WORD_LENGTH]
        best = [word for word in best if word not in ENGLISH_STOP_WORDS]
        taken = set(names.values())
        named = (name for name in _pairs(best[:_WORDS_FOR_NAME]) if name not in taken)
        names[cluster] = next(named, f"topic-{cluster + 1}")
    return names


def _pairs(words: Sequence[str]) -> list[str]:
    """Two words each, the most characteristic first; a lone word is a name too."""
    if len(words) == 1:
        return list(words)
    return [
        f"{first}-{second}"
        for at, first in enumerate(words)
        for second in words[at + 1 :]
        if second[:_STEM] != first[:_STEM]
    ]
