"""Emoji: a few neutral ones behind the query, and between its sentences."""

import re
from random import Random

from ftguard.probes.edges.fixed import free, replaced
from ftguard.probes.edges.original import Original

NEUTRAL = (
    "\N{SLIGHTLY SMILING FACE}",
    "\N{EYES}",
    "\N{SPEECH BALLOON}",
    "\N{SPARKLES}",
    "\N{MEMO}",
    "\N{THINKING FACE}",
)
MOST_BETWEEN = 2
_BETWEEN = re.compile(r"(?<=[a-z]{3}[.!?]) +(?=[A-Z])")


def emoji(original: Original, generator: Random) -> str | None:
    """The query with one or two emoji at its end, and up to two between its sentences."""
    query = original.query
    chosen = generator.sample(NEUTRAL, MOST_BETWEEN + 2)
    gaps = list(free(_BETWEEN, query, original.fixed | original.answers))
    gaps = sorted(generator.sample(gaps, min(MOST_BETWEEN, len(gaps))), key=re.Match.start)
    between = [(gap, f" {chosen.pop()} ") for gap in gaps]
    end = "".join(chosen[: generator.randint(1, 2)])
    return replaced(query, between) + ("\n" if query.endswith("```") else " ") + end
