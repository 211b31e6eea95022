"""Groups probes that are one text or one template, so that they do not count as independent."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ftguard.probes.alike.skeleton import Skeleton, skeleton, vocabulary
from ftguard.probes.probe import Probe
from ftguard.probes.query import own_prompt

OWN_TASK = 0.5
"""A group that is so large a share of what is measured is the task itself."""
OWN_SLICE = 40
"""A slice of so many probes is measured for itself, as the worst of a tail may be."""

_FEW_PLACES = 8
"""A few other words stand at no more places of a text, also where they are repeated."""
_Text = tuple[str, Skeleton | tuple[str, ...]]
"""The kind of a probe and what it asks."""


def alike(probes: Sequence[Probe]) -> dict[str, str]:
    """Which probes are alike, but for what a template is filled in with.

    Two are where their texts, options included, are the same once what varies is masked (see
    `skeleton`), or where they differ in one in six of the words of the sentences in which they do.
    Only texts of one shape, with masks at the same places, are compared, each with the first of
    every group; nothing depends on chance.

    A probe that says its `source` is in no group: the user knows better. A likelihood companion is
    in that of the probe whose reference it reads. Answers and likelihoods, which are never measured
    together, have groups of their own.

    Args:
        probes: of one role.

    Returns:
        The name of its group for each probe that is alike to another.
    """
    untold = [p for p in probes if p.source is None and p.companion_of is None]
    known = vocabulary(text for probe in untold for text in _texts(probe))
    same: dict[_Text, list[str]] = defaultdict(list)
    for probe in untold:
        bones = _skeleton(probe, known)
        same[probe.kind, bones if bones.is_template else _plain(probe)].append(probe.id)
    found = {name: names[0] for names in same.values() for name in names}
    for text, first in _nearly_the_same(same).items():
        found.update(dict.fromkeys(same[text], first))
    sizes = Counter(found.values())
    grouped = {name: f"alike: {first}" for name, first in found.items() if sizes[first] > 1}
    companions = {
        p.id: grouped[p.companion_of]
        for p in probes
        if p.source is None and p.companion_of in grouped
    }
    return grouped | companions


def _nearly_the_same(same: Mapping[_Text, Sequence[str]]) -> dict[_Text, str]:
    """Texts that are like an earlier one of their shape, and the first probe of that."""
    shapes: dict[object, list[tuple[_Text, Skeleton]]] = defaultdict(list)
    for kind, text in same:
        if isinstance(text, Skeleton):
            shapes[kind, text.shape].append(((kind, text), text))
    found: dict[_Text, str] = {}
    for members in shapes.values():
        numbers: dict[str, int] = {}
        tokens = np.array(
            [
                [numbers.setdefault(token, len(numbers)) for s in text.sentences for token in s]
                for _, text in members
            ]
        )
        firsts: list[int] = []
        for place, (name, text) in enumerate(members):
            apart = (tokens[firsts] != tokens[place]).sum(axis=1)
            near = (members[firsts[i]] for i in np.flatnonzero(apart <= _FEW_PLACES))
            first = next((other for other, bones in near if bones.is_like(text)), None)
            if first is None:
                firsts.append(place)
            else:
                found[name] = same[first][0]
    return found


def with_sources(probes: Sequence[Probe], groups: Mapping[str, str]) -> tuple[Probe, ...]:
    """The probes of one role, the group as the `source` of those that are in one.

    A group that is half of its role's answers (or likelihoods) or more, or of a slice of 40 of
    them, stays apart: its probes are independent draws of what is measured there. Of a task that is
    one template throughout (`17 * 23 = ?`, one instruction around every query) the template is no
    accident that another sample would not have; all it can do is what the task asks, and read as
    one cluster it would leave a single observation. Where a template is a smaller part, another
    sample of such probes would have had another one, and what a checkpoint does to it, it does to
    all of its probes at once: that is what intervals have to count.

    Args:
        probes: of one role.
        groups: as `alike` found them; an edge case is in the group of what it was made from.
    """
    mains = [probe for probe in probes if probe.companion_of is None]
    whole = Counter(probe.kind for probe in mains)
    slices = Counter((probe.kind, name) for probe in mains for name in probe.slices)
    held = Counter((probe.kind, groups.get(probe.id)) for probe in mains)
    inside = Counter((p.kind, name, groups.get(p.id)) for p in mains for name in p.slices)
    own = {group for (kind, group), count in held.items() if count >= OWN_TASK * whole[kind]} | {
        group
        for (kind, name, group), count in inside.items()
        if slices[kind, name] >= OWN_SLICE and count >= OWN_TASK * slices[kind, name]
    }
    return tuple(
        probe
        if (group := groups.get(probe.id)) is None or group in own
        else replace(probe, source=group)
        for probe in probes
    )


def counted(probes: Sequence[Probe], groups: Mapping[str, str]) -> str:
    """One sentence on the groups among the probes of one role; empty where there is none."""
    mains = [probe for probe in probes if probe.companion_of is None]
    sizes = Counter(
        p.source for p in mains if p.source is not None and p.source == groups.get(p.id)
    )
    sizes = Counter({name: size for name, size in sizes.items() if size > 1})
    if not sizes:
        return ""
    role = f"{mains[0].role} " if mains[0].role else ""
    groups_of = "1 group" if len(sizes) == 1 else f"{len(sizes)} groups"
    return (
        f"{sizes.total()} of {len(mains)} {role}probes are alike but for numbers or names: "
        f"{groups_of}, each one cluster (`source` on a probe says otherwise)"
    )


def _skeleton(probe: Probe, known: frozenset[str]) -> Skeleton:
    """Of its texts in order, and of its options in whatever order they stand."""
    options = sorted(skeleton([choice], known).sentences for choice in probe.choices)
    asked = skeleton(_texts(probe)[: -len(probe.choices) or None], known).sentences
    flat = (tuple(token for sentence in option for token in sentence) for option in options)
    return Skeleton(sentences=(*asked, *flat))


def _texts(probe: Probe) -> list[str]:
    prompt = own_prompt(probe)
    texts = [prompt] if isinstance(prompt, str) else [message["content"] for message in prompt]
    read = probe.references[:1] if probe.kind == "likelihood" else ()
    return [*texts, *read, *probe.choices]


def _plain(probe: Probe) -> tuple[str, ...]:
    return tuple(" ".join(text.split()).casefold() for text in _texts(probe))
