"""Reduces texts to their letters and digits, so that case, punctuation and spacing do not count."""

import re
import unicodedata
from collections.abc import Iterator

from ftguard.probes.leaks.markup import plain

_ROLES = "system|developer|user|human|assistant|model|tool|ipython|gpt|bot"
_MARKER = re.compile(
    rf"""
      # <|endoftext|>, <|im_start|>user, <|start_header_id|>user<|end_header_id|>, and
      # DeepSeek's, which have wide bars
      <[|\uff5c][^<>|\uff5c\n]{{1,40}}[|\uff5c]>(?:\s*(?:{_ROLES})\s*(?=[\n<]))?
    | <start_of_turn>\s*(?:{_ROLES})?\b | <end_of_turn> | </?s> | <(?:bos|eos|pad|unk)>
    | <</?SYS>> | \[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS)\]
    | USER: | HUMAN: | ASSISTANT: | SYSTEM:
    """,
    re.VERBOSE,
)
"""What chat formats and tokenizers put between texts."""
_LABEL = re.compile(
    rf"""[ ]*(?:\#\#\#[ ]*\w+(?:[ ]\w+)?
    | {_ROLES}|instruction|input|output|response|question|answer|query|q|a)[ ]*:""",
    re.VERBOSE | re.IGNORECASE,
)
"""What a line may begin with that nobody says: `### Human:`, `Question:`."""
# Longer lines are cut, so that a place is soon found in one.
_LINE = re.compile(r"[^\n\r\u2028\u2029]{1,8192}")
_SIGNS = b"-+*/^=<>%"
_LONE_SIGNS = re.compile(rb"(?<![-+*/^=<>%0-9])[-+*/^=<>%]++|[-+*/^=<>%]++(?![0-9])")


class _Kept(dict[int, str]):
    """What is kept of each character, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        # Vowel signs of Indic scripts are marks.
        mark = unicodedata.category(character) in {"Mn", "Mc"}
        self[code] = character if character.isalnum() or mark else ""
        return self[code]


_KEPT = _Kept({ord(sign): sign for sign in _SIGNS.decode()})
# Dashes, the minus sign, the slash of fractions, and the signs of school arithmetic.
_KEPT.update(zip(map(ord, "\u2013\u2212\u2044\u00d7\u00f7"), "--/*/", strict=True))
# Variation selectors only choose a glyph.
_KEPT.update(dict.fromkeys(range(0xFE00, 0xFE10), ""))


def letters(text: str) -> bytes:
    """The letters and digits of a text without its markup, markers and labels, in UTF-8.

    A sign between two numbers is kept: 15 / 3 and 15 - 3 ask different things.
    """
    text = plain(text)
    lines = (line for turn in turns(text) for line in turn)
    return b"".join(letters_of_line(text[start:end]) for start, end in lines)


def letters_of_line(line: str) -> bytes:
    """The same for a line of which nothing is a marker."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", line).casefold())
    stream = text.translate(_KEPT).encode("utf-8", "replace")
    return _LONE_SIGNS.sub(b"", stream) if without_signs(stream) != stream else stream


def without_signs(stream: bytes) -> bytes:
    """What `letters` gives where the signs between numbers were left out of the text."""
    return stream.translate(None, _SIGNS)


def symbols(text: str) -> bytes:
    """All but the blanks: what is left to compare of a text without letters, such as emoji."""
    return "".join(text.split()).encode("utf-8", "replace")


def num_letters(stream: bytes) -> int:
    """Letters and digits; an ideograph or a syllable block says as much as three letters."""
    text = stream.decode()
    return len(text) + 2 * sum(character >= "\u2e80" for character in text)


def turns(text: str) -> Iterator[list[tuple[int, int]]]:
    """Where the lines stand, without their labels, in each stretch of a text between markers."""
    at = 0
    for marker in _MARKER.finditer(text):
        yield _lines(text, at, marker.start())
        at = marker.end()
    yield _lines(text, at, len(text))


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    lines = []
    for line in _LINE.finditer(text, start, end):
        label = _LABEL.match(text, *line.span())
        lines.append((label.end() if label else line.start(), line.end()))
    return lines
