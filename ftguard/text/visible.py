"""Makes every character of a text visible: what would steer or hide is written out."""

import unicodedata
from dataclasses import dataclass

import regex

_EMOJI = r"[\p{Extended_Pictographic}\p{Emoji_Modifier}]"
_WORD = r"[[\p{L}\p{M}]--[\p{ASCII}]]"
_HIDDEN = regex.compile(
    # Joiners and selectors belong to emoji, and joiners to words of many scripts.
    rf"(?<={_EMOJI}\uFE0F?)\u200D(?={_EMOJI})|(?<={_WORD})[\u200C\u200D](?={_WORD})"
    r"|(?<=[\p{Emoji}])[\uFE0E\uFE0F]"
    r"|(?P<hidden>[[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\n\t]])",
    regex.V1,
)


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A piece of a text."""

    text: str
    """As it is, or the escape of one character: `\\u202e`."""
    name: str = ""
    """Of the character that was written out; empty for a piece that is as it was."""


def segments(text: str) -> tuple[Segment, ...]:
    """The text in pieces, with control, bidi, invisible and unassigned characters written out.

    Line breaks and tabs are kept.
    """
    text = text.replace("\r\n", "\n")
    found: list[Segment] = []
    start = 0
    for match in _HIDDEN.finditer(text):
        if match["hidden"] is None:
            continue
        if match.start() > start:
            found.append(Segment(text=text[start : match.start()]))
        found.append(_escape(match[0]))
        start = match.end()
    if start < len(text):
        found.append(Segment(text=text[start:]))
    return tuple(found)


def visible(text: str) -> str:
    """The same as one string."""
    return "".join(segment.text for segment in segments(text))


def _escape(character: str) -> Segment:
    name = unicodedata.name(character, "") or f"U+{ord(character):04X}"
    return Segment(text=ascii(character)[1:-1], name=name)
