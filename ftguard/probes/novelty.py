"""How far queries lie from the training data: the tail, found without labels."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ftguard.errors import InputError

Floats = NDArray[np.floating]

NEAREST = 5
"""Training queries that a distance is the mean to."""
GRAMS = (2, 4)
"""Lengths of the character n-grams."""
LONGEST = 500
"""Characters of each text that characters are compared by: a query is short."""
FAR_SHARE = 0.2
"""The share of queries outside of the training distribution that is the tail."""
FEWEST = 50
"""Fewer training queries say little about what is far from them."""
_ROWS = 256


class Encoder(Protocol):
    """What is used of a `sentence_transformers.SentenceTransformer`."""

    def encode(self, sentences: list[str]) -> Floats:
        """Vectors of shape [sentences, dimensions]."""


def novelty(
    queries: Sequence[str], training: Sequence[str], encoder: Encoder | None = None
) -> NDArray[np.float64]:
    """The distance of each query to its nearest training queries, shape [queries]; no unit.

    1 - the mean cosine similarity to the 5 nearest neighbours (as in Sun et al. 2022, 2204.06507,
    who take the k-th), over character 2- to 4-grams weighted by tf-idf. With an encoder the same
    over its vectors is added, both in standard deviations over the queries. What finds most is
    compared by `tests/benchmarks/novelty.py`.

    Args:
        queries: what may be far.
        training: what it may be far from, at least one.
        encoder: makes sentence vectors that mean something under the cosine.
    """
    distances = _of_characters(queries, training)
    if encoder is None:
        return distances
    known, asked = (_unit(encoder.encode(list(texts))) for texts in (training, queries))
    parts = [asked[start : start + _ROWS] @ known.T for start in range(0, len(asked), _ROWS)]
    return _standard(distances) + _standard(np.concatenate([_to_nearest(part) for part in parts]))


def furthest(distances: Floats, share: float = FAR_SHARE) -> NDArray[np.intp]:
    """The places of the largest distances, that share of all, the furthest first."""
    return np.argsort(-distances, kind="stable")[: round(share * distances.size)]


def load_encoder(name: str) -> Encoder:
    """A sentence-transformers model by its name or folder.

    Raises:
        InputError: the package is missing, or cannot load the model (with its own reason).
    """
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError:
        raise InputError(
            f"`encoder={name!r}` needs sentence-transformers: pip install 'ftguard[encoder]'."
        ) from None
    try:
        found: Encoder = SentenceTransformer(name)
    except Exception as error:  # noqa: BLE001
        reason = str(error).partition("\n")[0]
        raise InputError(f"the encoder `{name}` cannot be loaded: {reason}") from None
    return found


def _of_characters(queries: Sequence[str], training: Sequence[str]) -> NDArray[np.float64]:
    # scikit-learn takes a second to import, which reading probes does without.
    from sklearn.feature_extraction.text import TfidfVectorizer

    weigh = TfidfVectorizer(analyzer="char", ngram_range=GRAMS, sublinear_tf=True, dtype=np.float32)
    known = weigh.fit_transform(text[:LONGEST] for text in training).T.tocsr()
    asked = weigh.transform(text[:LONGEST] for text in queries)
    parts = [
        _to_nearest((asked[start : start + _ROWS] @ known).toarray())
        for start in range(0, len(queries), _ROWS)
    ]
    return np.concatenate(parts)


def _to_nearest(similarities: Floats) -> NDArray[np.float64]:
    nearest = min(NEAREST, similarities.shape[1])
    best = np.partition(similarities, -nearest, axis=1)[:, -nearest:]
    distances: NDArray[np.float64] = 1 - best.mean(axis=1, dtype=np.float64)
    return distances


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12))


def _standard(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    spread: NDArray[np.float64] = (distances - distances.mean()) / max(distances.std(), 1e-12)
    return spread
