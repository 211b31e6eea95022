"""Tool call: the answer calls the functions that the reference calls, with the same arguments."""

from ftguard.ask.answer import Answer
from ftguard.probes.calls import Call, reference_calls
from ftguard.probes.probe import Probe
from ftguard.scores.calls import said_calls
from ftguard.scores.record import CutOff


def tool_call(probe: Probe, answer: Answer) -> float:
    """1 where the calls in the answer are those of a reference, in any order, else 0.

    Names are compared as text and arguments as JSON: keys in any order, 1 as 1.0. What cannot be
    read as a call is a wrong answer, and so is a call that the words around it take back, or one
    that is followed by a result which no tool returned.

    Raises:
        CutOff: it was cut off before it had made a wrong call, or all.
    """
    left = [_left(said_calls(answer.text), reference_calls(text)) for text in probe.references]
    if answer.finish == "length" and 0 not in left and any(n is not None for n in left):
        raise CutOff
    return float(0 in left)


def _left(said: tuple[Call, ...] | None, wanted: tuple[Call, ...]) -> int | None:
    """How many of the wanted calls were not made; None where another one was, or none can be."""
    if said is None:
        return None
    left = list(wanted)
    for call in said:
        place = next((at for at, other in enumerate(left) if call.same_as(other)), None)
        if place is None:
            return None
        del left[place]
    return len(left)
