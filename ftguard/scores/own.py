"""Own: what a user's function says of an answer."""

from ftguard.ask.answer import Answer
from ftguard.probes.own_scorer import OwnScorer
from ftguard.probes.probe import Probe
from ftguard.scores.record import Unscorable, Unscored


def scored_by_own(probe: Probe, answer: Answer) -> float:
    """The function's number in [0, 1]; whatever else it gives, or raises, is a reason for none."""
    if not isinstance(probe.scorer, OwnScorer):
        raise Unscorable(f"its scorer {probe.scorer} is not at hand here")
    try:
        found = probe.scorer.function(probe, answer)
    except Exception as error:
        raise Unscorable(f"its scorer failed: {type(error).__name__}: {error}") from error
    if isinstance(found, Unscored):
        raise Unscorable(found.reason)
    if not isinstance(found, (int, float)) or not 0 <= found <= 1:
        raise Unscorable(f"its scorer gave {found!r}, which is no number in [0, 1]")
    return float(found)
