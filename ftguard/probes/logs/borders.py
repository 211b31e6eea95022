"""Shows a text as the patterns read it: letters of scripts without blanks are borders of words.

Both copies are as long as the text, so that a place in one is that place in the text.
"""

import re

from ftguard.text.words import UNSPACED

JOINED = UNSPACED + r"\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"
"""Letters that stand right beside a number or an address and are no part of it, for a class of a
regular expression. Korean has blanks, but hangs its particles on what they follow."""
_JOINED = re.compile(rf"[{JOINED}]")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""Full-width letters, digits and marks, as they are written among Chinese characters."""


def narrow(text: str) -> str:
    """The text with narrow letters, digits and marks for full-width ones."""
    return text if text.isascii() else text.translate(_WIDE)


def bordered(text: str) -> str:
    """The text with a line's end, which is part of nothing, for each joined letter."""
    return text if text.isascii() else _JOINED.sub("\n", text)
