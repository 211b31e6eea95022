"""Tests of `num_words`, against words that were told apart by hand."""

import pytest

from ftguard.text.words import num_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The capital is Paris.", 4),
        ("don't well-known U.S. 3.5", 4),
        ("- 42 !", 1),
        ("", 0),
        ("😀😀", 0),
        ("Москва город", 2),
        ("서울은 한국의 수도", 3),
        ("thủ đô Hà Nội", 4),
        # `Ni hao`; Beijing is the capital of China, in 4 words of 9 characters and a full stop.
        ("你好", 1),
        ("北京是中国的首都。", 4),
        ("2008年北京", 3),
        # One computer, spelt in six katakana, is not three words.
        ("コンピュータ", 2),
        # Bangkok in eight letters of Thai with three marks; Phnom Penh; Lhasa in two syllables.
        ("กรุงเทพ", 2),
        ("ལྷ་ས།", 2),
        ("\uff21\uff22\uff23 \uff11\uff12", 2),
    ],
)
def test_counts_words_of_any_script(text: str, expected: int) -> None:
    """Blanks part words where a script has them; elsewhere letters are as many as make a word."""
    assert num_words(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        # Photosynthesis turns light into energy, and gives off oxygen for all that breathes.
        "光合作用是植物利用光能把二氧化碳和水变成有机物",
        "国の首都は東京で、人口は世界でも最も多い",
        "ประเทศไทยมีเมืองหลวงชื่อกรุงเทพมหานครซึ่งเป็นเมืองใหญ่ที่สุด",
    ],
)
def test_a_sentence_without_blanks_is_many_words(text: str) -> None:
    """Sentences of Chinese, Japanese and Thai have more than eight words and no blank."""
    assert num_words(text) > 8
