"""Multiple choice: the option that the model finds likeliest is the right one."""

from collections.abc import Sequence

from ftguard.ask.answer import Answer
from ftguard.probes.probe import Probe
from ftguard.scores.record import Unscorable


def multiple_choice(probe: Probe, answer: Answer) -> float:
    """1 where a right option has the highest log-probability, shared among ties, else 0.

    A benchmark's options may be weighed by their length, and of ties the first one counts there,
    as in lm-eval.
    """
    options = answer.option_logprobs
    if len(options) != len(probe.choices):
        raise Unscorable(f"{len(options)} option likelihoods for {len(probe.choices)} options")
    if probe.verbatim is not None:
        return float(probe.choices[likeliest(probe, options)] in probe.references)
    best = max(options)
    tied = [choice for choice, value in zip(probe.choices, options, strict=True) if value == best]
    return any(reference in tied for reference in probe.references) / len(tied)


def likeliest(probe: Probe, options: Sequence[float]) -> int:
    """The place of the option that the model chooses, the first of equals."""
    weights = options
    if probe.verbatim is not None:
        lengths = map(probe.verbatim.length, probe.choices)
        weights = [value / length for value, length in zip(options, lengths, strict=True)]
    return max(range(len(weights)), key=weights.__getitem__)
