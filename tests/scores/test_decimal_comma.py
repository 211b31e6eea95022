"""Tests of `numeric` where numbers have a decimal comma, or dots between thousands."""

import pytest

from ftguard import Answer, Probe
from ftguard.scores import score


def _value(reference: str, text: str, prompt: str = "Was kostet das?") -> object:
    probe = Probe(id="a", prompt=prompt, reference=reference, scorer="numeric")
    (found,) = score([probe], [Answer(probe_id="a", text=text)])
    return found.value


@pytest.mark.parametrize(
    "reference", ["12,50", "1234,50", "1.234,50", "0,125", "3.500.000", "-7,5"]
)
@pytest.mark.parametrize("sentence", ["{}", "{}.", "Das kostet {} \u20ac.", "**{}**", "#### {}"])
def test_a_reference_is_right_as_it_is_written(reference: str, sentence: str) -> None:
    """Alone, in a sentence, in marks."""
    assert _value(reference, sentence.format(reference)) == 1.0
    assert _value(f"Zusammen also.\n#### {reference}", sentence.format(reference)) == 1.0


@pytest.mark.parametrize(
    ("reference", "text", "value"),
    [
        ("12,50", "12.50", 1.0),
        ("12,50", "12,5", 1.0),
        ("12,50", "1250", 0.0),
        ("12,50", "50", 0.0),
        ("12,50", "12", 0.0),
        ("12,50", "10,00 + 2,50 = 12,50", 1.0),
        ("1234,50", "1.234,50 \u20ac", 1.0),
        ("1234,50", "1,234.50", 1.0),
        ("1234,50", "1.234,51", 0.0),
        ("1 234,50", "1234,50", 1.0),
        ("1.234,50", "1 234,50", 1.0),
        ("2.500,00", "2.500", 1.0),
        ("2,5", "1,234", 0.0),
        ("1,234,567", "1.234.567", 1.0),
    ],
)
def test_a_reference_tells_the_notation(reference: str, text: str, value: float) -> None:
    """`2.500` beside `2.500,00` is two and a half thousand."""
    assert _value(reference, text) == value


@pytest.mark.parametrize(
    ("reference", "text", "value"),
    [
        ("3500000", "3.500.000", 1.0),
        ("3500000", "Es sind 3.500.000 Einwohner.", 1.0),
        ("3500000", "3.600.000", 0.0),
        ("1234.5", "1.234,50", 1.0),
        ("1234", "1,234", 1.0),
        ("1234", "1.234", 0.0),
        ("1.234", "1.234", 1.0),
        ("2.5", "2,5", 1.0),
        ("10,20,30", "30", 1.0),
        ("4", "The pair (3,4) sums to 7, so the larger is 4.", 1.0),
        ("#### 7", "(3,4): 7", 1.0),
        ("The pair is (3,4), in total 1,007.\n#### 1,007", "1,007", 1.0),
    ],
)
def test_else_only_what_has_no_other_reading_is_read_so(
    reference: str, text: str, value: float
) -> None:
    """Two separators or two dots; `1.234` stays a little more than one."""
    assert _value(reference, text, "How much is it?") == value


def test_the_marks_of_arabic_digits_are_read() -> None:
    """Their point and their separator of thousands are characters of their own."""
    assert _value("1234.5", "\u0661\u066c\u0662\u0663\u0664\u066b\u0665") == 1.0
