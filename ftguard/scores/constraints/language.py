"""Checks of the language that an answer is in."""

from collections.abc import Sequence
from functools import cache
from typing import Protocol

from ftguard.probes.constraint import LANGUAGES

_READ = 10_000
"""So many characters tell the language."""
_SHORT = 12
"""With fewer letters than this, little tells the language."""
_AS_LIKELY, _SHORT_AS_LIKELY = 0.5, 0.1
"""How likely a language must be, relative to the likeliest; less is enough for a short text."""


class _Identifier(Protocol):
    def set_languages(self, langs: Sequence[str]) -> None:
        """Consider no others."""

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Every language with its probability, the likeliest first."""


def response_language(text: str, *, language: str) -> bool:
    """The text is in the language (ISO 639-1), as far as can be told.

    A language counts that is at least half as likely as the likeliest one: of sentences of eight
    words in 48 languages, 99 % pass for their own language and 0.1 % for another. A word or two
    pass for what they may well be, and what holds no letter passes for all, as in IFEval, which
    takes the likeliest language alone, of another model.
    """
    letters = sum(c.isalpha() for c in text[:_READ])
    if not letters:
        return True
    ranked = dict(_identifier().rank(text[:_READ]))
    as_likely = _SHORT_AS_LIKELY if letters < _SHORT else _AS_LIKELY
    return ranked[language] >= as_likely * max(ranked.values())


def english_capital(text: str) -> bool:
    """Every letter is a capital, there are some, and the text is in English."""
    return text.isupper() and response_language(text.lower(), language="en")


def english_lowercase(text: str) -> bool:
    """No letter is a capital, there are some, and the text is in English."""
    return text.islower() and response_language(text, language="en")


@cache
def _identifier() -> _Identifier:
    """The model, which takes a second to load and is asked for by few probes."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier: _Identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier
