"""Finds the texts that a probe's constraints look for in an answer."""

from collections.abc import Iterator, Mapping, Sequence

from ftguard.probes.probe import Probe

UNNAMED = ("language", "relation", "let_relation", "capital_relation")
"""Arguments of constraints that are no words of the query."""
ANSWERS = tuple(f"My answer is {word}." for word in ("yes", "no", "maybe"))
"""What `detectable_format:constrained_response` wants one of."""


def demanded(probe: Probe) -> Iterator[str]:
    """Every text that the constraints look for in an answer."""
    for constraint in probe.constraints:
        if constraint.id == "detectable_format:constrained_response":
            yield from ANSWERS
        for name, value in constraint.arguments.items():
            if name not in UNNAMED:
                yield from _texts(value)


def _texts(value: object) -> Iterator[str]:
    """Every text within an argument of a constraint."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from _texts(inner)
