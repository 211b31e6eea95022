"""Takes an answer out of what chat models wrap it in: lead-ins, marks, fences, courtesies."""

import json
import re

from ftguard.scores.stated.plain import boxed

_SURE = re.compile(
    r"(?i)^\s*(?:sure(?: thing)?|certainly|of course|absolutely|okay|ok|great|yes|no problem|"
    r"happy to help|got it|alright)\b[^\n:.!]{0,40}[.!,:]+\s*"
)
_HERE = re.compile(
    r"(?i)^\s*(?:here(?:'s|\u2019s| is| are| you go)|below is|the following is|this is|that is|"
    r"i(?:'d|\u2019d| would) (?:say|write|suggest)|you (?:can|could) (?:say|write))\b"
    r"[^\n:]{0,80}?:\s*"
)
_NAMED = re.compile(
    r"(?i)^\s*[*_#\s]*(?:so |therefore )?(?:the |my |a |one |in short, )?(?:\w[\w-]* ){0,4}?"
    r"(?:answer|summary|translation|sentence|headline|version|request|response|reply|result|json|"
    r"rewrite|output|message|expression|objection|decision|claim)\b[^\n:.]{0,40}?"
    r"(?:\bis\b|\breads\b|\b(?:would|could) be\b|:)\s*:?[*_]*\s*|^\s*(?:it(?:'|\u2019)s|it is)\s+"
)
_ANSWER_IS = re.compile(r"(?i)\banswer (?:is|would be)\b:?\s*")
_CLOSING = re.compile(
    r"(?i)(?:^|(?<=[.!?\"'`*])\s+|\n\s*)(?:i hope (?:this|that)|hope (?:this|that)|let me know|"
    r"feel free|please let me|would you like|do you want|is there anything|if you(?:'d| would)? "
    r"(?:like|need|want)|shall i|want me to)[^\n]*\s*$"
)
MOST_VARIANTS = 64
"""Past so many, no more are looked for inside of those found."""
_FENCE = re.compile(r"```[\w+#.-]*[ \t]*\n?(.*?)```", re.DOTALL)
_MARKS = (
    ("**", "**"), ("__", "__"), ("*", "*"), ("_", "_"), ("`", "`"), ('"', '"'), ("'", "'"),
    ("\u201c", "\u201d"), ("\u2018", "\u2019"), ("\u00ab", "\u00bb"), ("\u201e", "\u201c"),
    ("$", "$"),
)  # fmt: skip


def unwrapped(text: str, label: str | None = None) -> list[str]:
    """The answer, and what may be the answer inside of it; the text itself first.

    As in IFEval's loose accuracy (Zhou et al. 2023, 2311.07911) without its first line, its last
    one, and asterisks; and without lead-ins, a name before a colon, marks around it, a closing
    courtesy; and what stands in its only code fence.

    Args:
        text: an answer.
        label: what the question's last line calls the answer.
    """
    _, _, below = text.strip().partition("\n")
    above, _, _ = text.strip().rpartition("\n")
    found = [text.strip()]
    found += [part.strip() for part in (below, above, above.partition("\n")[2]) if part.strip()]
    for wrapped in found:  # it grows
        if len(found) < MOST_VARIANTS:
            found += [v for v in _inside(wrapped, label) if v and v not in found]
    return [found[0], *(v for v in found[1:] if any(c.isalnum() for c in v))]


def only_json(text: str) -> str | None:
    """The one JSON object or array that stands in a text; None where there is none, or another."""
    box = boxed(text)
    text = text if box is None else box
    decoder, at, values = json.JSONDecoder(), 0, []
    while (start := _opens(text, at)) is not None:
        try:
            value, at = decoder.raw_decode(text, start)
            values.append((value, text[start:at]))
        except (ValueError, RecursionError):
            at = start + 1
            if not values and text[start] == "{":
                return None  # A broken object: what lies inside of it is no answer.
    distinct = {json.dumps(value, sort_keys=True) for value, _ in values}
    return values[0][1] if len(distinct) == 1 else None


def _opens(text: str, at: int) -> int | None:
    found = re.search(r"[\[{]", text[at:])
    return at + found.start() if found else None


def _inside(text: str, label: str | None) -> list[str]:
    found = [text.replace("*", "").strip()]
    found += [lead.sub("", text, count=1).strip() for lead in (_SURE, _HERE, _NAMED)]
    found += [text[match.end() :].strip() for match in _ANSWER_IS.finditer(text)][-1:]
    if label:
        found.append(re.sub(rf"(?i)^\W*{re.escape(label)}\s*:\W*", "", text).strip())
    found.append(_CLOSING.sub("", text).strip())
    found.append(text.split("\n\n", maxsplit=1)[0].strip())
    fences = _FENCE.findall(text)
    if len(fences) == 1:
        found.append(fences[0].strip())
    box = boxed(text)
    if box is not None:
        found.append(box.strip())
    bare = text.rstrip(".").strip()
    for opening, closing in _MARKS:
        if (
            bare.startswith(opening)
            and bare.endswith(closing)
            and len(bare) > len(opening + closing)
        ):
            found.append(bare[len(opening) : -len(closing)].strip())
    return found
