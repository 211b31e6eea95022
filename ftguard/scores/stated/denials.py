# ruff: noqa: RUF001 - letters of other scripts look like Latin ones
"""How languages with blanks between words deny an answer, or give two: a table by language."""

import re

_BEFORE = {
    "Russian, Ukrainian": "не|ни|ні",
    "Polish": "nie",
    "Arabic": "ليس|ليست|ليسوا|غير",
    "German, Dutch": "nicht|kein|keine|niet|geen",
    "French": "pas",
    "Spanish": "no (?:es|son|era|fue|hay|está)",
    "Portuguese": "não",
    "Italian": "non",
    "Nordic": "inte|ikke|ej",
    "Indonesian": "bukan|bukanlah",
    "Vietnamese": "không phải|chẳng phải",
}
"""What stands before the answer, with two words between at most."""
_BUT = (
    "а|но|але|тільки|только|tylko|lecz|ale|بل|لكن|ولكن|sondern|aber|maar|mais|sino|pero|mas|ma|"
    "bensì|utan|men|melainkan|tetapi|tapi|mà|but"
)
"""What follows one of these is not what is denied."""
_BEHIND = {
    "Hindi, Marathi": "नहीं|नही|नाही",
    "Bengali": "নয়|না",
    "Turkish": "değil\\w*",
    "Persian": "نیست",
    "Arabic": "ليس|ليست",
    "Russian": "не является|не подходит|не верно|неверно",
    "Spanish": "no(?= *(?:[.,;!]|$))|no es|no era|no fue",
    "Portuguese": "não(?= *(?:[.,;!]|$))|não é",
    "Italian": "no(?= *(?:[.,;!]|$))|non è",
    "French": "non(?= *(?:[.,;!]|$))|n'est pas",
    "German": "nicht(?= *(?:[.,;!]|$))|ist nicht|ist falsch",
}
"""What stands right behind it."""
EITHER = frozenset(
    ("или", "либо", "або", "чи", "lub", "albo", "أو", "او", "या", "oder", "ou", "veya", "yahut",
     "atau", "hoặc", "또는", "혹은", "eller")
)  # fmt: skip
"""`Or`; the Spanish and Italian `o` is a Portuguese article and stands apart."""
EITHER_FIRST = frozenset(("entweder", "soit", "antingen", "enten"))
_DENIED_BEFORE = re.compile(
    rf"(?i)(?<!\w)(?:{'|'.join(_BEFORE.values())})\s+(?:(?!(?:{_BUT})\s)[^\W\d]+\s+){{0,2}}\Z"
)
_DENIED_BEHIND = re.compile(rf"(?i)[ \"')]*\s(?:{'|'.join(_BEHIND.values())})(?!\w)")
_DENIED_HEAD = re.compile(rf"(?i)\W*(?:{'|'.join(_BEFORE.values())}|not)\s")


def is_denied_in_words(before: str, after: str) -> bool:
    """Whether the words around an answer deny it, in a language with blanks between words."""
    return bool(_DENIED_BEFORE.search(before) or _DENIED_BEHIND.match(after))


def begins_with_denial(text: str) -> bool:
    """Whether a text says first what the answer is not: `Nicht Lyon, sondern Paris`."""
    return _DENIED_HEAD.match(text) is not None
