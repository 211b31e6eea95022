"""How a text is divided by a mark."""


def parts(text: str, divider: str) -> list[str]:
    """The parts between dividers; a divider at the very beginning or end divides nothing."""
    found = [part.strip() for part in text.split(divider)]
    first, last = not found[0], len(found) - (not found[-1])
    return found[first:last]
