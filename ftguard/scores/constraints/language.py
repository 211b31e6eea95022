"""Checks of the language that an answer is in."""

from collections.abc import Sequence
from functools import cache
from typing import Protocol

from ftguard.probes.constraint import LANGUAGES

_READ = 10_000
"""So many characters tell the language."""
_AS_LIKELY = 0.5
"""How likely a language must be, relative to the likeliest: short texts fit several."""


class _Identifier(Protocol):
    def set_languages(self, langs: Sequence[str]) -> None:
        """Consider no others."""

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Every language with its probability, the likeliest first."""


def response_language(text: str, *, language: str) -> bool:
    """The text is in the language (ISO 639-1), as far as can be told.

    A language counts that is at least half as likely as the likeliest one; without a letter any
    does, as in IFEval, which takes the likeliest language alone, of another model.
    """
    if not any(c.isalpha() for c in text):
        return True
    ranked = dict(_identifier().rank(text[:_READ]))
    return ranked[language] >= _AS_LIKELY * max(ranked.values())


def english_capital(text: str) -> bool:
    """Every letter is a capital, there are some, and the text is in English."""
    return text.isupper() and response_language(text.lower(), language="en")


def english_lowercase(text: str) -> bool:
    """No letter is a capital, there are some, and the text is in English."""
    return text.islower() and response_language(text, language="en")


@cache
def _identifier() -> _Identifier:
    """The model, which takes a second to load and is asked for by few probes."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415

    identifier: _Identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier
