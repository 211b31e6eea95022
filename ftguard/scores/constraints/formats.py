"""Checks of the marks that give an answer its form."""

import re

from ftguard.scores.constraints.expressions import fullmatch

_OPTIONS = ("My answer is yes.", "My answer is no.", "My answer is maybe.")
_HIGHLIGHT = re.compile(r"(?<!\*)(\*{1,3})(?![\s*])[^*\n]+(?<!\s)\1(?!\*)")
_TITLE = re.compile(r"<<([^<>\n]+)>>")


def number_bullet_lists(text: str, *, num_bullets: int) -> bool:
    """Exactly so many lines are bullet points: `*` or `-`, then something to say.

    IFEval also counts a divider `---` and a line that begins with a `*highlight*`.
    """
    return sum(_is_bullet(line.strip()) for line in text.splitlines()) == num_bullets


def _is_bullet(line: str) -> bool:
    mark, rest = line[:1], line[1:]
    if mark not in ("*", "-") or rest[:1] == mark or not any(c.isalnum() for c in rest):
        return False
    return mark == "-" or rest[:1].isspace() or "*" not in rest


def constrained_response(text: str) -> bool:
    """Exactly one of `My answer is yes.`, `My answer is no.`, `My answer is maybe.` is contained.

    IFEval is content with all three, as in the prompt itself.
    """
    return sum(option in text for option in _OPTIONS) == 1


def number_highlighted_sections(text: str, *, num_highlights: int) -> bool:
    """At least so many stretches of a line stand between `*`, `**` or `***`, as Markdown reads it.

    IFEval also takes the asterisks of two products on one line for a highlight, and `***a***` for
    two.
    """
    return sum(1 for _ in _HIGHLIGHT.finditer(text)) >= num_highlights


def multiple_sections(text: str, *, section_spliter: str, num_sections: int) -> bool:
    """At least so many sections: lines that begin with the word and a number, each another.

    Marks such as `#` or `**` may stand before the word. IFEval also counts a mention within a line
    and the same number again.
    """
    begins = rf"^[^\w\n]*{re.escape(section_spliter.strip())}\s?(\d+)"
    return len(set(re.findall(begins, text, re.MULTILINE))) >= num_sections


def title(text: str) -> bool:
    """Something stands in double angular brackets, `<<so>>`, on one line."""
    return any(found.strip() for found in _TITLE.findall(text))


def matches(text: str, *, pattern: str) -> bool:
    """The whole text matches the regular expression, within half a second."""
    return fullmatch(pattern, text)
