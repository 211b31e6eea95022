"""Tests of informative words: bits worked out by hand."""

import math

import pytest

from ftguard.probes.edges.mutual_information import count_words


def test_bits_of_a_word() -> None:
    """Besides the query itself, 4 of 8 are `a`; `coin` stands in 3 of those and in no other.

    coin: (3 + 0.5 * 2) / (0.5 * 3 + 0.5 * 2) = 1.6 times as frequent as with any label;
    the: (4 + 1) / (4 + 1) = 1; rare, which stands in no other: (0 + 1) / (0 + 1) = 1;
    odd, which stands in another with `b`: (0 + 1) / (0.5 + 1) = 2/3.
    """
    counts = count_words(
        [
            ("the coin rare odd", "a"),
            ("the coin", "a"), ("the coin coin", "a"), ("The Coin!", "a"), ("the", "a"),
            ("the b", "b"), ("the b", "b"), ("the b", "b"), ("the b odd", "b"),
        ]
    )  # fmt: skip

    assert counts.mutual_information("coin", "a") == pytest.approx(math.log2(1.6))
    assert counts.mutual_information("the", "a") == pytest.approx(0)
    assert counts.mutual_information("rare", "a") == pytest.approx(0)
    assert counts.mutual_information("odd", "a") == pytest.approx(math.log2(2 / 3))
    assert counts.most_mutual_information("a") == pytest.approx(math.log2(9 / 5))


def test_a_label_that_stands_alone_tells_nothing() -> None:
    """Of a class of one row no word can be known."""
    assert count_words([("the coin", "a"), ("the b", "b")]).mutual_information("coin", "a") == 0
