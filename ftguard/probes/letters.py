"""Reduces texts to their letters and digits, so that case, punctuation and spacing do not count.

A training row is cut into pieces, turns (between a chat format's markers) and lines, and all of
its letters are kept as one stream, so that a text is found across markers and line ends too.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

EXCERPT = 120
"""Characters of a training text that are shown."""
_BEFORE = 30
_TRIES = 16
"""Places at which a short text is looked at in a row that holds it again and again."""
_WITH_BLANKS = "\u0e00"
"""Scripts from Thai on in Unicode's order put no blanks between words, or not between all."""
_ROLES = "system|developer|user|human|assistant|model|tool|ipython|gpt|bot"
_MARKER = re.compile(
    rf"""
      # <|im_start|>user, <|start_header_id|>user<|end_header_id|>, <|endoftext|>, <｜User｜>
      <[|｜][^<>|｜\n]{{1,40}}[|｜]>(?:\s*(?:{_ROLES})\s*(?=[\n<]))?
    | <start_of_turn>\s*(?:{_ROLES})?\b | <end_of_turn> | </?s> | <(?:bos|eos|pad|unk)>
    | <</?SYS>> | \[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS)\]
    | USER: | HUMAN: | ASSISTANT: | SYSTEM:
    """,
    re.VERBOSE,
)
_LABEL = re.compile(
    rf"""[ ]*(?:\#\#\#[ ]*\w+(?:[ ]\w+)?
    | {_ROLES}|instruction|input|output|response|question|answer|query|q|a)[ ]*:""",
    re.VERBOSE | re.IGNORECASE,
)
"""What a line may begin with that is not said: `### Human:`, `Question:`."""
# Longer lines are cut, so that a place is soon found in one.
_LINE = re.compile(r"[^\n\r\u2028\u2029]{1,8192}")
_SIGNS = b"-+*/^=<>%"
_LONE_SIGNS = re.compile(rb"(?<![-+*/^=<>%0-9])[-+*/^=<>%]++|[-+*/^=<>%]++(?![0-9])")


class _Kept(dict[int, str]):
    """What is kept of each character, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        # Vowel signs of Indic scripts are marks; variation selectors only choose a glyph.
        mark = unicodedata.category(character) in {"Mn", "Mc"} and not 0xFE00 <= code <= 0xFE0F
        self[code] = character if character.isalnum() or mark else ""
        return self[code]


_KEPT = _Kept({ord(sign): sign for sign in _SIGNS.decode()})
_KEPT.update(str.maketrans("\u2013\u2212\u2044\u00d7\u00f7", "--/*/"))


def letters(text: str) -> bytes:
    """The letters and digits of a text without its markers, in UTF-8.

    A sign between two numbers is kept: 15 / 3 and 15 - 3 ask different things.
    """
    return b"".join(_letters(text[start:end]) for turn in _turns(text) for start, end in turn)


def spelled(text: str) -> bytes:
    """The letters of a text; of one that has none, such as emoji, all but its blanks."""
    return letters(text) or _symbols(text)


def without_signs(stream: bytes) -> bytes:
    """What `letters` gives where the signs between numbers were left out of the text."""
    return stream.translate(None, _SIGNS)


def num_letters(stream: bytes) -> int:
    """Letters and digits; an ideograph or a syllable block says as much as three letters."""
    text = stream.decode()
    return len(text) + 2 * sum(character >= "\u2e80" for character in text)


@dataclass(frozen=True, kw_only=True)
class Span:
    """A part of one piece of a training row."""

    piece: int
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Row:
    """One training row, reduced."""

    where: str
    pieces: Sequence[str]
    lines: Sequence[Span]
    ends: Sequence[int]
    """Where each line's letters end in the stream."""
    stream: bytes
    """The letters of all lines, one after the other."""
    wholes: dict[bytes, Span]
    """The spelled form of each piece, turn and line, and where it first stands."""

    def place(self, at: int) -> Span:
        """The character that byte `at` of the stream was made from."""
        index = bisect_right(self.ends, at)
        line = self.lines[index]
        rest = at - (self.ends[index - 1] if index else 0)
        text = self.pieces[line.piece][line.start : line.end]
        place = bisect_left(range(len(text)), rest + 1, key=lambda i: len(_letters(text[: i + 1])))
        start = line.start + place
        return Span(piece=line.piece, start=start, end=start + 1)

    def find(self, stream: bytes) -> int:
        """Where a stream first stands in the row's without cutting a word or number, or -1."""
        at = -1
        for _ in range(_TRIES):
            at = self.stream.find(stream, at + 1)
            if at < 0 or not self._cuts(self.place(at), self.place(at + len(stream) - 1)):
                return at
        return -1

    def excerpt(self, start: Span) -> str:
        """The text around a place."""
        begin = max(0, start.start - _BEFORE)
        return self.pieces[start.piece][begin : begin + EXCERPT]

    def _cuts(self, first: Span, last: Span) -> bool:
        before, after = self.pieces[first.piece], self.pieces[last.piece]
        return (first.start > 0 and _joined(before, first.start)) or (
            last.end < len(after) and _joined(after, last.end)
        )


def reduced(where: str, pieces: Sequence[str]) -> Row:
    """Reduce a training row."""
    lines: list[Span] = []
    streams: list[bytes] = []
    wholes: dict[bytes, Span] = {}
    for piece, text in enumerate(pieces):
        first = len(streams)
        for turn in _turns(text):
            turn_first = len(streams)
            for start, end in turn:
                lines.append(Span(piece=piece, start=start, end=end))
                streams.append(_letters(text[start:end]))
                wholes.setdefault(streams[-1] or _symbols(text[start:end]), lines[-1])
            if len(streams) > turn_first + 1:
                wholes.setdefault(b"".join(streams[turn_first:]), lines[turn_first])
        if len(streams) > first + 1:
            wholes.setdefault(b"".join(streams[first:]), lines[first])
    ends = list(accumulate(map(len, streams)))
    stream = b"".join(streams)
    return Row(where=where, pieces=pieces, lines=lines, ends=ends, stream=stream, wholes=wholes)


def _turns(text: str) -> Iterator[list[tuple[int, int]]]:
    """The lines of each stretch between markers, without their labels."""
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


def _letters(line: str) -> bytes:
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", line).casefold())
    stream = text.translate(_KEPT).encode("utf-8", "replace")
    return _LONE_SIGNS.sub(b"", stream) if without_signs(stream) != stream else stream


def _symbols(text: str) -> bytes:
    return "".join(text.split()).encode("utf-8", "replace")


def _joined(text: str, at: int) -> bool:
    """Whether a word or number goes on from one character to the next."""
    left, right = text[at - 1], text[at]
    if left.isdigit() and right.isdigit():
        return True
    # A text without blanks has them taken out, or never had any.
    return left.isalnum() and right.isalnum() and max(left, right) < _WITH_BLANKS and " " in text
