"""Which pairs are rated, in which order, and on which side each model stands."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from ftguard.ask.answer import Answer
from ftguard.probes.probe import Message
from ftguard.rating.items import BLOCK, for_rater, sample
from ftguard.rating.pairs import AnswerPair

Pairs = Callable[..., list[AnswerPair]]


def pairs(count: int, role: str, *names: str) -> list[AnswerPair]:
    """So many pairs of one role and its named slices."""
    mark = "-".join(names) or "plain"
    one = AnswerPair(
        probe_id="",
        prompt=(Message(role="", content="?"),),
        base=Answer(probe_id="", text="one"),
        tuned=Answer(probe_id="", text="two"),
        role=role,
        slices=(role, *(f"{role}/{name}" for name in names)),
        source="",
    )
    ids = [f"{role}/{mark}-{number}" for number in range(count)]
    return [replace(one, probe_id=probe_id, source=probe_id) for probe_id in ids]


MANY = [
    *pairs(300, "general", "facts"),
    *pairs(100, "general", "code"),
    *pairs(200, "target"),
    *pairs(60, "tail", "typos"),
    *pairs(30, "tail", "caps"),
]


def test_roles_share_equally_and_slices_in_proportion() -> None:
    """150 of 690: 50 of each role; general splits 3 to 1, the tail 2 to 1."""
    drawn = sample(MANY, 150, seed=0)

    assert Counter(pair.role for pair in drawn) == {"general": 50, "target": 50, "tail": 50}
    slices = Counter(pair.slices[-1] for pair in drawn)
    # 50 * 3/4 = 37.5 and 50 * 2/3 = 33.3, each to the next whole number up or down
    assert slices["general/facts"] in (37, 38)
    assert slices["tail/typos"] in (33, 34)


def test_what_a_small_role_lacks_goes_to_the_others() -> None:
    """10 tail pairs are all there; of 150 the other two roles have 70 each."""
    drawn = sample([*pairs(400, "general"), *pairs(200, "target"), *pairs(10, "tail")], 150, seed=0)

    assert Counter(pair.role for pair in drawn) == {"general": 70, "target": 70, "tail": 10}


@pytest.mark.parametrize("most", [1, 30, 60, 149])
def test_a_larger_sample_begins_with_the_smaller(most: int) -> None:
    """Whoever asks for more items keeps those that are rated already."""
    assert sample(MANY, 150, seed=3)[:most] == sample(MANY, most, seed=3)


def test_any_beginning_is_stratified() -> None:
    """Of the first 30, each role has 10, and no slice is off its share by more than one."""
    drawn = sample(MANY, 30, seed=1)

    assert set(Counter(pair.role for pair in drawn).values()) == {10}
    assert Counter(pair.slices[-1] for pair in drawn)["general/facts"] in (7, 8)


def test_fewer_pairs_than_asked_for_are_all_rated() -> None:
    """Nothing is lost or doubled."""
    few = [*pairs(3, "general"), *pairs(2, "tail", "caps")]

    assert sorted(p.probe_id for p in sample(few, 150, seed=0)) == sorted(p.probe_id for p in few)


def test_the_seed_alone_decides() -> None:
    """The same seed draws the same; another one draws others."""
    assert sample(MANY, 60, seed=5) == sample(MANY, 60, seed=5)
    assert sample(MANY, 60, seed=5) != sample(MANY, 60, seed=6)


def test_sides_are_balanced_for_every_rater_and_in_every_ten() -> None:
    """Five of each ten have the base on the left; an odd rest differs by one."""
    drawn = sample(MANY, 145, seed=0)
    for rater in ("anna", "ben", ""):
        left = [item.left for item in for_rater(drawn, rater, seed=0)]
        for start in range(0, 140, BLOCK):
            assert Counter(left[start : start + BLOCK]) == {"base": 5, "tuned": 5}
        assert abs(left.count("base") - left.count("tuned")) == 1


def test_raters_see_the_same_tens_in_their_own_order_and_sides() -> None:
    """Two people who both stop after 20 have rated the same 20, half of them turned round."""
    drawn = sample(MANY, 150, seed=0)
    anna, ben = (for_rater(drawn, rater, seed=0) for rater in ("anna", "ben"))

    assert anna == for_rater(drawn, "anna", seed=0)
    assert {i.pair.probe_id for i in anna[:20]} == {i.pair.probe_id for i in ben[:20]}
    assert [i.pair.probe_id for i in anna] != [i.pair.probe_id for i in ben]
    sides = {item.pair.probe_id: item.left for item in anna}
    turned = sum(sides[item.pair.probe_id] != item.left for item in ben)
    # 150 fair coins: 75 with a standard deviation of 6
    assert 50 < turned < 100


def test_the_side_says_whose_answer_is_where() -> None:
    """The base's text is on the left exactly where `left` says so."""
    for item in for_rater(pairs(20, "general"), "anna", seed=0):
        left, right = item.answers
        assert (left.text, right.text) == (
            ("one", "two") if item.left == "base" else ("two", "one")
        )
