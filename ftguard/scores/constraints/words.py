"""What a word is: folding texts, splitting them, and finding a phrase as whole words."""

import unicodedata

import regex

from ftguard.text.words import HAN_AND_KANA, UNSPACED, num_words

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u02bc", "'"),
        **dict.fromkeys("\u201c\u201d", '"'),
        # A whole blessing in one character, which NFKC makes 18 of, becomes its abbreviation.
        "\ufdfa": "\u0635\u0644\u0639\u0645",
    }
)
_BETWEEN_WORDS = regex.compile(r"[\s\u2012-\u2015]+|--+|\.{2,}|\u2026")
# And Hangul, which glues particles to its words.
_UNSPACED = UNSPACED + r"\uac00-\ud7af"
# `\w` of `regex` holds the vowel signs of Indic scripts; that of `re` does not.
_SPACED = rf"[\w--[_{_UNSPACED}]]"
_CHARACTER = regex.compile(rf"[{HAN_AND_KANA}]")
_OF_UNSPACED = regex.compile(rf"[{UNSPACED}]")
_PLAIN_WORD = regex.compile(rf"(?V1){_SPACED}+|[{_UNSPACED}]")


def fold(text: str) -> str:
    """Fold Unicode forms, quotes, case and blanks, so that what reads the same is the same."""
    folded = unicodedata.normalize("NFKC", text.translate(_PLAIN)).casefold()
    return " ".join(folded.split())


def words(text: str) -> list[str]:
    """The words as a reader counts them, with the punctuation around them.

    They are separated by blanks, dashes or dots in a row and hold a letter or digit: `don't`,
    `well-known`, `3.5` and `U.S.` are one word each, and a bullet is none. What is written without
    spaces, such as Chinese, is one long word: `count_words` counts its characters.
    """
    return [word for word in _BETWEEN_WORDS.split(text) if any(c.isalnum() for c in word)]


def count_words(text: str) -> int:
    """The words as they are counted where so many are asked for.

    Of Chinese and Japanese each character is one, as writers count there; of other scripts
    without blanks, about as many as there are.
    """
    return sum(map(_num_counted, words(text)))


def _num_counted(word: str) -> int:
    if not _OF_UNSPACED.search(word):
        return 1
    characters = sum(map(str.isalnum, _CHARACTER.findall(word)))
    return characters + num_words(_CHARACTER.sub(" ", word))


def plain_words(text: str) -> list[str]:
    """The folded words without punctuation; in scripts without spaces each character is one."""
    return _PLAIN_WORD.findall(fold(text).replace("'", ""))


def ends_unspaced(text: str) -> bool:
    """Whether a text ends in a script without blanks, so that a word may follow directly."""
    return bool(regex.search(rf"[{_UNSPACED}]\Z", text))


def occurs(phrase: str, text: str) -> bool:
    """Whether the phrase stands in the text as whole words; both are folded already.

    In scripts without spaces, and in Korean, being contained is enough.
    """
    # An edge is one unless characters of spaced words stand on both of its sides.
    begins, ends = rf"(?:(?<!{_SPACED})|(?!{_SPACED}))", rf"(?:(?!{_SPACED})|(?<!{_SPACED}))"
    return bool(regex.search(rf"(?V1){begins}{regex.escape(phrase)}{ends}", text))
