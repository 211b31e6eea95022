"""Makes `Item`, a pair with its sides: which pairs are rated, in which order, and what is left."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from ftguard.ask.answer import Answer
from ftguard.rating.pairs import AnswerPair
from ftguard.rating.store import Side

BLOCK = 10
"""Raters see the same tens of items, each in an order and with sides of their own."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One pair as one rater sees it."""

    pair: AnswerPair
    left: Side
    """Whose answer stands on the left."""

    @property
    def answers(self) -> tuple[Answer, Answer]:
        """The left one and the right one."""
        both = self.pair.base, self.pair.tuned
        return both if self.left == "base" else both[::-1]

    @property
    def right(self) -> Side:
        """Whose answer stands on the right."""
        return "tuned" if self.left == "base" else "base"


def sample(pairs: Sequence[AnswerPair], most: int, seed: int) -> tuple[AnswerPair, ...]:
    """Draw at most `most` pairs, stratified over role and slices.

    Roles share equally, so that the tail's edge cases are seen as often as the target (what one
    role lacks goes to the others); within a role each combination of slices has its share. Any
    beginning of the sample is stratified too, and a larger one begins with the smaller.
    """
    generator = random.Random(f"{seed}")
    strata: dict[str, dict[tuple[str, ...], list[AnswerPair]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for pair in pairs:
        strata[pair.role][pair.slices].append(pair)
    roles = [_spread(strata[role], generator) for role in sorted(strata)]
    return tuple(pair for turn in zip_longest(*roles) for pair in turn if pair is not None)[:most]


def for_rater(pairs: Sequence[AnswerPair], rater: str, seed: int) -> tuple[Item, ...]:
    """The items of a sample in one rater's order and with that rater's sides.

    Within each ten the order is shuffled, and in half of them the base is on the left: several
    raters who stop early share most of their items, and see both models on each side as often.
    """
    generator = random.Random(f"{seed} {rater}")
    items: list[Item] = []
    for start in range(0, len(pairs), BLOCK):
        block = pairs[start : start + BLOCK]
        order = generator.sample(block, len(block))
        sides: list[Side] = ["base", "tuned"] * ((len(block) + 1) // 2)
        generator.shuffle(sides)
        items.extend(Item(pair=pair, left=side) for pair, side in zip(order, sides, strict=False))
    return tuple(items)


def _spread(
    strata: Mapping[tuple[str, ...], list[AnswerPair]], generator: random.Random
) -> list[AnswerPair]:
    """The pairs of one role, those of each stratum shuffled and spread evenly over the whole."""
    placed = []
    for pairs in strata.values():
        start = generator.random()
        for number, pair in enumerate(generator.sample(pairs, len(pairs))):
            placed.append(((number + start) / len(pairs), pair.probe_id, pair))
    return [pair for _, _, pair in sorted(placed, key=lambda place: place[:2])]
