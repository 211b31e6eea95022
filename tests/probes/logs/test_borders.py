"""Tests of `narrow` and `bordered`, and of identifiers that stand right beside such letters."""

import pytest

from ftguard.probes.logs.borders import bordered, narrow
from ftguard.probes.logs.masking import masker

# Written in pieces, so that nobody's secret scanner takes it for real.
KEY = "sk-" + "proj-" + "Ab3dEfGh1jKlMn0pQrStUv"

BESIDE = [
    ("\u90ae\u7bb1\u662ftest@example.com\u8c22\u8c22", "\u90ae\u7bb1\u662f[EMAIL]\u8c22\u8c22"),
    (
        "\u30e1\u30fc\u30eb\u306fbob@example.jp\u3067\u3059",
        "\u30e1\u30fc\u30eb\u306f[EMAIL]\u3067\u3059",
    ),
    ("test@example.com\uc73c\ub85c", "[EMAIL]\uc73c\ub85c"),
    (
        "\u0e2d\u0e35\u0e40\u0e21\u0e25bob@example.com\u0e04\u0e23\u0e31\u0e1a",
        "\u0e2d\u0e35\u0e40\u0e21\u0e25[EMAIL]\u0e04\u0e23\u0e31\u0e1a",
    ),
    ("\u5361\u53f74111111111111111\u8c22\u8c22", "\u5361\u53f7[CARD]\u8c22\u8c22"),
    (f"\u5bc6\u94a5{KEY}\u8bf7", "\u5bc6\u94a5[SECRET]\u8bf7"),
    ("\u670d\u52a1\u5668192.168.1.77\u5b95\u673a", "\u670d\u52a1\u5668[IP]\u5b95\u673a"),
    (
        "\u306f\uff11\uff19\uff12\uff0e\uff11\uff16\uff18\uff0e\uff11\uff0e\uff17\uff17\u3067",
        "\u306f[IP]\u3067",
    ),
    ("\u8eab\u4efd\u8bc111010519491231002X\u3002", "\u8eab\u4efd\u8bc1[ID]\u3002"),
    ("\u6211\u7684ssn\u662f536-90-4399\u554a", "\u6211\u7684ssn\u662f[ID]\u554a"),
    ("\u4ed8\u5230DE89370400440532013000\u5427", "\u4ed8\u5230[IBAN]\u5427"),
]

STAYS = [
    "\u7f16\u53f7110105194912310021",
    "\u7f16\u53f74111111111111112\u8c22\u8c22",
    "\u7248\u672c2.4.1.0\u53d1\u5e03",
    "\u4ef7\u683c1234567\u51432345",
    "Stra\u00dfe192.168.1.77stra\u00dfe",
]


@pytest.mark.parametrize(("text", "masked"), BESIDE)
def test_letters_without_blanks_end_an_identifier(text: str, masked: str) -> None:
    """The identifier alone is masked, not the sentence that it stands in."""
    assert masker("US")(text).text == masked


@pytest.mark.parametrize("text", STAYS)
def test_what_is_none_stays_beside_them_too(text: str) -> None:
    """Check digits, versions and prices are told as in other scripts; other letters join."""
    assert masker("US")(text).text == text


def test_places_are_kept() -> None:
    """Both copies are as long as the text and change only what they say."""
    text = "\u5bc6\u7801\uff1aAb\uff11 \u3000\uac00\u00e9"

    assert narrow(text) == "\u5bc6\u7801:Ab1  \uac00\u00e9"
    assert bordered(text) == "\n\n\uff1aAb\uff11 \u3000\n\u00e9"
