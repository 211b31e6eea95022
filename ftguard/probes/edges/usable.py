"""Finds the target probes whose queries can be edited apart from what is around them."""

import re
from collections.abc import Sequence

from ftguard.probes.edges.english import is_english
from ftguard.probes.edges.original import Original
from ftguard.probes.edges.words import words_of
from ftguard.probes.probe import TOOL_CALL, Probe
from ftguard.probes.query import PromptTemplate, last_text

_CUE = re.compile(r"\n[^\n:]{1,40}:\Z")
_MARK = r"(?:(?:^|\n)\s*[-*\u2022]|(?:^|\s)\(?[A-Za-z][.):]|(?:^|\s)\(?\d[.):](?=\s))\s*"
_SENTENCE_END = re.compile(r"(?:[.!?\u2026\u3002\uff01\uff1f]|\n)\s*\Z")


def originals_of(probes: Sequence[Probe], template: PromptTemplate) -> tuple[Original, ...]:
    """The probes whose prompt has a query that can be edited apart from the rest."""
    ids = {probe.id for probe in probes}
    companions = {p.companion_of: p for p in probes if p.kind == "likelihood"}
    alone = [p for p in probes if p.companion_of not in ids and _has_query(p, template)]
    parts = [_parts(template.query(probe)) for probe in alone]
    queries = [query for _, query, _ in parts]
    vocabulary = frozenset(word for query in queries for word in words_of(query))
    english = is_english(queries)
    return tuple(
        Original(
            probe=probe,
            companion=companions.get(probe.id),
            template=template,
            before=before,
            query=query,
            after=after,
            english=english,
            vocabulary=vocabulary,
        )
        for probe, (before, query, after) in zip(alone, parts, strict=True)
    )


def _parts(text: str) -> tuple[str, str, str]:
    before = text[: len(text) - len(text.lstrip())]
    query = _CUE.sub("", text.strip()).rstrip()
    return before, query, text[len(before) + len(query) :]


def _has_query(probe: Probe, template: PromptTemplate) -> bool:
    if not isinstance(probe.prompt, str) and probe.prompt[-1]["role"] != "user":
        return False
    # A call's arguments are words of the query, which an edit may misspell or take away. What a
    # reward is worked out from stands beside the prompt, and a benchmark is asked to the letter.
    if probe.scorer == TOOL_CALL or probe.verbatim or probe.columns or probe.kind == "preference":
        return False
    parts = template.split(probe)
    before, query, after = parts.before, parts.query, parts.after
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
    """Whether some option stands behind a bullet, a letter or a number."""
    held = [choice for choice in choices if choice in query]
    return any(re.search(_MARK + re.escape(choice), query) for choice in held)
