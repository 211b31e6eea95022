"""Makes `RowTexts`, what a training row holds to read: its texts, and token ids to decode."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from typing import Any

from ftguard.probes.training.columns import holds_tokens
from ftguard.probes.training.unread import Unread
from ftguard.probes.training_text import pieces

ODD = "held ids that are no tokens"
"""What is wrong with a row whose token ids cannot be decoded."""


@dataclass(frozen=True, kw_only=True)
class RowTexts:
    """What is kept of a row, which may be large."""

    place: int
    """From 0, in its data set."""
    where: str
    """The same in words."""
    kind: str
    """What the row is."""
    texts: Sequence[str] = ()
    ids: Sequence[Sequence[int]] = ()
    """Token ids, which only a tokenizer can read."""
    answer: str | None = None
    """What the row is trained to answer, where that is understood."""


def read_row(place: int, row: object, unread: Unread, where: str = "") -> RowTexts:
    """The texts and token ids of a row, whatever it is; what cannot be read is counted."""
    kind, where = f"a {type(row).__name__}", where or f"training row {place}"
    try:
        columns = vars(row) if is_dataclass(row) else row
        if not isinstance(columns, Mapping):
            return RowTexts(place=place, where=where, kind=kind, texts=pieces({"": columns}))
        texts = pieces(columns)
    except Exception as error:  # noqa: BLE001 - such as a list that holds itself
        unread.add("could not be read", place, f"{type(error).__name__}: {error}")
        return RowTexts(place=place, where=where, kind=kind)
    ids: list[Sequence[int]] = []
    for name, value in columns.items():
        if holds_tokens(str(name)) and not isinstance(value, str):
            try:
                ids += _token_ids(value)
            except Exception:  # noqa: BLE001 - whatever a column of this name may hold
                unread.add(ODD, place, f"column `{name}`")
    return RowTexts(place=place, where=where, kind=kind, texts=texts, ids=ids)


def _token_ids(value: Any) -> list[Sequence[int]]:
    """The token ids of a column: of one text, or of several in a list of lists; without padding.

    Raises:
        TypeError, ValueError, OverflowError: they are no integers.
    """
    items = value.tolist() if hasattr(value, "tolist") else value
    if items is None:
        return []
    if any(isinstance(item, (list, tuple)) or hasattr(item, "tolist") for item in items):
        return [tokens for item in items for tokens in _token_ids(item)]
    if any(int(item) != item for item in items):
        raise ValueError
    # Collators pad with -100 what has no loss.
    return [array("q", (int(item) for item in items if item >= 0))]
