"""Tests of number formatting, by tables."""

import pytest

from ftguard.formatting import duration, percent, quantity, rate, span


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
    ],
)
def test_quantity_in_its_unit(value: float, unit: str, text: str) -> None:
    """Relative changes in percent, everything else as a signed decimal."""
    assert quantity(value, unit) == text


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
