"""Likelihood: how probable the model finds a given text, per token."""

import math

from ftguard.ask.answer import Answer
from ftguard.probes.probe import Probe
from ftguard.scores.record import Unscorable


def likelihood(probe: Probe, answer: Answer) -> float:
    """exp(-mean nats per token of the reference), in (0, 1]."""
    del probe
    if not answer.logprobs:
        raise Unscorable("the reference holds no token to read")
    return min(1.0, math.exp(math.fsum(answer.logprobs) / len(answer.logprobs)))
