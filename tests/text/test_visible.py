"""What would steer or hide in a text is written out; everything else stays as it is."""

import pytest

from ftguard.text.visible import Segment, segments, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("abc\u202edef\u202c", r"abc\u202edef\u202c"),
        ("\u2066isolated\u2069 \u200f", r"\u2066isolated\u2069 \u200f"),
        ("nul\x00 bell\x07 escape\x1b[31m", r"nul\x00 bell\x07 escape\x1b[31m"),
        ("zero\u200bwidth\ufeff\u00ad", r"zero\u200bwidth\ufeff\xad"),
        ("x\u200dy in Latin", r"x\u200dy in Latin"),
        ("\u2028line \u2029paragraph", r"\u2028line \u2029paragraph"),
        ("fillers \u3164\u115f", r"fillers \u3164\u115f"),
        ("hidden tags \U000e0041\U000e0100", r"hidden tags \U000e0041\U000e0100"),
        ("private \ue000, unassigned \u0378", r"private \ue000, unassigned \u0378"),
        ("lone\rreturn", r"lone\x0dreturn".replace(r"\x0d", r"\r")),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    """Bidi controls, control characters, zero widths, fillers, tags, private and unassigned."""
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "two\nlines\n\n\tand a tab",
        "<b>&amp;</b> \"quotes\" 'and' \\u202e as six characters",
        "👩‍💻 👨‍👩‍👧 👩🏽‍🚀 ❤️ 1️⃣",
        "می‌خواهم क्‍ष",
        "عربي and עברית, e\u0301, 日本語\u3000全角\u00a0",
    ],
)
def test_ordinary_text_of_any_script_stays(text: str) -> None:
    """Line breaks, code, joined emoji, and joiners within words that need them."""
    assert visible(text) == text


def test_windows_line_breaks_are_line_breaks() -> None:
    """No escape at the end of each line."""
    assert visible("a\r\nb") == "a\nb"


def test_an_escape_says_what_it_stands_for() -> None:
    """So that the page can mark it and name it; a control character has no name but its number."""
    assert segments("a\u202eb\x00") == (
        Segment(text="a"),
        Segment(text=r"\u202e", name="RIGHT-TO-LEFT OVERRIDE"),
        Segment(text="b"),
        Segment(text=r"\x00", name="U+0000"),
    )
    assert segments("") == ()
