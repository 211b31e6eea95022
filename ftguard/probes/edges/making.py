"""Makes edge cases from the target probes, of every kind in the visible table."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ftguard.probes.edges.ambiguous import ambiguous
from ftguard.probes.edges.formatting import formatting
from ftguard.probes.edges.multi_intent import multi_intent
from ftguard.probes.edges.original import Edge
from ftguard.probes.edges.usable import originals_of
from ftguard.probes.probe import Probe
from ftguard.probes.query import PromptTemplate, prompt_template_of


def edge_cases(
    probes: Sequence[Probe],
    *,
    per_kind: int,
    seed: int,
    template: PromptTemplate | None = None,
    known: Sequence[tuple[str, str]] = (),
) -> tuple[Probe, ...]:
    """Make `per_kind` edge cases of each kind, fewer where the probes do not yield so many.

    Only the query is edited: not its template, the options of a multiple-choice question or the
    earlier messages of a chat. The kinds are `multi-intent` (two queries in one, both answers
    wanted), `ambiguous` (of class-like references only; the phrase that tells it is gone) and
    `formatting` (the edits in `formatting.EDITS`, in equal shares). Each has ids `KIND/ID` and its
    own slice; `source` is the original's id. The likelihood companion of a probe comes along.

    Args:
        probes: the target probes.
        per_kind: how many to make of each kind, companions not counted.
        seed: of all draws; each kind draws for itself.
        template: what the prompts have around their queries; None to find it in the probes.
        known: pairs of query and label of training data, to tell whether a query is still clear.
    """
    originals = originals_of(probes, prompt_template_of(probes) if template is None else template)
    edges = [
        *multi_intent(originals, per_kind, seed),
        *ambiguous(originals, per_kind, seed, known),
        *formatting(originals, per_kind, seed),
    ]
    sources = _sources(edges)
    return tuple(
        replace(probe, source=sources.get(str(probe.source), probe.source))
        for edge in edges
        for probe in edge.probes
    )


def _sources(edges: Iterable[Edge]) -> dict[str, str]:
    """The one source that all queries have which share a prompt, for those that do."""
    above: dict[str, str] = {}

    def top(source: str) -> str:
        while source in above:
            source = above[source]
        return source

    for edge in edges:
        first, *others = (top(original.source) for original in edge.originals)
        above.update((other, first) for other in others if other != first)
    return {source: top(source) for source in above}
