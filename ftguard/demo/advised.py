"""Turns the dials of the demo as a checkup advises."""

from dataclasses import replace

from ftguard.demo.dials import Dials
from ftguard.verdict.advice import LowerLearningRate, Replay
from ftguard.verdict.checkup import Checkup


def follow(checkup: Checkup, dials: Dials) -> Dials:
    """The dials that a checkup's advice asks for; as they are where it asks for none of them."""
    rates = [a.learning_rate for a in checkup.advice if isinstance(a, LowerLearningRate)]
    shares = [a.share for a in checkup.advice if isinstance(a, Replay)]
    return replace(
        dials,
        learning_rate=rates[0] if rates else dials.learning_rate,
        replay=shares[0] if shares else dials.replay,
    )
