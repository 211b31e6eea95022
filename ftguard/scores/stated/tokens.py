"""Makes `Token`s: folded words and numbers, with where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass

import regex

from ftguard.scores.stated.unspaced import is_korean_form, is_unspaced
from ftguard.text.words import UNSPACED, share_of_word

_LETTER = rf"[\w--[\d_\_{UNSPACED}]]"
_LABEL = (
    r"(?<![\w.@/+#-])(?:[A-Za-z][A-Za-z\d]{0,3}(?:\+{1,3}|\#)|[A-Z][A-Z\d]{0,3}-|([a-f])\1{0,2}-"
    r"|(?<![.,;:!?)\]}])[.+\#][A-Za-z]{2,4})(?![\w+\#-])"
)
"""A short label with its sign, as in `AA-`, `C++`, `F#`, `.NET`: without it, it is another one."""
_TOKEN = regex.compile(
    rf"(?V1){_LABEL}|(?<![A-Za-z])[A-Za-z]+\d[A-Za-z0-9]*(?:[.-]?\d+)*|-?\d+(?:,\d{{3}})*(?:[.:/]\d+)*|[{UNSPACED}]|n't\b|'s\b"
    rf"|{_LETTER}+?(?=n't\b)|{_LETTER}+"
)
_CLOCK = regex.compile(r"0?(\d{1,2})[:.](\d\d)")
_CLOCK_MARK = regex.compile(r"\s*(?:[ap]\.?\s?m\b|o'clock|uhr|h\b)", regex.IGNORECASE)
ARTICLES = frozenset({"a", "an", "the"})


@dataclass(frozen=True)
class Token:
    """One word or number of a text."""

    text: str
    """Folded; a number without separators of thousands, a time as `7:36`."""
    start: int
    end: int
    shown: str
    """As it is written."""

    @property
    def capital(self) -> bool:
        """Whether it begins as names do."""
        return self.shown[:1].isupper()


def tokens(text: str) -> list[Token]:
    """The words and numbers of a plain text, in order; articles are left out."""
    found = []
    for match in _TOKEN.finditer(text):
        shown = match.group()
        # A hyphen after a word or a digit joins; it is no sign.
        start = match.start()
        if shown[0] == "-" and start and (text[start - 1].isalnum() or text[start - 1] == ")"):
            shown, start = shown[1:], start + 1
        is_article = shown in ("a", "an", "the", "An", "The", "THE") or (
            shown == "A" and text[match.end() : match.end() + 2].strip().islower()
        )
        if not is_article:
            is_number = shown.lstrip("-")[0].isdigit()
            folded = _number(shown, text[match.end() :]) if is_number else shown.casefold()
            found.append(Token(folded, start, match.end(), shown))
    return found


def folded(text: str) -> tuple[str, ...]:
    """The folded words and numbers of a plain text."""
    return tuple(token.text for token in tokens(text))


def length(words: Sequence[str]) -> float:
    """How many words some tokens are; of a script without blanks each is one character."""
    return sum(
        (share_of_word(word) if word.isalnum() else 0.0) if is_unspaced(word) else 1.0
        for word in words
    )


def same(said: str, wanted: str) -> bool:
    """Whether two folded words are the same but for a plural ending or a Korean particle."""
    return (
        said == wanted
        or is_korean_form(said, wanted)
        or (
            min(len(said), len(wanted)) > 3  # noqa: PLR2004
            and wanted.isalpha()
            and (said in (f"{wanted}s", f"{wanted}es") or wanted in (f"{said}s", f"{said}es"))
        )
    )


def starts_with(said: Sequence[Token], at: int, wanted: Sequence[str]) -> bool:
    """Whether the wanted words stand at a place."""
    here = said[at : at + len(wanted)]
    return len(here) == len(wanted) and all(
        same(token.text, word) for token, word in zip(here, wanted, strict=True)
    )


def _number(shown: str, after: str) -> str:
    clock = _CLOCK.fullmatch(shown)
    if clock and (":" in shown or _CLOCK_MARK.match(after)):
        return f"{int(clock[1])}:{clock[2]}"
    if regex.fullmatch(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", shown):
        return shown.replace(",", "")
    return shown
