"""Tests of slips: each is one that fingers make, and none makes another word."""

from random import Random

from ftguard.probes.edges.keyboard import NEIGHBOURS, OTHER_WORDS, misspell


def test_neighbours_are_mutual() -> None:
    """Every letter touches others, and each of those touches it."""
    assert sorted(NEIGHBOURS) == list("abcdefghijklmnopqrstuvwxyz")
    assert all(letter in NEIGHBOURS[other] for letter in NEIGHBOURS for other in NEIGHBOURS[letter])


def test_a_slip_is_one_of_four() -> None:
    """`card` by a thousand draws: each slip that keeps the `c`, worked out by hand, and no other.

    Neighbours of a (qwsz), r (etdf) and d (ersfxc); swaps of neighbours; doubled; dropped.
    """
    expected = {
        *("cqrd", "cwrd", "csrd", "czrd", "caed", "catd", "cadd", "cafd"),
        *("care", "carr", "cars", "carf", "carx", "carc"),
        *("crad", "cadr", "caard", "carrd", "cardd", "crd", "cad", "car"),
    }

    found = {misspell("card", Random(seed), ()) for seed in range(1000)}

    assert found == expected


def test_no_slip_makes_another_word() -> None:
    """Neither a word of the given ones, nor one of the common ones that are near others."""
    words = {"care", "cars", "car", "cad"}

    found = {misspell("card", Random(seed), words) for seed in range(500)}
    form = {misspell("form", Random(seed), ()) for seed in range(500)}

    assert not found & words
    assert not form & OTHER_WORDS
    assert "from" not in form
