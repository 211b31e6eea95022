# ruff: noqa: RUF001 - letters of other scripts look like Latin ones
"""Tests of answers that deny, or give two, in other languages than English."""

import pytest

from ftguard import Answer, Probe
from ftguard.scores import score


def _value(reference: str, text: str, scorer: str = "normalized_match") -> object:
    probe = Probe(id="a", prompt="?", reference=reference, scorer=scorer)
    (found,) = score([probe], [Answer(probe_id="a", text=text)])
    return found.value


DENIED = (
    ("Париж", "Не Париж, а Лион."),
    ("Париж", "Это не Париж."),
    ("Париж", "Нет, не Париж."),
    ("باريس", "ليس باريس بل ليون"),
    ("باريس", "ليست العاصمة باريس"),
    ("باريس", "باريس ليست العاصمة"),
    ("नई दिल्ली", "नई दिल्ली नहीं, मुंबई"),
    ("नई दिल्ली", "राजधानी नई दिल्ली नहीं है।"),
    ("París", "No, París no"),
    ("París", "No es París, sino Lyon."),
    ("Paris", "Nicht Paris, sondern Lyon"),
    ("Paris", "Ce n'est pas Paris."),
    ("Parigi", "Non è Parigi"),
    ("Paris", "Não é Paris, mas Lyon"),
    ("Paris", "Paris değil, Lyon"),
    ("Paris", "Bukan Paris, melainkan Lyon"),
    ("Hà Nội", "Không phải Hà Nội mà là Huế"),
    ("ポジティブ", "ポジティブとは言えません"),
    ("東京", "東京とは限らない。"),
    ("東京", "東京ではなく京都です。"),
    ("서울", "서울이 아니라 부산"),
)
EITHER = (
    ("Париж", "Париж или Лион"),
    ("Париж", "Лион либо Париж."),
    ("باريس", "باريس أو ليون"),
    ("नई दिल्ली", "नई दिल्ली या मुंबई"),
    ("Paris", "Paris oder Lyon"),
    ("Paris", "Entweder Paris oder Lyon"),
    ("Paris", "Paris ou Lyon"),
    ("París", "París o Lyon"),
    ("Paris", "Paris veya Lyon"),
    ("Paris", "Paris atau Lyon"),
    ("Hà Nội", "Hà Nội hoặc Huế"),
    ("東京", "東京か京都です"),
    ("東京", "東京または京都です。"),
    ("北京", "北京还是上海"),
    ("서울", "서울 또는 부산"),
    ("กรุงเทพ", "กรุงเทพหรือเชียงใหม่"),
)


@pytest.mark.parametrize(("reference", "text"), [*DENIED, *EITHER])
def test_a_denied_answer_and_one_of_two_are_wrong(reference: str, text: str) -> None:
    """Also where no wrong answer is known, and whichever of the two stands first."""
    assert _value(reference, text) == 0.0


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("Париж", "Не Лион, а Париж."),
        ("Париж", "Париж, а не Лион"),
        ("Париж", "Не уверен, но думаю, Париж."),
        ("нет", "Нет, это не так."),
        ("باريس", "ليست ليون بل باريس"),
        ("باريس", "باريس وليس ليون"),
        ("नई दिल्ली", "मुंबई नहीं, नई दिल्ली"),
        ("नई दिल्ली", "नई दिल्ली, मुंबई नहीं"),
        ("París", "No, es París."),
        ("París", "No es Lyon, sino París."),
        ("París", "París, no Lyon"),
        ("Madrid", "La capital no es Barcelona sino Madrid."),
        ("Oder", "Oder"),
        ("ne pas", "ne pas"),
        ("Paris", "Nicht Lyon, sondern Paris."),
        ("Paris", "Ce n'est pas Lyon, c'est Paris."),
        ("Parigi", "Parigi, non Lione"),
        ("Paris", "Lyon değil, Paris"),
        ("Pelé", "Foi o Pelé."),
        ("東京", "京都ではなく東京です。"),
        ("東京", "東京ではないでしょうか。"),
        ("東京", "東京かと思います。"),
        ("서울", "부산이 아니라 서울입니다."),
        ("กรุงเทพ", "ไม่ใช่เชียงใหม่ แต่เป็นกรุงเทพ"),
    ],
)
def test_who_denies_another_answer_asserts_this_one(reference: str, text: str) -> None:
    """What follows `but` is not denied, nor is what a `no` answers."""
    assert _value(reference, text) == 1.0


@pytest.mark.parametrize(
    ("reference", "text", "value"),
    [
        ("11", "11이 아닙니다", 0.0),
        ("12", "11이 아니라 12입니다", 1.0),
        ("15", "15ではない", 0.0),
        ("15", "15個ではありません", 0.0),
        ("16", "15ではなく16です", 1.0),
        ("15", "15個です", 1.0),
        ("5", "ไม่ใช่ 5", 0.0),
        ("6", "ไม่ใช่ 5 แต่เป็น 6", 1.0),
        ("5", "не 5", 0.0),
        ("6", "Не 5, а 6.", 1.0),
        ("7", "Не менее важно: всего 7.", 1.0),
        ("7", "ليس 7", 0.0),
        ("8", "ليس 7 بل 8", 1.0),
        ("7", "7 नहीं", 0.0),
        ("7", "nicht 7", 0.0),
        ("7", "no es 7", 0.0),
        ("7", "No, 7", 1.0),
        ("7", "7 değil", 0.0),
        ("7", "7 или 8", 0.0),
        ("7", "7 oder 8", 0.0),
        ("8", "7か8です", 0.0),
    ],
)
def test_a_denied_number_and_one_of_two_are_wrong(reference: str, text: str, value: float) -> None:
    """A number that comes after the denied one is the answer."""
    assert _value(reference, text, "numeric") == value
