"""Tests of telling languages: those of IFEval and more, from short texts."""

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from ftguard.probes.constraint import LANGUAGES
from ftguard.scores.constraints.language import (
    english_capital,
    english_lowercase,
    response_language,
)

SENTENCES = {
    "ar": "الجسر القديم مغلق بسبب المطر.",
    "bg": "Старият мост беше затворен заради дъжда.",
    "bn": "বৃষ্টির কারণে পুরনো সেতুটি বন্ধ।",
    "de": "Die alte Brücke ist wegen des Regens gesperrt.",
    "en": "The old bridge was closed because of heavy rain.",
    "es": "El puente viejo está cerrado por la lluvia.",
    "fa": "پل قدیمی به خاطر باران بسته است.",
    "fi": "Vanha silta on suljettu sateen vuoksi.",
    "fr": "Le vieux pont est fermé à cause de la pluie.",
    "gu": "વરસાદને કારણે જૂનો પુલ બંધ છે.",
    "hi": "बारिश के कारण पुराना पुल बंद है।",
    "it": "Il vecchio ponte è chiuso per la pioggia.",
    "ja": "大雨のため、古い橋は閉鎖されています。",
    "kn": "ಮಳೆಯ ಕಾರಣ ಹಳೆಯ ಸೇತುವೆಯನ್ನು ಮುಚ್ಚಲಾಗಿದೆ.",
    "ko": "비 때문에 오래된 다리가 폐쇄되었습니다.",
    "mr": "पावसामुळे जुना पूल बंद आहे.",
    "ne": "वर्षाका कारण पुरानो पुल बन्द छ।",
    "nl": "De oude brug is dicht vanwege de regen.",
    "pa": "ਮੀਂਹ ਕਾਰਨ ਪੁਰਾਣਾ ਪੁਲ ਬੰਦ ਹੈ।",
    "pl": "Stary most jest zamknięty z powodu deszczu.",
    "pt": "A ponte velha está fechada por causa da chuva.",
    "ru": "Старый мост закрыт из-за сильного дождя.",
    "sv": "Den gamla bron är stängd på grund av regnet.",
    "sw": "Daraja la zamani limefungwa kwa sababu ya mvua.",
    "ta": "மழையின் காரணமாக பழைய பாலம் மூடப்பட்டுள்ளது.",
    "te": "వర్షం కారణంగా పాత వంతెన మూసివేయబడింది.",
    "th": "สะพานเก่าปิดเพราะฝนตก",
    "ur": "بارش کی وجہ سے پرانا پل بند ہے",
    "vi": "Cây cầu cũ bị đóng vì mưa lớn.",
    "zh": "因为下大雨,那座旧桥关闭了。",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_short_sentence_tells_its_language(language: str) -> None:
    """It passes for its own language, and for no other of these thirty."""
    taken_for = {
        other for other in SENTENCES if response_language(SENTENCES[language], language=other)
    }

    assert taken_for == {language}


@pytest.mark.parametrize("text", ["42", "...", "12:30", "🙂"])
def test_what_holds_no_letter_is_in_any_language(text: str) -> None:
    """Nothing speaks against it, as in IFEval."""
    assert response_language(text, language="de")


def test_a_long_text_is_told_by_its_beginning() -> None:
    """The first ten thousand characters are read, the same ones each time."""
    german, english = SENTENCES["de"] + " ", SENTENCES["en"] + " "

    assert response_language(german * 300 + english * 3000, language="de")


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("THE OLD BRIDGE IS CLOSED, ISN'T IT?", True),
        ("YES.", True),
        ("3 CATS & 2 DOGS", True),
        ("THE OLD BRIDGE is CLOSED.", False),
        ("LE VIEUX PONT EST FERMÉ À CAUSE DE LA PLUIE.", False),
        ("42", False),
    ],
)
def test_english_in_capitals(text: str, met: bool) -> None:
    """Every letter is a capital, there is one, and the language is English."""
    assert english_capital(text) == met


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("the old bridge is closed, isn't it?", True),
        ("yes.", True),
        ("3 cats & 2 dogs", True),
        ("The old bridge is closed.", False),
        ("le vieux pont est fermé à cause de la pluie.", False),
        ("42", False),
    ],
)
def test_english_in_lowercase(text: str, met: bool) -> None:
    """No letter is a capital, there is one, and the language is English."""
    assert english_lowercase(text) == met


def test_every_allowed_language_is_known_to_the_model() -> None:
    """They are all of its two-letter codes, so that a probe cannot ask for one it lacks."""
    known = LanguageIdentifier.from_model_file(MODEL_FILE).labels

    assert sorted(LANGUAGES) == sorted(code for code in known if len(code) == 2)
