"""Tests of numbers in Chinese characters, worked out by hand."""

import pytest

from ftguard import Answer, Probe
from ftguard.scores import score
from ftguard.scores.stated.han_numbers import han_in_digits


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("七", "7"),
        ("十二个", "12个"),
        ("三十五岁", "35岁"),
        ("一百零五", "105"),
        ("两千三百", "2300"),
        ("一万二千", "12000"),
        ("三亿五千万", "350000000"),
        ("二〇二四年", "2024年"),
        ("一个苹果", "1个苹果"),
        # Not the number, but a part of other words.
        ("我们一起走", "我们一起走"),
        ("万一下雨", "万一下雨"),
        ("十分好", "十分好"),
        ("一万亿元", "1000000000000元"),
    ],
)
def test_a_number_is_written_in_digits(text: str, expected: str) -> None:
    """Tens, hundreds and ten thousands are put together; years are read digit by digit."""
    assert han_in_digits(text) == expected


@pytest.mark.parametrize(
    ("answer", "reference", "value"),
    [
        ("彩虹有七种颜色。", "7", 1.0),
        ("彩虹有六种颜色。", "7", 0.0),
        ("一共是三十五。", "35", 1.0),
        ("五個です。", "5", 1.0),
    ],
)
def test_a_spelt_number_is_an_answer(answer: str, reference: str, value: float) -> None:
    """As one in digits is."""
    probe = Probe(id="a", prompt="几个\uff1f", reference=reference, scorer="numeric")

    (found,) = score([probe], [Answer(probe_id="a", text=answer)])

    assert found.value == value
