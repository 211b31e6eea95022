"""Tests of number formatting, by tables."""

import pytest

from ftguard.text.formatting import (
    bound,
    decimal,
    duration,
    encodable,
    odds,
    percent,
    quantity,
    rate,
    span,
    wrapped,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "10 %"),
        (0.125, "12.5 %"),
        (0.0, "0 %"),
        (-0.0001, "0 %"),
        (1.0, "100 %"),
        (0.2 / 3, "6.7 %"),
        (-0.08, "-8 %"),
    ],
)
def test_percent_in_its_shortest_form(value: float, text: str) -> None:
    """One decimal at most, and none where it would be 0."""
    assert percent(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.03, "relative", "3.0 %"),
        (-0.0312, "relative", "-3.1 %"),
        (0.031, "points", "+0.031"),
        (-0.2, "points", "-0.200"),
        (0.0, "nats", "+0.000"),
        (1.23456, "nats", "+1.235"),
        (-0.0001, "points", "+0.000"),
        (-0.0001, "relative", "0.0 %"),
        (9.99, "relative", "999.0 %"),
        (-51.888, "relative", "-5189 %"),
        (41975.445, "tokens", "+41975"),
    ],
)
def test_quantity_in_its_unit(value: float, unit: str, text: str) -> None:
    """Relative changes in percent, everything else as a signed decimal."""
    assert quantity(value, unit) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0314, "0.031"),
        (-9.87, "-9.870"),
        (12.345, "12.35"),
        (123.456, "123.5"),
        (1234.56, "1235"),
        (99999.0, "99999"),
        (1.234e6, "1.2e6"),
        (-5e-9, "0.000"),
    ],
)
def test_a_large_number_has_fewer_decimals(value: float, text: str) -> None:
    """Five digits at most, so that a column holds them; and no minus before nothing."""
    assert decimal(value) == text


@pytest.mark.parametrize(
    ("limit", "unit", "text"),
    [
        (0.1, "relative", "10 %"),
        (0.05, "points", "0.05"),
        (0.005, "points", "0.005"),
        (0.125, "points", "0.125"),
        (-0.02, "points", "-0.02"),
        (1000.0, "tokens", "1000"),
        (2.0, "nats", "2.00"),
        (150.0, "tokens", "150.0"),
    ],
)
def test_a_limit_is_not_rounded_away(limit: float, unit: str, text: str) -> None:
    """0.005 is no 0.01, and two decimals are enough for 0.05."""
    assert bound(limit, unit) == text


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (0.031, 0.0915, "relative", "3.1 to 9.2 %"),
        (-0.05, 0.1, "relative", "-5.0 to 10.0 %"),
        (-0.01, 0.0306, "points", "-0.010 to +0.031"),
    ],
)
def test_span_names_its_unit_once(low: float, high: float, unit: str, text: str) -> None:
    """Both ends in the same form."""
    assert span(low, high, unit) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5e-5, "5e-5"),
        (0.001, "1e-3"),
        (2.5e-4, "2.5e-4"),
        (1 / 3e4, "3.3e-5"),
        (9.96e-5, "1e-4"),
        (1.0, "1e0"),
        (0.0, "0e0"),
    ],
)
def test_rate_as_people_type_it(value: float, text: str) -> None:
    """Two digits at most, and no zeros in the exponent."""
    assert rate(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0.0 s"),
        (4.06, "4.1 s"),
        (59.9, "59.9 s"),
        (59.97, "1 min 0 s"),
        (60.0, "1 min 0 s"),
        (185.4, "3 min 5 s"),
        (3599.7, "1 h 0 min"),
        (7800.0, "2 h 10 min"),
        (7859.0, "2 h 10 min"),
    ],
)
def test_duration_in_two_units_at_most(seconds: float, text: str) -> None:
    """Never `60.0 s` or `60 min`."""
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.9, "more than 1 in 2"),
        (0.5, "1 in 2"),
        (0.3, "1 in 3.3"),
        (0.004, "1 in 250"),
        (1.5e-3, "1 in 670"),
        (1e-4, "1 in 10,000"),
        (1.5e-15, "less than 1 in 10,000"),
        (0.0, "less than 1 in 10,000"),
    ],
)
def test_chance_as_people_say_it(p: float, text: str) -> None:
    """Once in so many times, two digits of it, and no more than once in 10,000."""
    assert odds(p) == text


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one two three", ["one two", "  three"]),
        ("a held-up 5 % x", ["a held-up", "  5 % x"]),
        ("123456789 5 %", ["123456789", "  5 %"]),
        ("x" * 12, ["x" * 8, "  xxxx"]),
        ("a\nb", ["a", "  b"]),
        ("a  b", ["a  b"]),
        ("to /a/b/c/d/e now", ["to", "  /a/b/c/d/e", "  now"]),
        ("東京東京東京", ["東京東京", "  東京"]),
        ("", [""]),
    ],
)
def test_lines_break_between_words(text: str, lines: list[str]) -> None:
    """Ten columns: blanks within a line stay, a number keeps its sign, a path stays whole, and what
    is too wide is cut to what a further line holds.
    """
    assert wrapped(text, then="  ", width=10).split("\n") == lines


def test_a_megabyte_of_one_letter_is_wrapped_in_time() -> None:
    """125,000 lines, and none of them wider."""
    lines = wrapped("x" * 10**6, width=8).split("\n")
    assert (len(lines), max(map(len, lines))) == (125_000, 8)


def test_what_an_encoding_lacks_is_spelt_out() -> None:
    """Arrows and curves have stand-ins of as many columns; all else is escaped; nothing is lost
    where it has them.
    """
    assert encodable("0.5→0.7 · ▁█", "ascii") == "0.5->0.7 | _#"
    assert encodable("東 é", "cp1252") == "\\u6771 é"
    assert encodable("東→", "utf-8") == "東→"
    assert encodable("\ud800", "utf-8") == "\\ud800"
