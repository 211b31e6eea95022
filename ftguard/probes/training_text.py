"""Finds the texts in a row of a training set, whatever its columns are."""

import re
from collections.abc import Iterator, Mapping, Sequence
from numbers import Number

_SPOKEN = (("role", "content"), ("from", "value"), ("type", "text"))
"""What names a message or a part of one, and where its text is."""
_ENCODED = re.compile(r"data:[\w.+-]+/[\w.+-]+[^,]{0,99};base64,")
"""An image or the like that is written as text."""


def pieces(row: Mapping[str, object]) -> list[str]:
    """The texts in a row, in its order: of columns, lists, nested columns and chat messages.

    Numbers, token ids, encoded media and blank texts are left out, and of messages who speaks.
    """
    return [text for value in row.values() for text in _texts(value)]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if value and not value.isspace() and not _ENCODED.match(value):
            yield value
    elif isinstance(value, Mapping):
        spoken = {text for name, text in _SPOKEN if name in value and text in value}
        for name, part in value.items():
            if name in spoken or not (spoken or name == "type"):
                yield from _texts(part)
    # A list of token ids is long, and its first item tells what it is.
    elif isinstance(value, Sequence) and value and not isinstance(value[0], Number):
        for part in value:
            yield from _texts(part)
