"""Tests of which beginnings are run once, with savings worked out by hand."""

from ftguard.ask.prefixes import Family, families

LEAST = 10
"""Tokens from which on a beginning is worth its own pass."""


def test_texts_that_begin_alike_share_that() -> None:
    """Three that begin with 8 tokens alike save 16 less 10; two others share nothing."""
    beginning = tuple(range(8))
    texts = [(50,), (*beginning, 60), (*beginning, 61, 1), (70, 71), (*beginning, 62)]

    assert families(texts, LEAST) == [
        Family(shared=8, members=(1, 2, 4)),
        Family(shared=0, members=(0, 3)),
    ]


def test_what_saves_too_little_is_left() -> None:
    """Two that share 10 tokens save 10, which a pass costs; with 11 they save more."""
    ten = tuple(range(10))

    assert families([(*ten, 20), (*ten, 21)], LEAST) == [Family(shared=0, members=(0, 1))]
    assert families([(*ten, 19, 20), (*ten, 19, 21)], LEAST) == [Family(shared=11, members=(0, 1))]


def test_of_nested_beginnings_those_that_save_most_are_shared() -> None:
    """Two subjects, each of three with 20 tokens alike, of which both share 5: apart they save
    twice 40 - 10 = 30, together 25 - 10. With 18 shared by both, together 90 - 10 beats twice 30.
    """
    both, one, other = tuple(range(5)), tuple(range(100, 115)), tuple(range(200, 215))
    apart = [(*both, *subject, n) for subject in (one, other) for n in range(3)]
    assert families(apart, LEAST) == [
        Family(shared=20, members=(0, 1, 2)),
        Family(shared=20, members=(3, 4, 5)),
    ]

    both = tuple(range(18))
    together = [(*both, *subject[:2], n) for subject in (one, other) for n in range(3)]
    assert families(together, LEAST) == [Family(shared=18, members=(0, 1, 2, 3, 4, 5))]


def test_a_beginning_is_shorter_than_each_of_its_texts() -> None:
    """The same text three times: the last token of each is left to tell of what follows."""
    text = tuple(range(20))

    assert families([text, text, text], LEAST) == [Family(shared=19, members=(0, 1, 2))]
    # All three save 22 - 10, the longer two alone 19 - 10.
    assert families([text[:12], text, text], LEAST) == [Family(shared=11, members=(0, 1, 2))]


def test_many_texts_that_go_on_from_each_other_are_no_trouble() -> None:
    """Two thousand texts, each a token longer than the one before: every one has its place."""
    chain = [tuple(range(n)) for n in range(1, 2000)]

    found = families(chain, LEAST)

    assert sorted(place for family in found for place in family.members) == list(range(1999))
    assert all(
        chain[place][: family.shared] == chain[family.members[0]][: family.shared]
        for family in found
        for place in family.members
    )
