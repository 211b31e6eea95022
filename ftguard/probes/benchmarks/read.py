"""Makes probes of tasks whose texts are read: options, and continuations."""

from collections import Counter
from collections.abc import Sequence
from numbers import Integral
from typing import Any

from ftguard.errors import InputError
from ftguard.probes.benchmarks.harness import Loaded
from ftguard.probes.benchmarks.item import Item, Taken
from ftguard.probes.benchmarks.metric import DOC, OPTIONS, option_metric, own_metric, scorer_of
from ftguard.probes.probe import GREEDY, LIKELIHOOD, MULTIPLE_CHOICE, Probe
from ftguard.probes.verbatim import Per, Verbatim

SAID: dict[Per, str] = {
    "text": "the log-probability of the whole option",
    "character": "its log-probability over its number of characters",
    "byte": "its log-probability over its number of bytes",
}
UNGUIDED = -1.0
"""A log-probability of every option, to see what a metric gives."""


def choice_probes(loaded: Loaded, items: Sequence[Item], metric: str | None) -> Taken:
    """Multiple choice: of the options that are read after the prompt, the likeliest is chosen."""
    compared = option_metric(loaded.task, metric)
    if compared is None:
        return _own_choice_probes(loaded, items, metric)
    per, left_out = OPTIONS[compared], Counter[str]()
    probes = []
    for item in items:
        choices = tuple(map(str, loaded.task.doc_to_choice(item.doc)))
        right = _right(loaded.task, item, choices)
        if not right:
            left_out["say of none of their options that it is right"] += 1
        elif len(set(choices)) == 1 or not all(choice.strip() for choice in choices):
            left_out["have a blank option, or a single one"] += 1
        elif any(choices.count(choice) > 1 for choice in right):
            # lm-eval counts one of the two places as wrong, and which is left to rounding.
            left_out["have their right option twice"] += 1
        else:
            probes.append(
                Probe(
                    id=item.id,
                    prompt=item.prompt or " ",
                    choices=choices,
                    reference=right,
                    scorer=MULTIPLE_CHOICE,
                    slices=item.slices,
                    verbatim=_verbatim(item, len(choices), per),
                )
            )
    scored_by = f"`{compared}` ({SAID[per]})"
    return Taken(probes=tuple(probes), scored_by=scored_by, left_out=left_out)


def continued_probes(loaded: Loaded, items: Sequence[Item], metric: str | None) -> Taken:
    """A given continuation: whether greedy decoding writes it, and how likely it is per token."""
    names = loaded.task.higher_is_better()
    if callable(loaded.task.config.process_results) or metric not in (None, "acc"):
        raise InputError(
            f"lm-eval's task `{loaded.name}` reads a continuation and scores it in a way of its "
            "own: only `acc` (greedy decoding writes it) is taken. Leave it out."
        )
    probes: list[Probe] = []
    left_out = Counter[str]()
    for item in items:
        text = str(item.arguments[0][1])
        if not text.strip():
            left_out["have no continuation"] += 1
            continue
        read = Probe(
            id=item.id,
            prompt=item.prompt or " ",
            reference=text,
            scorer=LIKELIHOOD,
            slices=item.slices,
            verbatim=_verbatim(item, 1, "text"),
        )
        if "acc" not in names:
            probes.append(read)
            continue
        fields = {"slices": read.slices, "verbatim": read.verbatim, "prompt": read.prompt}
        probes.append(Probe(id=item.id, reference=text, scorer=GREEDY, **fields))  # type: ignore[arg-type]
        probes.append(
            Probe(
                id=f"{item.id}#{LIKELIHOOD}",
                reference=text,
                scorer=LIKELIHOOD,
                companion_of=item.id,
                **fields,  # type: ignore[arg-type]
            )
        )
    greedy = "`acc` (greedy decoding writes the continuation) and "
    scored_by = f"{greedy * ('acc' in names)}its likelihood per token"
    return Taken(probes=tuple(probes), scored_by=scored_by, left_out=left_out)


def _own_choice_probes(loaded: Loaded, items: Sequence[Item], metric: str | None) -> Taken:
    """Options that the task's own code compares."""
    task = loaded.task
    options = [len(task.doc_to_choice(item.doc)) for item in items]
    trials = [[(UNGUIDED, greedy)] * options[0] for greedy in (False, True)] if items else []
    chosen = own_metric(task, metric, items[0].doc, trials)
    scorer = scorer_of(task, chosen, {item.number: item.doc for item in items}, read=True)
    probes = tuple(
        Probe(
            id=item.id,
            prompt=item.prompt or " ",
            choices=tuple(map(str, task.doc_to_choice(item.doc))),
            scorer=scorer,
            slices=item.slices,
            verbatim=_verbatim(item, size, "text"),
            columns={DOC: item.number},
        )
        for item, size in zip(items, options, strict=True)
    )
    return Taken(probes=probes, scored_by=f"`{chosen}`, its own metric")


def _verbatim(item: Item, size: int, per: Per) -> Verbatim:
    """The first so many requests: lm-eval may read options without their context after them."""
    reads = tuple((str(context), str(text)) for context, text, *_ in item.arguments[:size])
    return Verbatim(question=item.question, reads=() if item.is_chat else reads, per=per)


def _right(task: Any, item: Item, choices: Sequence[str]) -> tuple[str, ...]:
    gold = task.doc_to_text(item.doc) if task.multiple_input else task.doc_to_target(item.doc)
    found = []
    for one in gold if isinstance(gold, (list, tuple)) else [gold]:
        if isinstance(one, str) and one in choices:
            found.append(one)
        elif isinstance(one, Integral) and 0 <= int(one) < len(choices):
            found.append(choices[int(one)])
    return tuple(dict.fromkeys(found))
