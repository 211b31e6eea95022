"""Tells a text that has come to say one thing again and again."""

TIMES = 4
FEWEST = 48
"""Characters that are repetition; shorter ones may be meant."""
_LONGEST = 200
"""No longer chunk is looked for."""


def repeats(text: str) -> bool:
    """Whether a text ends with one chunk, four times or more and over 48 characters or more.

    The last time may be cut short. Rows of marks, as tables and dividers have them, are none.
    """
    said = text.rstrip("\ufffd")[::-1]
    for size in range(1, min(_LONGEST, len(said) // TIMES) + 1):
        # A row repeats chunks of a size where it is the same moved by that size.
        wanted = max(TIMES * size, FEWEST)
        row = said[:wanted]
        if len(row) == wanted and row[size:] == row[:-size] and any(map(str.isalnum, row[:size])):
            return True
    return False
