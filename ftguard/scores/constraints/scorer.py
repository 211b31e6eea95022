"""Constraints: the answer meets every demand that a program can check."""

import regex

from ftguard.ask.answer import Answer
from ftguard.probes.constraint import Constraint
from ftguard.probes.probe import Probe
from ftguard.scores.constraints.table import CHECKS, CHECKS_AGAINST_PROMPT
from ftguard.scores.finished import finished_text

_MARKS = regex.compile(r"(\p{M}{30})\p{M}+")


def constraints(probe: Probe, answer: Answer) -> float:
    """1 where the answer meets every constraint of the probe, else 0; silence meets none."""
    # Normalising takes quadratic time in a run of combining marks; no script needs 30 (UAX 15).
    text = _MARKS.sub(r"\1", finished_text(answer).strip())
    return float(bool(text) and all(_meets(text, probe, c) for c in probe.constraints))


def _meets(text: str, probe: Probe, constraint: Constraint) -> bool:
    if constraint.id in CHECKS:
        return CHECKS[constraint.id](text, **constraint.arguments)
    prompt = probe.prompt
    if not isinstance(prompt, str):
        prompt = "\n".join(message["content"] for message in prompt)
    return CHECKS_AGAINST_PROMPT[constraint.id](text, prompt, **constraint.arguments)
