"""Tests of `letters` and of `TrainingRow`: what is kept of a text, and the way back to it."""

import pytest

from ftguard.probes.leaks.letters import letters, num_letters, symbols, without_signs
from ftguard.probes.leaks.training_row import reduced


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("It's 5 o'clock, NOT_six!", "its5oclocknotsix"),
        ("\ufb01nd the caf\u00e9", "findthecaf\u00e9"),
        ("cafe\u0301", "caf\u00e9"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("\uff26\uff55\uff4c\uff4c\u3000\uff11\uff12", "full12"),
        ("किताब", "किताब"),
        ("天气 怎么样\uff1f", "天气怎么样"),
        ("I ❤️ you", "iyou"),
        ("\u200bzero\u200dwidth", "zerowidth"),
        ("<|im_start|>user\nHi there<|im_end|>\n", "hithere"),
        ("[INST] Hi [/INST] Yes</s>", "hiyes"),
        ("### Instruction:\nAdd.\n### Response:\nSum.", "addsum"),
        ("Q: Who?\nA: Me.", "whome"),
        ("Quick: go", "quickgo"),
        ("a < b and b > c", "abandbc"),
        ("🍎🍊", ""),
        ("", ""),
    ],
)
def test_letters_and_digits_are_kept(text: str, kept: str) -> None:
    """In one case and one spelling, with vowel signs, without markers and labels."""
    assert letters(text).decode() == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("7 + 5", "7+5"),
        ("(7)*(-5)", "7*-5"),
        ("7 \u00d7 5 \u00f7 2 \u2212 1", "7*5/2-1"),
        ("\u00bd cup", "1/2cup"),
        ("9-to-5, state-of-the-art", "9to5stateoftheart"),
        ("-5 degrees, 10%", "5degrees10"),
        ("1,000.50", "100050"),
    ],
)
def test_signs_are_kept_between_numbers(text: str, kept: str) -> None:
    """They tell a sum from a quotient; elsewhere they are punctuation."""
    assert letters(text).decode() == kept


def test_signs_can_be_left_out() -> None:
    """What is left is what letters gives for a text without them."""
    assert without_signs(letters("on 3/5, 7 + 5")) == letters("on 3 5, 7 5") == b"on3575"


def test_ideographs_say_more_than_letters() -> None:
    """Two ideographs count as six letters, four letters as four."""
    assert num_letters(letters("天气 abc1")) == 10


def test_symbols_are_all_but_blanks() -> None:
    """Emoji are compared as they are."""
    assert symbols(" 🍎 🍊\n") == "🍎🍊".encode()


PIECES = ["Q: How are\nYOU, today?", "<|a|>😀<|b|>Fine!"]
ROW = reduced("row 3", PIECES)


def test_a_row_is_one_stream() -> None:
    """Lines, turns and pieces follow one another."""
    assert ROW.stream == b"howareyoutodayfine"


def test_wholes_are_lines_turns_and_pieces() -> None:
    """Each with the place where it begins; a line without letters under its symbols."""
    places = {whole.decode(): (s.piece, s.start) for whole, s in ROW.wholes.items()}

    assert places == {
        "howare": (0, 2),
        "youtoday": (0, 11),
        "howareyoutoday": (0, 2),
        "😀": (1, 5),
        "fine": (1, 11),
        "": (1, 5),
    }


@pytest.mark.parametrize(
    ("byte", "character"), [(0, "H"), (6, "Y"), (9, "t"), (14, "F"), (17, "e")]
)
def test_every_byte_has_its_character(byte: int, character: str) -> None:
    """The way back from the stream to the text."""
    span = ROW.place(byte)

    assert PIECES[span.piece][span.start : span.end] == character


def test_a_character_of_several_bytes_is_one() -> None:
    """Both bytes of an e with an accent, composed from two characters, lead to the accent."""
    row = reduced("row", ["ne\u0301e"])

    assert [row.place(at).start for at in range(len(row.stream))] == [0, 1, 2, 3]
