"""Finds the target probes whose queries can be edited apart from what is around them."""

import re
from collections.abc import Iterator, Mapping, Sequence

from ftguard.probes.edges.english import is_english
from ftguard.probes.edges.fixed import fixed, places
from ftguard.probes.edges.original import Original
from ftguard.probes.edges.words import words_of
from ftguard.probes.probe import LIKELIHOOD, Probe
from ftguard.probes.query import Frame, last_text

UNNAMED = ("language", "relation", "let_relation", "capital_relation")
"""Arguments of constraints that are no words of the query."""
_CUE = re.compile(r"\n[^\n:]{1,40}:\Z")
_SENTENCE_END = re.compile(r"(?:[.!?\u2026\u3002\uff01\uff1f]|\n)\s*\Z")


def originals_of(probes: Sequence[Probe], frame: Frame) -> tuple[Original, ...]:
    """The probes whose prompt has a query that can be edited apart from the rest."""
    by_id = {probe.id: probe for probe in probes}
    alone = [p for p in probes if p.companion_of not in by_id and _has_query(p, frame)]
    parts = [_parts(frame.query(probe)) for probe in alone]
    queries = [query for _, query, _ in parts]
    vocabulary = frozenset(word for query in queries for word in words_of(query))
    english = is_english(queries)
    found = []
    for probe, (before, query, after) in zip(alone, parts, strict=True):
        demanded = list(_demanded(probe))
        answers = [*probe.references, *probe.choices]
        found.append(
            Original(
                probe=probe,
                companion=by_id.get(f"{probe.id}#{LIKELIHOOD}"),
                frame=frame,
                before=before,
                query=query,
                after=after,
                fixed=fixed(query) | places(query, demanded),
                answers=places(query, answers),
                named=frozenset(word for text in answers + demanded for word in words_of(text)),
                english=english,
                vocabulary=vocabulary,
            )
        )
    return tuple(found)


def _parts(text: str) -> tuple[str, str, str]:
    before = text[: len(text) - len(text.lstrip())]
    query = _CUE.sub("", text.strip()).rstrip()
    return before, query, text[len(before) + len(query) :]


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


def _demanded(probe: Probe) -> Iterator[str]:
    """Every text that the constraints look for in an answer."""
    for constraint in probe.constraints:
        if constraint.id == "detectable_format:constrained_response":
            yield from (f"My answer is {word}." for word in ("yes", "no", "maybe"))
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
