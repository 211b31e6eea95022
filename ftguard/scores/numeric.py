"""Numeric match: the answer's final number equals the reference's."""

import math

from ftguard.ask.answer import Answer
from ftguard.probes.numbers import FINAL, NUMBER
from ftguard.probes.probe import Probe
from ftguard.scores.finished import finished_text
from ftguard.scores.record import Unscorable

RELATIVE_TOLERANCE = 1e-6


def numeric(probe: Probe, answer: Answer) -> float:
    """1 where the final number is that of a reference (to 1e-6, relative, or the probe's own
    tolerance), else 0; no number is a wrong answer.
    """  # noqa: D205
    said = final_number(finished_text(answer), ended=answer.finish == "stop")
    wanted = [final_number(reference) for reference in probe.references]
    if None in wanted:
        raise Unscorable("the reference holds no number")
    close = {"rel_tol": RELATIVE_TOLERANCE}
    if probe.tolerance is not None:
        # The margin keeps decimal fractions that are not exact in binary on the right side.
        close = {"rel_tol": 0.0, "abs_tol": probe.tolerance * (1 + RELATIVE_TOLERANCE)}
    return float(
        said is not None and any(math.isclose(said, w, **close) for w in wanted if w is not None)
    )


def final_number(text: str, *, ended: bool = True) -> float | None:
    """The number that a text ends up with, or None.

    It follows the first `####` where there is one (as GSM8K writes it); else it is the first line
    where that is nothing but a number (a base model without a stop token runs on); else it is the
    last number of a text that came to its end.
    """
    _, marker, after = text.partition(FINAL)
    first_line = text.strip().partition("\n")[0].strip().rstrip(".")
    if not marker and NUMBER.fullmatch(first_line):
        return _value(first_line)
    found = NUMBER.findall(after if marker else text)
    if not found or not (marker or ended):
        return None
    return _value(found[0] if marker else found[-1])


def _value(number: str) -> float:
    return float(number.replace(",", ""))
