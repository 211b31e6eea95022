"""Tests of `Grams` and `nearest`, with the shared grams counted by hand."""

import random

import numpy as np
import pytest

from ftguard.probes.leaks.grams import Grams, hashes, nearest


def _shared(grams: Grams, *units: bytes) -> set[tuple[int, int, int]]:
    return {(int(u), int(t), int(n)) for u, t, n in zip(*grams.shared(units), strict=True)}


def test_shared_grams_are_counted() -> None:
    """`abcde` has abc, bcd, cde: `xabcd` shares two of them and `cdef` one."""
    grams = Grams([b"abcde", b"xyz"], 3)

    assert grams.sizes.tolist() == [3, 1]
    assert _shared(grams, b"xabcd", b"cdef", b"nothing", b"") == {(0, 0, 2), (1, 0, 1)}


def test_no_gram_runs_over_the_end_of_a_unit() -> None:
    """`abc` does not stand in `ab` and `c`, one after the other."""
    assert _shared(Grams([b"abc"], 3), b"ab", b"c") == set()


def test_a_repeated_gram_counts_as_often() -> None:
    """`aaa` stands three times in `aaaaa` and is one gram of the text."""
    grams = Grams([b"aaaa"], 3)

    assert grams.sizes.tolist() == [1]
    assert _shared(grams, b"aaaaa") == {(0, 0, 3)}


def test_common_grams_are_nobodys_own() -> None:
    """With at most 2, `abc` of three texts is left out, but for the text that has no other."""
    grams = Grams([b"abcd", b"abce", b"abc"], 3, most=2)

    assert grams.sizes.tolist() == [1, 1, 1]
    assert grams.shares.tolist() == [0.5, 0.5, 1.0]
    assert _shared(grams, b"abc") == {(0, 2, 1)}


@pytest.mark.parametrize("texts", [[], [b""], [b"ab"]])
def test_texts_without_grams_share_none(texts: list[bytes]) -> None:
    """No texts, empty ones, and ones shorter than a gram."""
    grams = Grams(texts, 3)

    assert grams.sizes.tolist() == [0] * len(texts)
    assert _shared(grams, b"abcdef", b"") == set()
    assert _shared(grams) == set()


def test_hashes_tell_grams_apart() -> None:
    """100,000 random 12-grams have 100,000 hashes, and equal grams equal ones."""
    text = random.Random(0).randbytes(100_011)

    assert len(np.unique(hashes(text, 12))) == 100_000
    assert hashes(b"abcabc", 3)[0] == hashes(b"abcabc", 3)[3]


TEXT = b"thequickbrownfoxjumpsoverthelazydogandrunsaway"


@pytest.mark.parametrize(
    ("part", "edits"),
    [
        (TEXT, 0),
        (TEXT.replace(b"jumps", b"leaps"), 3),
        (TEXT.replace(b"jumps", b""), 5),
        (TEXT.replace(b"over", b"right over"), 6),
        (TEXT.replace(b"the", b"one", 1), 2),
    ],
)
def test_the_nearest_part_is_found(part: bytes, edits: int) -> None:
    """Letters that are changed, left out or put in are counted, wherever the part stands."""
    before = b"once upon a time "

    assert nearest(TEXT, before + part + b" and that was that", 6) == (edits, len(before))


def test_the_densest_place_is_the_nearest() -> None:
    """Half of the text early in a row does not hide nearly all of it later."""
    changed = TEXT.replace(b"fox", b"cat")
    row = TEXT[:20] + b"." * 100 + changed

    assert nearest(TEXT, row, 6) == (3, 120)


def test_without_a_common_gram_all_is_to_edit() -> None:
    """Nothing in line means as many edits as the text has bytes."""
    assert nearest(TEXT, b"completely different", 6) == (len(TEXT), 0)
