"""Own: what a user's function says of an answer."""

from ftguard.ask.answer import Answer
from ftguard.errors import told
from ftguard.probes.own_scorer import OwnScorer, without_function
from ftguard.probes.probe import Probe
from ftguard.scores.record import Unscorable, Unscored
from ftguard.scores.rewarded import rewarded


def scored_by_own(probe: Probe, answer: Answer) -> float:
    """The function's number in [0, 1]; whatever else it gives, or raises, is a reason for none."""
    if not isinstance(probe.scorer, OwnScorer):
        raise Unscorable(f"its scorer is not at hand here: {without_function(str(probe.scorer))}")
    try:
        if probe.scorer.reward is not None:
            return rewarded(probe.scorer.reward, probe, answer)
        found = probe.scorer.function(probe, answer)
        if isinstance(found, Unscored):
            reason = str(found.reason).encode("utf-8", "backslashreplace").decode()
        else:
            # Arrays' and tensors' own numbers become Python's.
            number = found.item() if hasattr(found, "item") else found
            if isinstance(number, (int, float)) and 0 <= number <= 1:
                return float(number)
            reason = f"its scorer gave a {type(found).__name__} that is no number in [0, 1]"
    except Unscorable:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the user's
        reason = f"its scorer failed: {told(error)}"
    raise Unscorable(reason)
