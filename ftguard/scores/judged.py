"""A judged answer: its score comes from an LLM, after all others."""

from ftguard.ask.answer import Answer
from ftguard.probes.probe import Probe
from ftguard.scores.record import Unscorable


def judged(probe: Probe, answer: Answer) -> float:
    """Never a value here: a judge is asked apart, within a budget of time and money."""
    del probe, answer
    raise Unscorable("the judge has not scored it")
