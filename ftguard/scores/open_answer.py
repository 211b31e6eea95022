"""An open answer: no reference and no check can say how good it is."""

from ftguard.ask.answer import Answer
from ftguard.probes.probe import Probe
from ftguard.scores.record import Unscorable


def open_answer(probe: Probe, answer: Answer) -> float:
    """Never a value: such answers count for drift, for a judge and for people."""
    del probe, answer
    raise Unscorable("an open answer: only a judge or people can score it")
