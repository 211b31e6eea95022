"""Exact match: the answer is one of the references, but for blanks around it."""

from ftguard.ask.answer import Answer
from ftguard.probes.probe import Probe


def exact_match(probe: Probe, answer: Answer) -> float:
    """1 where the whole answer is an accepted one, else 0 (also when it was cut off)."""
    accepted = {reference.strip() for reference in probe.references}
    return float(answer.finish == "stop" and answer.text.strip() in accepted)
