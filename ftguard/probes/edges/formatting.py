"""Unusual formatting: the visible table of ways to write the same query oddly."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from types import MappingProxyType

from ftguard.probes.edges.caps import caps
from ftguard.probes.edges.emoji import emoji
from ftguard.probes.edges.no_punctuation import no_punctuation
from ftguard.probes.edges.original import Edge, Original, generator_of, in_order
from ftguard.probes.edges.pasted import pasted
from ftguard.probes.edges.preamble import preamble
from ftguard.probes.edges.typos import typos
from ftguard.probes.edges.whitespace import whitespace

Edit = Callable[[Original, Random], str | None]
"""The query, edited; None or the same query where the edit does not apply."""

SLICE = "formatting"
EDITS: Mapping[str, Edit] = MappingProxyType(
    {
        "caps": caps,
        "no-punctuation": no_punctuation,
        "typos": typos,
        "emoji": emoji,
        "whitespace": whitespace,
        "pasted": pasted,
        "preamble": preamble,
    }
)
"""Each edit under its name; its slice is `formatting-NAME`, within `formatting`."""


def formatting(originals: Sequence[Original], most: int, seed: int) -> tuple[Edge, ...]:
    """At most so many edges, the edits taking turns; one that runs out leaves its to the others."""
    usable = [original for original in originals if not _is_verbatim(original)]
    lanes = {name: _edges(name, usable, seed) for name in EDITS}
    taken: dict[str, list[Edge]] = {name: [] for name in EDITS}
    num_left = most
    while lanes and num_left > 0:
        for name in tuple(lanes)[:num_left]:
            edge = next(lanes[name], None)
            if edge is None:
                del lanes[name]
            else:
                taken[name].append(edge)
                num_left -= 1
    return tuple(edge for edges in taken.values() for edge in edges)


def _edges(name: str, originals: Sequence[Original], seed: int) -> Iterator[Edge]:
    for original in in_order(originals, seed, name):
        query = EDITS[name](original, generator_of(seed, name, original))
        if query is not None and query != original.query:
            yield original.edge(name, query, (SLICE, f"{SLICE}-{name}"))


def _is_verbatim(original: Original) -> bool:
    """Whether the answer must repeat the request word for word."""
    return any(c.id == "combination:repeat_prompt" for c in original.probe.constraints)
