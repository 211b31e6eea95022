"""Two queries in one: both are asked in one message, and both answers are wanted."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import islice
from random import Random

from ftguard.probes.constraint import Constraint
from ftguard.probes.edges.accepted import accepted, contained_in_others, holds
from ftguard.probes.edges.original import Edge, Original, generator_of, in_order
from ftguard.probes.probe import CONSTRAINTS, LIKELIHOOD, Probe

SLICE = "multi-intent"
LABELLED, NUMERIC = ("normalized_match", "exact_match"), "numeric"
LONG = 160
"""A longer query, in characters, has a paragraph of its own."""
RUNNING_ON = (
    "{} and also {}",
    "{}, and {}",
    "{}, also {}",
    "{} and besides that {}",
    "{}, and while we're at it, {}",
)
"""For queries that are written in small letters and end without a full stop."""
IN_SENTENCES = (
    "{} Also: {}",
    "{} And another thing: {}",
    "{} Besides that: {}",
    "{} While we're at it: {}",
)
IN_PARAGRAPHS = ("{}\n\nAlso: {}", "{}\n\nAnd another thing: {}", "{}\n\nBesides that: {}")
MOST_TRIES = 50
"""So many others are looked at to find the second query."""
LEAST_TOKEN_BUDGET, MOST_TOKEN_BUDGET = 32, 256
"""Tokens for the answer of each query, where its probe does not say."""
CHARACTERS_PER_TOKEN = 3
SLACK = 2
"""More words than those of both answers are taken from a prompt that lists the answers only by
copying it."""


def multi_intent(originals: Sequence[Original], most: int, seed: int) -> tuple[Edge, ...]:
    """At most so many pairs; each query is in one of them, so that none counts twice."""
    return tuple(islice(_pairs(originals, seed), most))


def _pairs(originals: Sequence[Original], seed: int) -> Iterator[Edge]:
    contained = contained_in_others([o.probe for o in originals if o.probe.scorer in LABELLED])
    waiting = [o for o in in_order(originals, seed, SLICE) if _is_usable(o, contained)]
    while waiting:
        first = waiting.pop(0)
        near = waiting[:MOST_TRIES]
        at = next((at for at, other in enumerate(near) if _fit(first, other)), None)
        if at is not None:
            yield _joined(first, waiting.pop(at), generator_of(seed, SLICE, first))


def _is_usable(original: Original, contained: AbstractSet[str]) -> bool:
    probe = original.probe
    if probe.scorer in (*LABELLED, NUMERIC):
        return bool(accepted(probe)) and contained.isdisjoint(probe.references)
    return probe.kind == "likelihood"


def _fit(first: Original, second: Original) -> bool:
    """Whether two queries can stand in one prompt and be told apart by their answers."""
    same = first.probe.references[0].strip() == second.probe.references[0].strip()
    if same or _setting(first) != _setting(second):
        return False
    if first.probe.kind == "likelihood":
        return True
    ours, theirs = accepted(first.probe), accepted(second.probe)
    return not (
        any(holds(text, theirs) for text in first.probe.references)
        or any(holds(text, ours) for text in second.probe.references)
        or holds(f"{first.query}\n{second.query}", ours + theirs)
    )


def _setting(original: Original) -> tuple[object, ...]:
    """What two prompts must share so that their queries alone differ."""
    probe = original.probe
    parts = original.template.split(probe)
    earlier = None if isinstance(probe.prompt, str) else probe.prompt[:-1]
    around = parts.before + original.before, original.after + parts.after
    return around, earlier, probe.kind, original.companion is None


def _joined(first: Original, second: Original, generator: Random) -> Edge:
    edge = first.edge(SLICE, _in_one(first, second, generator), (SLICE,))
    name = f"{SLICE}/{first.probe.id}+{second.probe.id}"
    probe, *companions = edge.probes
    both = _read if probe.kind == "likelihood" else _asked
    return Edge(
        originals=(first, second),
        probes=(
            replace(both(probe, second.probe), id=name, companion_of=None),
            *(
                replace(_read(mine, theirs), id=f"{name}#{LIKELIHOOD}", companion_of=name)
                for mine, theirs in zip(companions, [second.companion], strict=False)
                if theirs is not None
            ),
        ),
    )


def _in_one(first: Original, second: Original, generator: Random) -> str:
    left, right = first.query, second.query
    if not first.english:
        return f"{left}\n\n{right}"
    if "\n" in left + right or max(len(left), len(right)) > LONG:
        return generator.choice(IN_PARAGRAPHS).format(left, right)
    is_ended = not (left[-1].isalnum() or left[-1] in ",;:")
    bare = left.rstrip(",;: ")
    if not is_ended and right[0].islower():
        return generator.choice(RUNNING_ON).format(bare, right)
    return generator.choice(IN_SENTENCES).format(left if is_ended else f"{bare}.", right)


def _asked(probe: Probe, second: Probe) -> Probe:
    """The first probe, which has the joined prompt, now wanting both answers."""
    groups = [list(accepted(probe)), list(accepted(second))]
    wanted = [group[0] for group in groups]
    return replace(
        probe,
        reference="\n".join(wanted),
        scorer=CONSTRAINTS,
        tolerance=None,
        constraints=(
            Constraint(id="keywords:any_of", arguments={"groups": groups}),
            *_not_copied(probe, groups),
        ),
        notes=f"two queries in one: both answers are wanted, {wanted[0]} and {wanted[1]}",
        max_new_tokens=_token_budget(probe) + _token_budget(second),
    )


def _not_copied(probe: Probe, groups: list[list[str]]) -> tuple[Constraint, ...]:
    """Keep a prompt that lists all answers, as those for classes do, from being one itself."""
    turns = (
        [probe.prompt] if isinstance(probe.prompt, str) else [m["content"] for m in probe.prompt]
    )
    if not holds("\n".join(turns), [phrase for group in groups for phrase in group]):
        return ()
    words = sum(max(len(re.findall(r"[^\W_]+", phrase)) for phrase in group) for group in groups)
    arguments = {"most_words": words + SLACK}
    return (Constraint(id="detectable_content:not_copied", arguments=arguments),)


def _token_budget(probe: Probe) -> int:
    guess = 2 * len(probe.references[0]) // CHARACTERS_PER_TOKEN
    return probe.max_new_tokens or min(MOST_TOKEN_BUDGET, max(LEAST_TOKEN_BUDGET, guess))


def _read(probe: Probe, second: Probe) -> Probe:
    """The first probe, which has the joined prompt, now read for both completions."""
    reference = f"{probe.references[0].rstrip()}\n{second.references[0].lstrip()}"
    return replace(probe, reference=reference)
