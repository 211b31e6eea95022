"""Shortens texts of any length to what people look at, and says how much is left out."""

from collections.abc import Iterator, Sequence

from ftguard.text.changed_words import Piece
from ftguard.text.formatting import count

HEAD, TAIL = 400, 200
"""Characters of a long text that are shown from its beginning and from its end: a query often
stands last."""
ALIKE = 80
"""Characters that are shown of what is the same, on either side of a change."""
PIECES = 40
"""Pieces that are shown of a text with many changes."""


def shortened(text: str) -> tuple[str, str, str]:
    """The beginning, what is said of the middle, and the end; a short text is all beginning."""
    if len(text) <= HEAD + TAIL:
        return text, "", ""
    return text[:HEAD], left_out(len(text) - HEAD - TAIL), text[-TAIL:]


def left_out(characters: int) -> str:
    """What stands in place of characters that are not shown."""
    return f" […{count(characters)} characters left out…] "


def shortened_pieces(pieces: Sequence[Piece]) -> Iterator[Piece | str]:
    """The pieces, what is long in them shortened; a text is what is said of what is left out."""
    if sum(len(piece.text) for piece in pieces) <= HEAD + TAIL:
        yield from pieces
        return
    for place, piece in enumerate(pieces[:PIECES]):
        head, tail = (HEAD, TAIL) if piece.kind != "same" else (ALIKE, ALIKE)
        if piece.kind == "same" and place == len(pieces) - 1:
            tail = 0
        if len(piece.text) <= head + tail + ALIKE:
            yield piece
            continue
        yield Piece(text=piece.text[:head], kind=piece.kind)
        yield left_out(len(piece.text) - head - tail)
        yield Piece(text=piece.text[len(piece.text) - tail :], kind=piece.kind)
    rest = sum(len(piece.text) for piece in pieces[PIECES:])
    if rest:
        yield left_out(rest)
