"""Preference: of two given texts the model finds the chosen one likelier."""

from ftguard.ask.answer import Answer
from ftguard.probes.probe import Probe
from ftguard.scores.record import Unscorable

BOTH = 2


def preference(probe: Probe, answer: Answer) -> float:
    """1 where the chosen text has the higher log-probability in all, 0 where the rejected one has.

    As many nats for both is 1/2. Over a set of pairs it is the ranking accuracy of Chen et al. 2024
    (2405.19534), how a model ranks them by itself, without a reference model.
    """
    del probe
    if len(answer.option_logprobs) != BOTH:
        raise Unscorable(f"{len(answer.option_logprobs)} likelihoods for a pair of texts")
    chosen, rejected = answer.option_logprobs
    return 0.5 if chosen == rejected else float(chosen > rejected)
