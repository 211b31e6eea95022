"""Says whether a shortened query still tells its label, by the words that are left of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ftguard.probes.edges.english import is_function_word
from ftguard.probes.edges.mutual_information import DOUBT
from ftguard.probes.edges.nearest import STEM, Shortened
from ftguard.probes.edges.words import words_of

MOSTLY = 0.5
"""Share of the queries with a word, and of `DOUBT` more, from which on it tells the label."""


class Telling:
    """Which labelled queries hold which words, and pairs of them.

    Args:
        rows: pairs of query and label.
    """

    def __init__(self, rows: Sequence[tuple[str, str]]) -> None:
        self._words = [tuple(words_of(query)) for query, _ in rows]
        self._labels = [label for _, label in rows]
        self._holders: dict[str | tuple[str, str], set[int]] = defaultdict(set)
        self._with_stem: dict[str, set[int]] = defaultdict(set)
        for at, words in enumerate(self._words):
            for word in words:
                self._holders[word].add(at)
            for pair in pairwise(words):
                self._holders[pair].add(at)
            for stem in _stems(words):
                self._with_stem[stem].add(at)

    def still_tells(self, item: Shortened) -> bool:
        """Whether what is left says the label after all, or nothing shows that it does not.

        It says the label where it holds all words of the label's name; or two content words in a
        row that stand mostly in queries of the label; or one that does so among the queries
        without a lost word. Nothing shows that it does not where no pronoun stands for what was
        lost, and no query of another label shares a content word with what is left.
        """
        words, before = words_of(item.query), tuple(words_of(item.before))
        left = frozenset(word for word in words if not is_function_word(word))
        name = _stems(words_of(item.label.replace("_", " ")))
        if name and name <= _stems(left):
            return True
        lost = {at for stem in _stems(item.lost) for at in self._with_stem[stem]}
        pairs = {pair for pair in pairwise(words) if left.issuperset(pair)}
        found = [self._labels_with(pair, before, set()) for pair in pairs]
        alone = [self._labels_with(word, before, lost) for word in left]
        if any(_is_of(item.label, labels) for labels in (*found, *alone)):
            return True
        is_replaced = not set(words) <= set(before)
        return not is_replaced and not any(set(labels) - {item.label} for labels in alone)

    def _labels_with(
        self, held: str | tuple[str, str], before: tuple[str, ...], without: set[int]
    ) -> Counter[str]:
        """The labels of the other queries that hold it."""
        places = self._holders.get(held, set()) - without
        return Counter(self._labels[at] for at in places if self._words[at] != before)


def _is_of(label: str, labels: Counter[str]) -> bool:
    """Whether most queries carry the label; of few, all."""
    return labels[label] >= MOSTLY * (labels.total() + DOUBT)


def _stems(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word[:STEM] for word in words if not is_function_word(word))
