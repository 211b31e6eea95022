"""Draws texts over topics and lengths in proportion, so that rare ones are not missed."""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|(?:[^\W\u3040-\u30ff\u3400-\u9fff]['\u2019]?)+")
"""A word, or one character of Chinese or Japanese, which are written without blanks."""

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class TextStratum:
    """What a text is drawn by."""

    topic: str
    length: str
    """`short`, `medium` or `long`."""
    family: int
    """The same for texts that are much alike."""


@dataclass(frozen=True, kw_only=True)
class Lengths:
    """Which texts are short, medium or long."""

    names: Sequence[str]
    """`short`, `medium` or `long`, for each text."""
    short: int
    """The most words of a text in the lower third."""
    long: int
    """The most words of a text that is not in the upper third."""


def num_words(text: str) -> int:
    """Words, or characters of a language that is written without blanks."""
    return len(_WORD.findall(text))


def lengths(counts: Sequence[int]) -> Lengths:
    """Split texts into thirds by their number of words; equally long ones stay together."""
    low, high = np.quantile(counts, [1 / 3, 2 / 3], method="inverted_cdf").tolist()
    # Where one length makes up the middle third and more, it is the medium one.
    short = min(low, high - 1)
    names = ["short" if n <= short else "long" if n > high else "medium" for n in counts]
    return Lengths(names=names, short=short, long=high)


def drawn(strata: Sequence[TextStratum], size: int, seed: int) -> tuple[int, ...]:
    """The places of the drawn, in order: each topic's share, and within it each length's.

    A topic is cut into as many stretches as are drawn of it, like next to like, and one is drawn
    from each while its length has seats left, so that a topic is covered in all its breadth.

    Args:
        strata: of each text.
        size: how many to draw; all where there are fewer.
        seed: of the draw.
    """
    of_topics: dict[str, list[int]] = defaultdict(list)
    for place in sorted(range(len(strata)), key=lambda place: strata[place].family):
        of_topics[strata[place].topic].append(place)
    generator = random.Random(seed)
    shares = seats({topic: len(places) for topic, places in of_topics.items()}, size)
    found: set[int] = set()
    for topic, places in sorted(of_topics.items()):
        seats_left = dict(seats(Counter(strata[place].length for place in places), shares[topic]))
        stretches = _stretches(places, shares[topic])
        # The last ones find fewer seats.
        generator.shuffle(stretches)
        for stretch in (*stretches, *[places] * shares[topic]):
            fit = [
                place
                for place in stretch
                if seats_left[strata[place].length] and place not in found
            ]
            if fit:
                found.add(place := generator.choice(fit))
                seats_left[strata[place].length] -= 1
    return tuple(sorted(found))


def _stretches(places: Sequence[int], number: int) -> list[Sequence[int]]:
    ends = [len(places) * end // number for end in range(number + 1)] if number else [0]
    return [places[start:end] for start, end in pairwise(ends)]


def seats(counts: Mapping[Key, int], most: int) -> Mapping[Key, int]:
    """Share out at most `most` places: one for each, the largest first, then in proportion.

    The rest goes one by one to the largest count / (2 * places + 1) (Sainte-Lague), and nothing
    gets more than its count.
    """
    found = dict.fromkeys(counts, 0)
    for _ in range(min(most, sum(counts.values()))):
        wanting = [key for key in counts if found[key] < counts[key]]
        best = max(wanting, key=lambda key: (not found[key], counts[key] / (2 * found[key] + 1)))
        found[best] += 1
    return found
