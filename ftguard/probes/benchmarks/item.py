"""Makes `Item`, one document of a task with what lm-eval asks of it."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ftguard.probes.benchmarks.harness import Loaded
from ftguard.probes.probe import Message, Probe


@dataclass(frozen=True, kw_only=True)
class Item:
    """One document, and the requests that lm-eval makes of it."""

    number: int
    """The document's place in its split, which lm-eval calls `doc_id`."""
    id: str
    """`TASK-NUMBER`."""
    doc: Any
    prompt: str | tuple[Message, ...]
    """All that stands before the answer; of several contexts what they share."""
    question: str
    """What is asked, without the instructions and examples before it."""
    arguments: tuple[tuple[Any, ...], ...]
    """Of each request: the context, and what is read after it or how the answer is generated."""
    slices: tuple[str, ...]
    is_chat: bool

    @classmethod
    def of(cls, loaded: Loaded, number: int, requests: Sequence[Any], *, chat: bool) -> "Item":
        """A document as it is asked."""
        task, doc = loaded.task, requests[0].doc
        asked = task.doc_to_text(doc)
        contexts = [request.args[0] for request in requests]
        if isinstance(asked, str):
            prompt, question = contexts[0], asked
        else:
            # Options stand in the questions, and the same text is read after each.
            prompt = _shared(contexts)
            question = _shared(task.doc_to_choice(doc))
        return cls(
            number=number,
            id=f"{loaded.name}-{number}",
            doc=doc,
            prompt=tuple(json.loads(prompt)) if chat else prompt,
            question=question or str(prompt),
            arguments=tuple(tuple(request.args) for request in requests),
            slices=tuple(dict.fromkeys((*loaded.groups, loaded.name))),
            is_chat=chat,
        )


def _shared(texts: Sequence[str]) -> str:
    """The beginning that all of them have."""
    first, last = min(texts), max(texts)
    pairs = enumerate(zip(first, last, strict=False))
    return first[: next((at for at, (one, other) in pairs if one != other), len(first))]


@dataclass(frozen=True, kw_only=True)
class Taken:
    """The probes of a task, and what is said of them."""

    probes: tuple[Probe, ...]
    scored_by: str
    """After `scored by`."""
    left_out: Counter[str] = field(default_factory=Counter)
    """How many documents, by the reason after `documents that`."""
