"""Says how much a word of a labelled query tells of its label."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ftguard.probes.edges.words import words_of

DOUBT = 2.0
"""So many rows that tell nothing are added to those of each word: a rare one tells less."""


@dataclass(frozen=True, kw_only=True)
class WordLabelCounts:
    """In how many labelled queries each word stands."""

    rows: Mapping[str, int]
    """Queries of each label."""
    total: int
    """Queries of all labels."""
    words: Mapping[str, int]
    """Queries that hold the word."""
    together: Mapping[str, Mapping[str, int]]
    """Queries of each label that hold the word."""

    def mutual_information(self, word: str, label: str) -> float:
        """The pointwise mutual information of a word and the label of a query that holds it.

        log2 of how much more frequent the label is among the other queries with the word than
        among all others, pulled towards 0 for rare words.
        """
        share = (self.rows[label] - 1) / (self.total - 1)
        together = self.together[label][word] - 1
        expected = share * (self.words[word] - 1)
        return math.log2((together + share * DOUBT) / (expected + share * DOUBT)) if share else 0.0

    def most_mutual_information(self, label: str) -> float:
        """What a word tells that stands in queries of the label alone, and in many."""
        return math.log2(self.total / self.rows[label])


def count_words(rows: Iterable[tuple[str, str]]) -> WordLabelCounts:
    """Count the words of pairs of query and label."""
    labels: Counter[str] = Counter()
    words: Counter[str] = Counter()
    together: dict[str, Counter[str]] = defaultdict(Counter)
    for query, label in rows:
        held = set(words_of(query))
        labels[label] += 1
        words.update(held)
        together[label].update(held)
    return WordLabelCounts(rows=labels, total=labels.total(), words=words, together=together)
