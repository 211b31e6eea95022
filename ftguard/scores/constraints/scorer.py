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
    return _score(probe, [finished_text(answer)])


def loose_constraints(probe: Probe, answer: Answer) -> float:
    """1 where the answer, or what it wraps, meets every constraint of the probe, else 0.

    As in IFEval's loose accuracy (Zhou et al. 2023, 2311.07911) a first line such as "Sure, here
    it is:", a last one such as "Hope this helps!", and asterisks do not count.
    """
    return _score(probe, _variants(finished_text(answer).strip()))


def _score(probe: Probe, texts: list[str]) -> float:
    # Normalising takes quadratic time in a run of combining marks; no script needs 30 (UAX 15).
    bare = [_MARKS.sub(r"\1", text.strip()) for text in texts]
    return float(
        any(text and all(_meets(text, probe, c) for c in probe.constraints) for text in bare)
    )


def _variants(text: str) -> list[str]:
    _, _, below = text.partition("\n")
    above, _, _ = text.rpartition("\n")
    between = above.partition("\n")[2]
    plain = [text, below, above, between]
    return list(dict.fromkeys(plain + [variant.replace("*", "") for variant in plain]))


def _meets(text: str, probe: Probe, constraint: Constraint) -> bool:
    if constraint.id in CHECKS:
        return CHECKS[constraint.id](text, **constraint.arguments)
    prompt = probe.prompt
    if not isinstance(prompt, str):
        prompt = "\n".join(message["content"] for message in prompt)
    return CHECKS_AGAINST_PROMPT[constraint.id](text, prompt, **constraint.arguments)
