"""Makes `TrainingRow`, a row reduced to its letters, in which texts are found and shown."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from ftguard.probes.leaks.letters import letters_of_line, symbols, turns
from ftguard.probes.leaks.markup import plain

EXCERPT = 120
"""Characters of a training text that are shown."""
_BEFORE = 30
_TRIES = 16
"""Places at which a text is looked at in a row that holds its letters again and again."""
_UNSPACED = "\u0e00"
"""From Thai on in Unicode's order, few scripts put blanks between words."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """A part of one piece of a row."""

    piece: int
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class TrainingRow:
    """One training row: pieces of text, cut into turns between a chat format's markers, and lines.

    The letters of all lines are one stream, so that a text is found across markers and line ends.
    """

    where: str
    pieces: Sequence[str]
    """Without escapes, tags and addresses of links."""
    lines: Sequence[Span]
    ends: Sequence[int]
    """Where the letters of each line end in the stream, in bytes."""
    stream: bytes
    wholes: Mapping[bytes, Span]
    """The letters of each piece, turn and line (of one without letters, its symbols), and where
    it first begins."""
    turn_ends: Sequence[int]
    """Where the letters of each turn end in the stream, in bytes."""

    def place(self, at: int) -> Span:
        """The character that byte `at` of the stream was made from."""
        index = bisect_right(self.ends, at)
        line = self.lines[index]
        rest = at - (self.ends[index - 1] if index else 0)
        text = self.pieces[line.piece][line.start : line.end]
        start = line.start + bisect_left(
            range(len(text)), rest + 1, key=lambda last: len(letters_of_line(text[: last + 1]))
        )
        return Span(piece=line.piece, start=start, end=start + 1)

    def find(self, stream: bytes, start: int, end: int) -> tuple[int, Span] | None:
        """The byte and the character at which these letters first begin between two bytes.

        No word or number is cut.
        """
        at = start - 1
        for _ in range(_TRIES):
            at = self.stream.find(stream, at + 1, end)
            if at < 0:
                return None
            first, last = self.place(at), self.place(at + len(stream) - 1)
            if not (self._goes_on(first.piece, first.start) or self._goes_on(last.piece, last.end)):
                return at, first
        return None

    def turn(self, at: int) -> bytes:
        """The letters of the turn that byte `at` of the stream belongs to."""
        return self.stream[slice(*_around(self.turn_ends, at, at + 1))]

    def frame(self, start: int, end: int) -> tuple[bytes, bytes]:
        """The letters around a part of the stream in the lines where it begins and ends."""
        first, last = _around(self.ends, start, end)
        return self.stream[first:start], self.stream[end:last]

    def beside(self, start: int, end: int) -> tuple[str, str]:
        """A few characters of the pieces before and after a part of the stream, as they are."""
        first, last = self.place(start), self.place(end - 1)
        before = self.pieces[first.piece][max(0, first.start - _BEFORE) : first.start]
        return before, self.pieces[last.piece][last.end : last.end + _BEFORE]

    @property
    def line_streams(self) -> list[bytes]:
        """The letters of each line that has some."""
        return [self.stream[a:b] for a, b in pairwise([0, *self.ends]) if a < b]

    def excerpt(self, span: Span) -> str:
        """The text from a little before a place on, as it is."""
        begin = max(0, span.start - _BEFORE)
        return self.pieces[span.piece][begin : begin + EXCERPT]

    def _goes_on(self, piece: int, at: int) -> bool:
        """Whether a word or number stands on both sides of a place in a piece."""
        text = self.pieces[piece]
        if not 0 < at < len(text):
            return False
        left, right = text[at - 1], text[at]
        if left.isdigit() and right.isdigit():
            return True
        words = left.isalnum() and right.isalnum() and max(left, right) < _UNSPACED
        # Of a text without any blanks, words cannot be told.
        return words and " " in text


def _around(ends: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """The bytes of the parts with these ends, from that with the first to that with the last."""
    first, last = bisect_right(ends, start), bisect_left(ends, end)
    return (ends[first - 1] if first else 0), ends[last]


def reduced(where: str, pieces: Sequence[str]) -> TrainingRow:
    """Reduce the pieces of a training row, without their markup."""
    pieces = [plain(piece) for piece in pieces]
    lines: list[Span] = []
    streams: list[bytes] = []
    wholes: dict[bytes, Span] = {}
    turn_ends: list[int] = []
    size = 0
    for piece, text in enumerate(pieces):
        of_piece = len(lines)
        for turn in turns(text):
            of_turn = len(lines)
            for start, end in turn:
                line = Span(piece=piece, start=start, end=end)
                stream = letters_of_line(text[start:end])
                wholes.setdefault(stream or symbols(text[start:end]), line)
                lines.append(line)
                streams.append(stream)
                size += len(stream)
            turn_ends.append(size)
            if len(lines) > of_turn:
                wholes.setdefault(b"".join(streams[of_turn:]), lines[of_turn])
        if len(lines) > of_piece:
            wholes.setdefault(b"".join(streams[of_piece:]), lines[of_piece])
    return TrainingRow(
        where=where,
        pieces=pieces,
        lines=lines,
        ends=list(accumulate(map(len, streams))),
        stream=b"".join(streams),
        wholes=wholes,
        turn_ends=turn_ends,
    )
