"""Makes `Original`, a target probe whose query can be edited, and `Edge`, what was made of it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from random import Random

from ftguard.probes.edges.english import is_english
from ftguard.probes.edges.fixed import fixed, places
from ftguard.probes.probe import LIKELIHOOD, Message, Probe
from ftguard.probes.query import Frame, last_text

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_SENTENCE_END = re.compile(r"(?:[.!?\u2026\u3002\uff01\uff1f]|\n)\s*\Z")


@dataclass(frozen=True, kw_only=True)
class Original:
    """A target probe with its query, and what an edit of that must leave as it is."""

    probe: Probe
    companion: Probe | None
    """The probe that reads the likelihood of its reference, where there is one."""
    frame: Frame
    query: str
    """Without blanks around it."""
    fixed: frozenset[int]
    """Positions in the query that no edit touches: code, numbers, quotations and the like."""
    answers: frozenset[int]
    """Positions of a reference or an option that the query holds."""
    named: frozenset[str]
    """Words of the references, the options and the constraints."""
    english: bool
    """Whether the set that it is from is English."""
    vocabulary: frozenset[str]
    """All words of that set's queries."""

    @property
    def source(self) -> str:
        """What edges made from it share."""
        return self.probe.source or self.probe.id

    @property
    def is_copied(self) -> bool:
        """Whether the answer repeats words of the query and must repeat them as they are."""
        return self.probe.scorer == "exact_match" and not self.named.isdisjoint(
            words_of(self.query)
        )

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
                    prompt=prompt,
                    slices=slices,
                    tier=None,
                    source=self.source,
                    role=None,
                    held_back=False,
                )
                for probe in probes
            ),
        )

    def asking(self, query: str) -> str | Sequence[Message]:
        """The prompt with another query, in the same frame and between the same blanks."""
        given = self.frame.query(self.probe)
        start = len(given) - len(given.lstrip())
        whole = given[:start] + query + given[start + len(self.query) :]
        return self.frame.asking(self.probe, whole).prompt


@dataclass(frozen=True, kw_only=True)
class Edge:
    """One edge case."""

    originals: tuple[Original, ...]
    """What it was made from: one, or two where two queries are joined."""
    probes: tuple[Probe, ...]
    """The probe, and the companion that reads the likelihood of its reference."""


def originals_of(probes: Sequence[Probe], frame: Frame) -> tuple[Original, ...]:
    """The probes whose prompt has a query that can be edited apart from the rest."""
    by_id = {probe.id: probe for probe in probes}
    alone = [p for p in probes if p.companion_of not in by_id and _has_query(p, frame)]
    queries = [frame.query(probe).strip() for probe in alone]
    vocabulary = frozenset(word for query in queries for word in words_of(query))
    english = is_english(queries)
    found = []
    for probe, query in zip(alone, queries, strict=True):
        demanded = [text for c in probe.constraints for text in _texts(c.arguments)]
        answers = [*probe.references, *probe.choices]
        found.append(
            Original(
                probe=probe,
                companion=by_id.get(f"{probe.id}#{LIKELIHOOD}"),
                frame=frame,
                query=query,
                fixed=fixed(query) | places(query, demanded),
                answers=places(query, answers),
                named=frozenset(word for text in answers + demanded for word in words_of(text)),
                english=english,
                vocabulary=vocabulary,
            )
        )
    return tuple(found)


def words_of(text: str) -> list[str]:
    """The words of a text in lower case."""
    return [word.lower().replace("\u2019", "'") for word in _WORD.findall(text)]


def in_order(originals: Iterable[Original], seed: int, kind: str) -> list[Original]:
    """The originals in an order that the seed and the kind decide, whatever order they come in."""
    return sorted(originals, key=lambda o: sha256(_name(seed, kind, o).encode()).digest())


def generator_of(seed: int, kind: str, original: Original) -> Random:
    """A generator of its own for each kind of edge and each original."""
    return Random(_name(seed, kind, original))  # noqa: S311


def _name(seed: int, kind: str, original: Original) -> str:
    return f"{seed}/{kind}/{original.probe.id}"


def _has_query(probe: Probe, frame: Frame) -> bool:
    if not isinstance(probe.prompt, str) and probe.prompt[-1]["role"] != "user":
        return False
    before, query, after = frame.split(probe)
    if not query.strip() or last_text(probe) != before + query + after:
        return False
    # Earlier turns of a chat that is written as text; options that are listed within the query.
    if (before.strip() and before.strip() in query) or _lists(query, probe.choices):
        return False
    return not (isinstance(probe.prompt, str) and not after.strip() and _is_continued(probe))


def _is_continued(probe: Probe) -> bool:
    """Whether the text that is read goes on within the prompt's last sentence."""
    start = probe.references[0].lstrip()[:1] if probe.kind == "likelihood" else ""
    mid_sentence = start.islower() or start in tuple(",.;:)'\u2019-")
    return mid_sentence and not _SENTENCE_END.search(last_text(probe))


def _lists(query: str, choices: Sequence[str]) -> bool:
    mark = r"(?:^|\s)(?:[-*\u2022]|\(?[A-Za-z0-9][.):])\s*"
    return any(re.search(mark + re.escape(choice), query) for choice in choices)


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
