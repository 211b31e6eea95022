"""Tests of `seats`, `lengths` and `drawn`: shares by hand, breadth, and the seed."""

from collections import Counter

import pytest

from ftguard.probes.logs.strata import TextStratum, drawn, lengths, num_words, seats


@pytest.mark.parametrize(
    ("counts", "most", "expected"),
    [
        # One each; 4 are left: a at 90/3, 90/5, 90/7 and 90/9 is ahead of b at 9/3 and c at 1/3.
        ({"a": 90, "b": 9, "c": 1}, 7, {"a": 5, "b": 1, "c": 1}),
        # In proportion 6, 3 and 1.
        ({"a": 60, "b": 30, "c": 10}, 10, {"a": 6, "b": 3, "c": 1}),
        # Fewer places than kinds: the largest.
        ({"a": 1, "b": 3, "c": 2}, 2, {"a": 0, "b": 1, "c": 1}),
        # Nothing gets more than there is of it.
        ({"a": 2, "b": 1}, 9, {"a": 2, "b": 1}),
        ({"a": 2}, 0, {"a": 0}),
        ({}, 5, {}),
    ],
)
def test_each_gets_one_and_the_rest_goes_by_size(
    counts: dict[str, int], most: int, expected: dict[str, int]
) -> None:
    """Rare kinds are not missed, and common ones have their share."""
    assert seats(counts, most) == expected


@pytest.mark.parametrize(
    ("counts", "names", "short", "long"),
    [
        # Thirds of six: two, two and two.
        ([1, 2, 3, 4, 5, 6], "short short medium medium long long", 2, 4),
        # More than a third has three words; they stay together.
        ([3, 3, 3, 3, 9, 1], "medium medium medium medium long short", 2, 3),
        ([5, 5, 5], "medium medium medium", 4, 5),
        ([7], "medium", 6, 7),
    ],
)
def test_lengths_are_thirds(counts: list[int], names: str, short: int, long: int) -> None:
    """Short, medium and long are of this log; equally long texts are called the same."""
    found = lengths(counts)

    assert (list(found.names), found.short, found.long) == (names.split(), short, long)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("What's my card's limit?", 4),
        ("", 0),
        ("?!", 0),
        # Five ideographs and kana, one word.
        ("\u6771\u4eac\u306e\u5929\u6c17 Tokyo", 6),
    ],
)
def test_words_are_counted_in_any_script(text: str, number: int) -> None:
    """Where there are no blanks between words, characters are counted."""
    assert num_words(text) == number


def _strata(**sizes: int) -> list[TextStratum]:
    """So many texts of each topic; every third is long, and each stands for itself."""
    return [
        TextStratum(topic=topic, length="long" if at % 3 == 0 else "short", family=at)
        for topic, size in sizes.items()
        for at in range(size)
    ]


def test_topics_and_lengths_have_their_share() -> None:
    """Of 60, 27 and 3 texts 10 are 6, 3 and 1 (0.3 made one); a third of each topic is long."""
    strata = _strata(a=60, b=27, c=3)

    found = [strata[place] for place in drawn(strata, 10, seed=0)]

    assert Counter(s.topic for s in found) == {"a": 6, "b": 3, "c": 1}
    assert Counter((s.topic, s.length) for s in found if s.topic != "c") == {
        ("a", "long"): 2,
        ("a", "short"): 4,
        ("b", "long"): 1,
        ("b", "short"): 2,
    }


def test_a_topic_is_covered_in_its_breadth() -> None:
    """Of ten families of ten texts each, ten draws take one of each."""
    strata = [TextStratum(topic="a", length="short", family=at % 10) for at in range(100)]

    found = [strata[place].family for place in drawn(strata, 10, seed=3)]

    assert sorted(found) == list(range(10))


@pytest.mark.parametrize("size", [5, 6, 100])
def test_all_are_taken_where_there_is_room(size: int) -> None:
    """A draw of as many as there are, or more, leaves none out."""
    assert drawn(_strata(a=4, b=1), size, seed=0) == (0, 1, 2, 3, 4)


def test_the_seed_alone_decides() -> None:
    """One seed twice draws the same, in order; ten seeds do not all."""
    strata = _strata(a=60, b=40)
    draws = {drawn(strata, 10, seed=seed) for seed in range(10)}

    assert drawn(strata, 10, seed=4) == drawn(strata, 10, seed=4)
    assert len(draws) > 1
    assert all(list(places) == sorted(set(places)) and len(places) == 10 for places in draws)
