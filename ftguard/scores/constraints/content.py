"""Checks of parts that an answer must hold, or must not have taken over."""

import re

from ftguard.scores.constraints.words import plain_words

_PLACEHOLDER = re.compile(r"\[([^\[\]\n]+)\]")
# What begins with a marker does not go on from a word on the same line.
_BEGINS = r"(?<!\w)(?<!\w[ \t])"
_POSTSCRIPTS = {
    "P.S.": re.compile(_BEGINS + r"(?<!p\.)(?<!p\.\s)p\.\s?s\.", re.IGNORECASE),
    "P.P.S": re.compile(_BEGINS + r"p\.\s?p\.\s?s\b", re.IGNORECASE),
}


def number_placeholders(text: str, *, num_placeholders: int) -> bool:
    """At least so many placeholders such as `[address]`, on one line and not blank.

    IFEval also counts `[]`.
    """
    return sum(bool(p.strip()) for p in _PLACEHOLDER.findall(text)) >= num_placeholders


def postscript(text: str, *, postscript_marker: str) -> bool:
    """A postscript begins with the marker and says something.

    The markers of IFEval, `P.S.` and `P.P.S`, may be written `p. s.` and `P.P.S.` too. IFEval is
    content with a marker anywhere, within a sentence or with nothing behind it.
    """
    marker = postscript_marker.strip()
    pattern = _POSTSCRIPTS.get(marker) or re.compile(_BEGINS + re.escape(marker), re.IGNORECASE)
    found = pattern.search(text)
    return found is not None and any(c.isalnum() for c in text[found.end() :])


def not_copied(text: str, prompt: str, *, most_words: int) -> bool:
    """No run of more than `most_words` words is taken from the prompt.

    Words are compared without case and punctuation; in scripts without spaces each character is
    a word.
    """
    said, source = f" {' '.join(plain_words(text))} ", plain_words(prompt)
    runs = (source[i : i + most_words + 1] for i in range(len(source) - most_words))
    return not any(f" {' '.join(run)} " in said for run in runs)
