"""Tests of counting words in capitals."""

import pytest

from ftguard.scores.constraints.case import capital_word_frequency


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("NASA and ESA fly", 2),
        ("**LOUD**, (LOUD)! COVID-19", 3),
        ("NASA's rocket, I'm told", 2),
        ("DON'T STOP", 2),
        ("I am A Fool", 2),
        ("Nothing here, 42 iPhones", 0),
    ],
)
def test_words_in_capitals(text: str, count: int) -> None:
    """Punctuation and endings such as 's are ignored; `I` is in capitals, a number is not."""
    assert capital_word_frequency(text, capital_frequency=count, capital_relation="exactly")
    assert not capital_word_frequency(text, capital_frequency=count, capital_relation="less than")
