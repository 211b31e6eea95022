"""Makes open probes from logged production queries: distinct, masked, drawn over topic and length.

They have no reference: they are for the judge, for people's ratings and for drift.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from ftguard.errors import InputError
from ftguard.probes.logs.duplicates import ends, near_duplicates, plain
from ftguard.probes.logs.logged import SHAPES, Prompt, task, turns
from ftguard.probes.logs.masking import Masked, masker
from ftguard.probes.logs.reservoir import Sample, sample
from ftguard.probes.logs.strata import Lengths, TextStratum, drawn, lengths, num_words
from ftguard.probes.logs.topics import MOST_TOPICS, NO_TOPIC, topics
from ftguard.probes.probe import OPEN, Message, Probe
from ftguard.probes.query import FEWEST, PromptTemplate, last_text, prompt_template_of

CANDIDATES = 20_000
"""Different queries that are kept of a log, at random, to draw from: enough for 20 of what makes up
a thousandth of it. They are what takes memory and time, however long the log is."""
PER_TOPIC = 10
"""Probes of a topic, on average, so that its slice says something."""
NEW_TOKENS = 256
"""Room for an open answer."""
_TEMPLATE = 200
"""Characters that prompts share at their beginning where they are made from one template."""


MaskText = Callable[[str], Masked]


@dataclass(frozen=True, kw_only=True)
class _Query:
    """One of the queries that are drawn from, and what it is drawn by."""

    number: int
    """In the log."""
    prompt: Prompt
    task: str
    """How the system message and a template begin; the same query may be asked in several."""
    text: str
    """The ends of what was said, without system messages and template: masked, made `plain`."""
    num_words: int
    """Of all that was said."""


@dataclass(frozen=True, kw_only=True)
class FromLogs:
    """What was drawn from a log."""

    probes: tuple[Probe, ...]
    note: str
    """What became of the log's rows, in one sentence."""


def probes_from_logs(
    rows: Iterable[tuple[str, Mapping[str, object] | InputError]],
    *,
    size: int = 200,
    seed: int = 0,
    mask: bool = True,
    region: str | None = "US",
    log: str = "the log",
) -> FromLogs:
    """Draw probes from a log.

    Each topic, and within it each length, gets its share of the draw and at least one probe while
    there is room. Lengths are thirds of this log, by words: fixed borders would put every query of
    a chat bot into one. System messages and templates around the queries stay in the probes; they
    tell tasks apart, whose queries may be the same, and count for nothing else. The same log gives
    the same probes for the same seed.

    Args:
        rows: pairs of where the row stands and the row.
        size: how many to draw.
        seed: of the draws and of the topics.
        mask: whether to replace what `masker` finds; its docstring says what it does not find.
        region: whose national phone numbers are known, as a two-letter country code.
        log: what a complaint calls the log.

    Raises:
        InputError: a row has no query, or there is none at all.
    """
    if size < 1:
        raise InputError(f"`size` must be at least 1, got {size}.")
    mask_text = masker(region) if mask else _unmasked
    read = sample(rows, max(CANDIDATES, 5 * size), seed)
    if not read.prompts:
        raise InputError(
            f"`{log}` holds no query ({_counted(read)}): log one request a line, as {SHAPES}."
        )
    queries = _queries(read.prompts, mask_text)
    num_found = len(queries)
    queries = _different(queries)
    of_length = lengths([query.num_words for query in queries])
    strata = _strata([query.text for query in queries], of_length, size, seed)
    places = drawn(strata, size, seed)
    found: list[Sequence[str]] = []
    probes = [_probe(queries[place], strata[place], mask_text, found) for place in places]
    parts = (
        _counted(read),
        _removed(read, num_found - len(queries)),
        _taken([strata[place] for place in places], len(queries), of_length, seed),
        _concealed(found) if mask else "identifiers not masked",
    )
    return FromLogs(probes=_related(probes), note=", ".join(parts))


def _unmasked(text: str) -> Masked:
    return Masked(text=text, found=())


def _queries(prompts: Mapping[int, Prompt], mask_text: MaskText) -> list[_Query]:
    asked = [Probe(id="query", prompt=prompt, scorer=OPEN) for prompt in prompts.values()]
    found = []
    for number, probe, (template, shared) in zip(prompts, asked, _templates(asked), strict=True):
        *earlier, last = turns(prompts[number])
        query = shared.query(probe) if last == last_text(probe) else last
        said = "\n".join((*earlier, query))
        found.append(
            _Query(
                number=number,
                prompt=prompts[number],
                task=f"{task(prompts[number])}\n{template}",
                text=plain(mask_text(ends(said)).text),
                num_words=num_words(said),
            )
        )
    return found


def _templates(probes: Sequence[Probe]) -> list[tuple[str, PromptTemplate]]:
    """The template around each probe's query: its beginning where a long one is shared, and all.

    Queries in one template would else all pass for near-duplicates and for one topic. Where none
    is shared by some, what all share is taken off, and the beginning is empty.
    """
    groups: dict[str, list[Probe]] = defaultdict(list)
    for probe in probes:
        groups[last_text(probe)[:_TEMPLATE]].append(probe)
    whole = "", prompt_template_of(probes)
    templates = {
        start: (start, prompt_template_of(group)) if len(group) >= FEWEST else whole
        for start, group in groups.items()
    }
    return [templates[last_text(probe)[:_TEMPLATE]] for probe in probes]


def _different(queries: Sequence[_Query]) -> list[_Query]:
    """Without near-duplicates within one task, in order."""
    tasks: dict[str, list[_Query]] = defaultdict(list)
    for query in queries:
        tasks[query.task].append(query)
    found: list[_Query] = []
    for group in tasks.values():
        repeated = frozenset(near_duplicates([query.text for query in group]))
        found += [query for place, query in enumerate(group) if place not in repeated]
    return sorted(found, key=lambda query: query.number)


def _probe(
    query: _Query, stratum: TextStratum, mask_text: MaskText, found: list[Sequence[str]]
) -> Probe:
    """The probe with every message masked; the kinds of what was masked are added to `found`."""
    kinds: list[str] = []
    found.append(kinds)

    def mask(text: str) -> str:
        masked = mask_text(text)
        kinds.extend(masked.found)
        return masked.text

    slices = [f"topic:{stratum.topic}", f"length:{stratum.length}"]
    return Probe(
        id=f"log-{query.number}",
        prompt=mask(query.prompt)
        if isinstance(query.prompt, str)
        else [Message(role=m["role"], content=mask(m["content"])) for m in query.prompt],
        scorer=OPEN,
        slices=slices[stratum.topic == NO_TOPIC :],
        max_new_tokens=NEW_TOKENS,
    )


def _strata(texts: Sequence[str], of_length: Lengths, size: int, seed: int) -> list[TextStratum]:
    most = min(MOST_TOPICS, max(1, size // PER_TOPIC))
    found = topics(texts, most=most, num_families=size, seed=seed)
    each = zip(found.names, of_length.names, found.families, strict=True)
    return [TextStratum(topic=t, length=n, family=f) for t, n, f in each]


def _related(probes: Sequence[Probe]) -> tuple[Probe, ...]:
    """The probes with one source for those of one chat, told by its first turn."""
    of_chats: dict[str, list[Probe]] = defaultdict(list)
    for probe in probes:
        of_chats[plain(turns(_prompt(probe))[0])].append(probe)
    sources = {
        probe.id: f"chat of {group[0].id}"
        for group in of_chats.values()
        if len(group) > 1
        for probe in group
    }
    return tuple(replace(probe, source=sources.get(probe.id)) for probe in probes)


def _prompt(probe: Probe) -> Prompt:
    return probe.prompt if isinstance(probe.prompt, str) else tuple(probe.prompt)


def _counted(read: Sample) -> str:
    """`12,345 logged queries`, and what else there was."""
    queries = f"{read.num_queries:,} logged {'query' if read.num_queries == 1 else 'queries'}"
    left_out = (
        f"{count:,} row{'s'[: count > 1]} {reason} left out"
        for reason, count in read.left_out.items()
    )
    return ", ".join((queries, *left_out))


def _removed(read: Sample, near: int) -> str:
    exact = f"{read.num_queries - read.num_different:,} exact"
    if len(read.prompts) == read.num_different:
        return f"{exact} and {near:,} near duplicates removed"
    return (
        f"{exact} duplicates removed, and {near:,} near ones from {len(read.prompts):,} of the "
        f"{read.num_different:,} different, taken at random"
    )


def _taken(strata: Sequence[TextStratum], num_left: int, of_length: Lengths, seed: int) -> str:
    many = f"{len(strata):,} drawn" if len(strata) < num_left else f"all {num_left:,} left taken"
    topic = len({stratum.topic for stratum in strata})
    length = len({stratum.length for stratum in strata})
    return (
        f"{many} over {topic} topic{'s'[: topic > 1]} and {length} length{'s'[: length > 1]} "
        f"(short to {of_length.short} words, long above {of_length.long}; seed {seed})"
    )


def _concealed(found: Sequence[Sequence[str]]) -> str:
    """`57 identifiers masked in 43 of them (40 EMAIL, 17 PHONE)`."""
    counts = Counter(chain(*found))
    if not counts:
        return "no identifiers found in them"
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in counts.most_common())
    return f"{counts.total():,} identifiers masked in {sum(map(bool, found)):,} of them ({kinds})"
