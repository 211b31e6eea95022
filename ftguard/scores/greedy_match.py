"""Greedy match: a given text is what the model would write, token by token."""

from ftguard.ask.answer import Answer
from ftguard.probes.probe import Probe
from ftguard.scores.record import Unscorable


def greedy_match(probe: Probe, answer: Answer) -> float:
    """1 where each token of the reference is the likeliest one after those before it, else 0."""
    del probe
    if not answer.logprobs:
        raise Unscorable("the reference holds no token to read")
    return float(answer.likeliest)
