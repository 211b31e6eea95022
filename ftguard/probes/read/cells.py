"""Makes texts of values that only tables and databases have: dates, decimals, bytes."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

_STORED = {"bytes", "path"}
"""What a picture or a sound is stored as, which is no text."""


def plain_row(row: Mapping[str, object]) -> dict[str, object]:
    """The row with dates, decimals, ids and bytes as people write them; others stay as they are."""
    return {name: plain_cell(value) for name, value in row.items()}


def plain_cell(value: object) -> object:
    """A date or time in ISO 8601, a decimal as a plain number, bytes as the UTF-8 that they are.

    None where there is none: of a date that is missing, and of bytes that are no text.
    """
    if isinstance(value, (list, tuple)):
        return [plain_cell(item) for item in value]
    if isinstance(value, Mapping) and set(value) != _STORED:
        return plain_row(value)
    return _text(value)


def _text(value: object) -> object:
    if isinstance(value, (datetime, date, time)):
        # pandas' missing date is a date too, which is unequal to itself.
        return value.isoformat() if value == value else None  # noqa: PLR0124
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() else None
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _decoded(bytes(value))
    return str(value) if isinstance(value, (UUID, timedelta)) else value


def _decoded(value: bytes) -> str | None:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return None
