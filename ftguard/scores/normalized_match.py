"""Normalised match: the answer is one of the references but for case, punctuation and articles."""

import re
import unicodedata

from ftguard.ask.answer import Answer
from ftguard.probes.probe import Probe
from ftguard.scores.finished import finished_text

_FENCE = re.compile(r"```\w*")
_ARTICLES = re.compile(r"\b(a|an|the)\b")


def normalized_match(probe: Probe, answer: Answer) -> float:
    """1 where the normalised answer is an accepted one, else 0.

    Where the references stand on one line, only the answer's first line that is not blank is
    compared: a base model without a stop token runs on. The marks of a code block are no line.
    """
    text = finished_text(answer)
    if not any("\n" in reference.strip() for reference in probe.references):
        lines = (line for line in text.splitlines() if not _FENCE.fullmatch(line.strip()))
        text = next((line for line in lines if line.strip()), "")
    said = normalize(text)
    return float(bool(said) and said in {normalize(r) for r in probe.references})


def normalize(text: str) -> str:
    """Fold width and case, drop punctuation and English articles, squeeze blanks.

    The steps of SQuAD's evaluation (Rajpurkar et al. 2016, 1606.05250), with Unicode
    compatibility folding first. A text of nothing but articles or punctuation is kept as it is.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().strip()
    bare = "".join(" " if _is_punctuation(c) else c for c in folded)
    return " ".join(_ARTICLES.sub(" ", bare).split()) or " ".join(folded.split())


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character).startswith("P")
