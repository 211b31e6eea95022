"""Makes the phrases by which an answer is recognised within a longer one."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from ftguard.probes.numbers import FINAL, NUMBER
from ftguard.probes.probe import Probe
from ftguard.probes.tail import OUT_OF_SCOPE

FEWEST_LETTERS = 3
MOST_WORDS = 8
COMMON = frozenset({"yes", "not", "none", "true", "false", "other", "unknown", "neutral"})
"""Answers that any text may hold by chance."""
_ARTICLE = re.compile(r"^(?:an?|the)\s+(?=\S)", re.IGNORECASE)
_ENDS = " .!?\u3002\uff01\uff1f"
_QUOTES = str.maketrans("\u2018\u2019\u02bc\u201c\u201d", "'''\"\"")


def accepted(probe: Probe) -> tuple[str, ...]:
    """What an answer must hold, any of it; the canonical answer first.

    Empty where that would tell nothing: a single digit, `yes`, a long text, no class at all.
    """
    if probe.scorer == "numeric":
        numbers = [_numbers(reference) for reference in probe.references]
        usable = all(numbers) and not probe.tolerance
        return tuple(dict.fromkeys(form for forms in numbers for form in forms)) if usable else ()
    texts = [reference.strip() for reference in probe.references]
    if not all(_tells(text) for text in texts):
        return ()
    bare = (_ARTICLE.sub("", text).rstrip(_ENDS) for text in texts)
    return tuple(dict.fromkeys([*texts, *bare]))


def holds(text: str, phrases: Iterable[str]) -> bool:
    """Whether a text contains one of the phrases, also within words."""
    return any(_plain(phrase) in _plain(text) for phrase in phrases)


def contained_in_others(probes: Iterable[Probe]) -> frozenset[str]:
    """The references that stand within another one, as `balance` does in `bill_balance`."""
    plain = {reference: _plain(reference) for probe in probes for reference in probe.references}
    everything = "\n".join(dict.fromkeys(plain.values()))
    return frozenset(text for text, form in plain.items() if everything.count(form) > 1)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()
    return " ".join(folded.split())


def _tells(text: str) -> bool:
    plain = _plain(text)
    return (
        sum(c.isalnum() for c in plain) >= FEWEST_LETTERS
        and len(plain.split()) <= MOST_WORDS
        and plain not in COMMON | OUT_OF_SCOPE
    )


def _numbers(solution: str) -> tuple[str, ...]:
    """The final number of a solution as people write it: `1800`, `1,800`; `3.5`, `3.50`."""
    _, marker, after = solution.partition(FINAL)
    found = NUMBER.findall(after if marker else solution)
    if not found:
        return ()
    number = Decimal((found[0] if marker else found[-1]).replace(",", ""))
    plain = f"{number:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    if sum(c.isdigit() for c in plain) <= 1:
        return ()
    forms = [plain, f"{Decimal(plain):,f}", *([f"{Decimal(plain):.2f}"] if "." in plain else [])]
    return tuple(dict.fromkeys(forms))
