"""Finds probes that occur in the training data, word for word or nearly so."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from ftguard.probes.builtin import CANARY
from ftguard.probes.leaks.leak import Leak
from ftguard.probes.leaks.leak_search import index_of, leaks_in, similar_in
from ftguard.probes.leaks.search_terms import (
    edges,
    prompt_templates_of,
    search_terms_of,
    terms_of_text,
)
from ftguard.probes.leaks.training_row import TrainingRow, reduced
from ftguard.probes.leaks.within import Undecided, Within
from ftguard.probes.probe import Probe
from ftguard.probes.query import PromptTemplate

_CHUNK = 2**20
"""Bytes of training text that are searched at once."""
_PAIRS = 2**22
"""Pairs of a training text and a probe's that are compared at once."""


def find_leaks(
    probes: Sequence[Probe],
    texts: Iterable[tuple[str, Sequence[str]]],
    *,
    templates: Sequence[PromptTemplate] | None = None,
    progress: Callable[[int], object] | None = None,
) -> tuple[Leak, ...]:
    """Find the probes, and ftguard's canary, that stand in the training data.

    Searched for are the whole prompt of each probe and its query alone; where a given text is
    read for its likelihood, that text. Case, punctuation and spacing do not count.

    Args:
        probes: what is asked, each under an id of its own.
        texts: of each training row, where it stands and its pieces of text; read once, in chunks.
        templates: what the prompts of a set share; None to tell it from the probes of each role.
        progress: told after each chunk how many rows have been searched.

    Returns:
        At most one leak of each probe, the strongest and of those the first, in the probes'
        order; then the canary's.
    """
    templates = prompt_templates_of(probes) if templates is None else templates
    terms = [*search_terms_of(probes, templates), *terms_of_text(CANARY, CANARY)]
    around = [edges(template) for template in templates]
    index, undecided = index_of(terms, around), Undecided(terms, around)
    leaks: dict[str, Leak] = {}
    similar: dict[str, Leak] = {}
    num_rows = 0
    for rows in _chunks(texts, max(1, _PAIRS // max(1, len(index.short)))):
        undecided.see(rows)
        for found in leaks_in(rows, index):
            if isinstance(found, Within):
                undecided.add(found)
            else:
                _add(leaks if found.is_leak else similar, found)
        for leak in similar_in(rows, index):
            _add(similar, leak)
        num_rows += len(rows)
        if progress is not None:
            progress(num_rows)
    for leak in undecided.decided():
        _add(leaks if leak.is_leak else similar, leak)
    strongest = similar | leaks
    names = (*(probe.id for probe in probes), CANARY)
    return tuple(strongest[name] for name in names if name in strongest)


def _chunks(
    texts: Iterable[tuple[str, Sequence[str]]], most_wholes: int
) -> Iterator[list[TrainingRow]]:
    rows: list[TrainingRow] = []
    size = wholes = 0
    for where, pieces in texts:
        row = reduced(where, pieces)
        if rows and (size + len(row.stream) > _CHUNK or wholes + len(row.wholes) > most_wholes):
            yield rows
            rows, size, wholes = [], 0, 0
        rows.append(row)
        size += len(row.stream)
        wholes += len(row.wholes)
    if rows:
        yield rows


def _add(found: dict[str, Leak], leak: Leak) -> None:
    old = found.get(leak.probe_id)
    if old is not None:
        stronger = leak if leak.strength > old.strength else old
        leak = replace(stronger, rows=old.rows + leak.rows)
    found[leak.probe_id] = leak
