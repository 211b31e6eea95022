"""Checks of punctuation."""

# Also full-width, small, Arabic and ideographic ones.
_COMMAS = frozenset(",\uff0c\ufe50\u060c\u3001\uff64")


def no_comma(text: str) -> bool:
    """There is no comma in any script; IFEval knows the ASCII one alone."""
    return _COMMAS.isdisjoint(text)
