"""Makes probes of tasks whose answers are written, scored by the task's own filters and metric."""

from collections.abc import Mapping, Sequence
from typing import Any

from ftguard.errors import InputError
from ftguard.probes.benchmarks.harness import Loaded
from ftguard.probes.benchmarks.item import Item, Taken
from ftguard.probes.benchmarks.metric import DOC, own_metric, scorer_of
from ftguard.probes.probe import Probe
from ftguard.probes.verbatim import Verbatim

ROOM = ("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens")
"""By which a task says how long an answer may be; of several the first counts."""
DEFAULT_ROOM = 256
"""What lm-eval gives where a task says nothing."""


def generated_probes(loaded: Loaded, items: Sequence[Item], metric: str | None) -> Taken:
    """A greedy answer up to the task's own ends, scored as the task does.

    Raises:
        InputError: it asks several answers of a document, or none of its metrics is of an answer.
    """
    if any(len(item.arguments) > 1 for item in items):
        raise InputError(
            f"lm-eval's task `{loaded.name}` asks several things of each document. Leave it out."
        )
    task, first = loaded.task, items[0]
    trials = [[text] for text in (*_references(task, first.doc)[:1], "")]
    chosen = own_metric(task, metric, first.doc, trials)
    scorer = scorer_of(task, chosen, {item.number: item.doc for item in items}, read=False)
    probes = tuple(_probe(task, item, scorer) for item in items)
    return Taken(probes=probes, scored_by=f"`{chosen}`, its own metric")


def _probe(task: Any, item: Item, scorer: Any) -> Probe:
    how: Mapping[str, Any] = item.arguments[0][1]
    until = how.get("until") or ()
    room = next((how[name] for name in ROOM if how.get(name) is not None), DEFAULT_ROOM)
    return Probe(
        id=item.id,
        prompt=item.prompt or " ",
        reference=_references(task, item.doc) or None,
        scorer=scorer,
        slices=item.slices,
        max_new_tokens=int(room),
        verbatim=Verbatim(
            question=item.question, until=(until,) if isinstance(until, str) else tuple(until)
        ),
        columns={DOC: item.number},
    )


def _references(task: Any, doc: Any) -> tuple[str, ...]:
    """The right answers, as far as the document has them as texts or numbers."""
    if isinstance(task.config.doc_to_target, int):
        return ()  # A stand-in, where a task's own code knows what is right.
    target = task.doc_to_target(doc)
    if task.config.doc_to_choice is not None and isinstance(target, int):
        target = task.doc_to_choice(doc)[target]
    several = target if isinstance(target, (list, tuple)) else [target]
    texts = [str(each) for each in several if isinstance(each, (str, int, float))]
    return tuple(dict.fromkeys(text for text in texts if text.strip()))
