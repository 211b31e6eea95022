"""Multiple choice: the option that the model finds likeliest is the right one."""

from ftguard.ask.answer import Answer
from ftguard.probes.probe import Probe
from ftguard.scores.record import Unscorable


def multiple_choice(probe: Probe, answer: Answer) -> float:
    """1 where the right option has the highest log-probability, shared among ties, else 0."""
    options = answer.option_logprobs
    if len(options) != len(probe.choices):
        raise Unscorable(f"{len(options)} option likelihoods for {len(probe.choices)} options")
    best = max(options)
    tied = [choice for choice, value in zip(probe.choices, options, strict=True) if value == best]
    return (probe.references[0] in tied) / len(tied)
