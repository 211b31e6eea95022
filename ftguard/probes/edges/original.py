"""Makes `Original`, a target probe whose query can be edited, and `Edge`, what was made of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from random import Random

from ftguard.probes.edges.demanded import demanded
from ftguard.probes.edges.fixed import fixed, places
from ftguard.probes.edges.words import words_of
from ftguard.probes.probe import Message, Probe
from ftguard.probes.query import PromptTemplate

STRICT = ("detectable_format:matches", "detectable_format:json_schema")
"""Constraints that tell capital letters from small ones."""


@dataclass(frozen=True, kw_only=True)
class Original:
    """A target probe with its query, and what an edit of that must leave as it is."""

    probe: Probe
    companion: Probe | None
    """The probe that reads the likelihood of its reference, where there is one."""
    template: PromptTemplate
    before: str
    query: str
    """What is edited: what stands in the template without the blanks around it, and without a last
    line such as `Answer:`."""
    after: str
    """With `before`, what stands in the template around the query."""
    english: bool
    """Whether the set that it is from is English."""
    vocabulary: frozenset[str]
    """All words of that set's queries."""

    @cached_property
    def fixed(self) -> frozenset[int]:
        """Positions in the query that no edit touches: code, numbers, quotations and the like."""
        return fixed(self.query) | places(self.query, demanded(self.probe))

    @cached_property
    def answers(self) -> frozenset[int]:
        """Positions of a reference or an option that the query holds."""
        return places(self.query, (*self.probe.references, *self.probe.choices))

    @cached_property
    def named(self) -> frozenset[str]:
        """Words of the references, the options and the constraints."""
        texts = (*self.probe.references, *self.probe.choices, *demanded(self.probe))
        return frozenset(word for text in texts for word in words_of(text))

    @property
    def source(self) -> str:
        """What edges made from it share."""
        return self.probe.source or self.probe.id

    @property
    def is_copied(self) -> bool:
        """Whether the answer repeats words of the query and must repeat them as they are."""
        is_strict = self.probe.scorer == "exact_match" or any(
            constraint.id in STRICT for constraint in self.probe.constraints
        )
        return is_strict and not self.named.isdisjoint(words_of(self.query))

    def edge(
        self, kind: str, query: str, slices: tuple[str, ...], *, with_companion: bool = True
    ) -> "Edge":
        """The same probe, and its companion, with another query."""
        probes = [self.probe]
        if self.companion is not None and with_companion:
            probes.append(self.companion)
        prompt = self.asking(query)
        return Edge(
            originals=(self,),
            probes=tuple(
                replace(
                    probe,
                    id=f"{kind}/{probe.id}",
                    companion_of=None if probe is self.probe else f"{kind}/{self.probe.id}",
                    prompt=prompt,
                    slices=slices,
                    tier=None,
                    source=self.source,
                    role=None,
                    holdout=False,
                )
                for probe in probes
            ),
        )

    def asking(self, query: str) -> str | Sequence[Message]:
        """The prompt with another query in the place of its own."""
        return self.template.asking(self.probe, self.before + query + self.after).prompt


@dataclass(frozen=True, kw_only=True)
class Edge:
    """One edge case."""

    originals: tuple[Original, ...]
    """What it was made from: one, or two where two queries are joined."""
    probes: tuple[Probe, ...]
    """The probe, and the companion that reads the likelihood of its reference."""


def in_order(originals: Iterable[Original], seed: int, kind: str) -> list[Original]:
    """The originals in an order that the seed and the kind decide, whatever order they come in."""
    return sorted(originals, key=lambda o: sha256(_name(seed, kind, o).encode()).digest())


def generator_of(seed: int, kind: str, original: Original) -> Random:
    """A generator of its own for each kind of edge and each original."""
    return Random(_name(seed, kind, original))


def _name(seed: int, kind: str, original: Original) -> str:
    return f"{seed}/{kind}/{original.probe.id}"
