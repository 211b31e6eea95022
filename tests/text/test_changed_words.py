"""What changed between two texts: the fewest words, in any script, whatever the texts are."""

import itertools
import random
import time

import pytest

from ftguard.text.changed_words import Piece, changed_words, is_rewritten

SIGNS = {"same": ("", ""), "old": ("[-", "-]"), "new": ("{+", "+}")}


def marked(old: str, new: str) -> str:
    """Both texts as one, changes in brackets."""
    return "".join(f"{SIGNS[p.kind][0]}{p.text}{SIGNS[p.kind][1]}" for p in changed_words(old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("the cat sat", "the dog sat", "the [-cat-]{+dog+} sat"),
        ("the cat", "the cat", "the cat"),
        ("a b, c d", "e f, c d", "[-a b-]{+e f+}, c d"),
        ("I don't know 3.14", "I do know 3.15", "I [-don't-]{+do+} know [-3.14-]{+3.15+}"),
        ("yes", "yes, sir", "yes{+, sir+}"),
        ("", "new", "{+new+}"),
        ("old", "", "[-old-]"),
        ("東京に住む", "大阪に住む", "[-東京-]{+大阪+}に住む"),
        ("สวัสดีครับ", "สวัสดีค่ะ", "สวัสดี[-ครับ-]{+ค่ะ+}"),
        ("مرحبا بك", "مرحبا بكم", "مرحبا [-بك-]{+بكم+}"),
        ("no 👩‍👩‍👧 here", "no 👩‍👩‍👦 here", "no [-👩‍👩‍👧-]{+👩‍👩‍👦+} here"),
        ("one\ntwo", "one\nthree", "one\n[-two-]{+three+}"),
    ],
)
def test_the_changed_words_are_marked(old: str, new: str, expected: str) -> None:
    """Words, numbers, letters of scripts without blanks and emoji are whole; the rest is shared."""
    assert marked(old, new) == expected


def test_both_texts_come_back() -> None:
    """For 500 pairs of texts of blanks, breaks, commas, letters, kanji, marks, NUL and halves of
    surrogates: what is not new is the old text, what is not old the new one, and neighbours differ.
    """
    rng = random.Random(0)
    signs = "ab ,.\n\r\t東ก็e\u0301\u202e\x00\ud800\udc00👩\u200d'-"
    for _ in range(500):
        old, new = ("".join(rng.choices(signs, k=rng.randrange(25))) for _ in range(2))
        pieces = changed_words(old, new)
        assert "".join(p.text for p in pieces if p.kind != "new") == old
        assert "".join(p.text for p in pieces if p.kind != "old") == new
        kinds = [p.kind for p in pieces]
        assert all(a != b for a, b in itertools.pairwise(kinds))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x" * 10**6, "y" * 10**6),
        ("," * 500_000, ";" * 500_000),
        ("a " * 250_000, "b " * 250_000),
        ("\u0301" * 10**6, "東" * 300_000),
        ("\u202e" * 10**6, "\x00" * 10**6),
        ("a\n" * 250_000, "b\n" * 250_000),
    ],
    ids=["letters", "commas", "words", "marks", "hidden", "lines"],
)
def test_a_megabyte_takes_a_bounded_time(old: str, new: str) -> None:
    """Texts that share no word are one change, found in seconds of this process."""
    started = time.process_time()
    pieces = changed_words(old, new)
    assert time.process_time() - started < 10
    kinds = [(piece.kind, len(piece.text)) for piece in pieces if piece.text.strip()]
    assert [kind for kind, _ in kinds] == ["old", "new"]
    assert [size for _, size in kinds] >= [len(old) - 1, len(new) - 1]


def test_long_texts_are_compared_line_by_line() -> None:
    """One word changed in each of two lines of 40,000 words is found in them."""
    lines = [" ".join(f"w{line}.{at}" for at in range(100)) for line in range(400)]
    other = [*lines[:3], lines[3].replace("w3.5 ", "new "), *lines[4:399], "end"]
    found = changed_words("\n".join(lines), "\n".join(other))
    changed = [p for p in found if p.kind != "same"]
    assert changed[:2] == [Piece(text="w3.5", kind="old"), Piece(text="new", kind="new")]
    assert len(changed) == 4


def test_one_word_in_a_megabyte_is_found() -> None:
    """In a text without a line break, too, what both ends share is left out."""
    words = ["word"] * 200_000
    old = " ".join(words)
    words[1000] = "other"
    found = changed_words(old, " ".join(words))
    assert [(p.kind, len(p.text)) for p in found] == [
        ("same", 5000),
        ("old", 4),
        ("new", 5),
        ("same", 5 * 198_999),
    ]


def test_a_text_of_which_no_word_is_left_is_rewritten() -> None:
    """Shared blanks and commas are no words."""
    assert is_rewritten(changed_words("a, b", "c, d"))
    assert not is_rewritten(changed_words("a, b", "a, d"))
