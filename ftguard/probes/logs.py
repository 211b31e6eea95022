"""Makes open probes from logged production queries: distinct, masked, drawn over topic and length.

They have no reference: they are for the judge, for people's ratings and for drift.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ftguard.errors import InputError
from ftguard.probes.duplicates import near_duplicates, plain
from ftguard.probes.logged import SHAPES, Prompt, turns
from ftguard.probes.masking import Masked, masker
from ftguard.probes.probe import OPEN, Message, Probe
from ftguard.probes.query import FEWEST, Frame, frame_of, last_text
from ftguard.probes.reservoir import Sample, sample
from ftguard.probes.strata import Lengths, Stratum, drawn, lengths
from ftguard.probes.topics import MOST_TOPICS, NO_TOPIC, topics

CANDIDATES = 20_000
"""Different queries that are kept of a log, at random, to draw from: enough for 20 of what makes up
a thousandth of it. They are what takes memory and time, however long the log is."""
PER_TOPIC = 10
"""Probes of a topic, on average, so that its slice says something."""
NEW_TOKENS = 256
"""Room for an open answer."""
_TEMPLATE = 200
"""Characters that prompts share at their beginning where they are made from one template."""


@dataclass(frozen=True, kw_only=True)
class _Query:
    """A candidate and what it is drawn by."""

    probe: Probe
    text: str
    """What was said, without system messages and template, made `plain`."""
    masked: Sequence[str]
    """The kind of each identifier that was masked."""


def probes_from_logs(  # noqa: PLR0913
    rows: Iterable[tuple[str, Mapping[str, object]]],
    *,
    size: int = 200,
    seed: int = 0,
    mask: bool = True,
    region: str | None = "US",
    log: str = "the log",
) -> tuple[tuple[Probe, ...], tuple[str, ...]]:
    """Draw probes from a log, and say in one sentence what became of its rows.

    Each topic, and within it each length, gets its share of the draw and at least one probe while
    there is room. Lengths are thirds of this log, by words: fixed borders would put every query of
    a chat bot into one. System messages, and a template around the queries, stay in the probes
    and count for nothing else. The same log gives the same probes for the same seed.

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
    mask_text = masker(region) if mask else None
    read = sample(rows, max(CANDIDATES, 5 * size), seed)
    if not read.prompts:
        raise InputError(
            f"`{log}` holds no query ({_counted(read)}): log one request a line, as {SHAPES}."
        )
    queries = _queries(read.prompts, mask_text)
    repeated = frozenset(near_duplicates([query.text for query in queries]))
    queries = [query for place, query in enumerate(queries) if place not in repeated]
    strata, of_length = _strata([query.text for query in queries], size, seed)
    places = drawn(strata, size, seed)
    chosen = [queries[place] for place in places]
    parts = (
        _counted(read),
        _removed(read, len(repeated)),
        _taken([strata[place] for place in places], len(queries), of_length, seed),
        _concealed(chosen) if mask else "identifiers not masked",
    )
    sliced = map(_sliced, chosen, (strata[place] for place in places))
    return _related(tuple(sliced)), (", ".join(parts),)


def _queries(
    prompts: Mapping[int, Prompt], mask_text: Callable[[str], Masked] | None
) -> list[_Query]:
    masked: list[Sequence[str]] = []
    probes = []
    for number, prompt in prompts.items():
        found: list[str] = []
        probes.append(
            Probe(
                id=f"log-{number}",
                prompt=prompt if mask_text is None else _masked(prompt, mask_text, found),
                scorer=OPEN,
                max_new_tokens=NEW_TOKENS,
            )
        )
        masked.append(found)
    texts = map(_said, probes, _frames(probes))
    return [
        _Query(probe=probe, text=text, masked=found)
        for probe, text, found in zip(probes, texts, masked, strict=True)
    ]


def _masked(prompt: Prompt, mask_text: Callable[[str], Masked], found: list[str]) -> Prompt:
    """The prompt with every message masked; what was masked is added to `found`."""

    def mask(text: str) -> str:
        masked = mask_text(text)
        found.extend(masked.found)
        return masked.text

    if isinstance(prompt, str):
        return mask(prompt)
    return tuple(Message(role=turn["role"], content=mask(turn["content"])) for turn in prompt)


def _said(probe: Probe, frame: Frame) -> str:
    earlier = turns(_prompt(probe))[:-1]
    return plain("\n".join((*earlier, frame.query(probe))))


def _frames(probes: Sequence[Probe]) -> list[Frame]:
    """The template around each probe's query: its own, where a long one is shared, else the set's.

    Queries in one template would else all pass for near-duplicates and for one topic.
    """
    groups: dict[str, list[Probe]] = defaultdict(list)
    for probe in probes:
        groups[last_text(probe)[:_TEMPLATE]].append(probe)
    whole = frame_of(probes)
    frames = {
        start: frame_of(group) if len(group) >= FEWEST else whole for start, group in groups.items()
    }
    return [frames[last_text(probe)[:_TEMPLATE]] for probe in probes]


def _strata(texts: Sequence[str], size: int, seed: int) -> tuple[list[Stratum], Lengths]:
    most = min(MOST_TOPICS, max(1, size // PER_TOPIC))
    found = topics(texts, most=most, num_families=size, seed=seed)
    of_length = lengths(texts)
    each = zip(found.names, of_length.names, found.families, strict=True)
    return [Stratum(topic=t, length=n, family=f) for t, n, f in each], of_length


def _sliced(query: _Query, stratum: Stratum) -> Probe:
    slices = [f"topic:{stratum.topic}", f"length:{stratum.length}"]
    return replace(query.probe, slices=slices[stratum.topic == NO_TOPIC :])


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
    left_out = (f"{count:,} rows {reason} left out" for reason, count in read.left_out.items())
    return ", ".join((f"{read.num_queries:,} logged queries", *left_out))


def _removed(read: Sample, near: int) -> str:
    exact = f"{read.num_queries - read.num_different:,} exact"
    if len(read.prompts) == read.num_different:
        return f"{exact} and {near:,} near duplicates removed"
    return (
        f"{exact} duplicates removed, and {near:,} near ones from {len(read.prompts):,} of the "
        f"{read.num_different:,} different, taken at random"
    )


def _taken(strata: Sequence[Stratum], num_left: int, of_length: Lengths, seed: int) -> str:
    many = f"{len(strata):,} drawn" if len(strata) < num_left else f"all {num_left:,} left taken"
    topic = len({stratum.topic for stratum in strata})
    length = len({stratum.length for stratum in strata})
    return (
        f"{many} over {topic} topic{'s'[: topic > 1]} and {length} length{'s'[: length > 1]} "
        f"(short to {of_length.short} words, long above {of_length.long}; seed {seed})"
    )


def _concealed(queries: Sequence[_Query]) -> str:
    """`57 identifiers masked in 43 of them (40 EMAIL, 17 PHONE)`."""
    kinds = Counter(kind for query in queries for kind in query.masked)
    if not kinds:
        return "no identifiers found in them"
    in_them = sum(bool(query.masked) for query in queries)
    listed = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
    return f"{kinds.total():,} identifiers masked in {in_them:,} of them ({listed})"
