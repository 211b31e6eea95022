"""Exact match: the answer is one of the references, but for blanks around it."""

from ftguard.answers import Answer
from ftguard.probes.probe import Probe
from ftguard.scores.finished import finished_text


def exact_match(probe: Probe, answer: Answer) -> float:
    """1 where the whole answer is an accepted one, else 0 (also when it was cut off)."""
    return float(finished_text(answer).strip() in {r.strip() for r in probe.references})
