"""Gathers all that is asked in one run: leaks taken out, the tail found, each set drawn to size."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from textwrap import shorten

from ftguard.probes.alike.groups import alike, counted, with_sources
from ftguard.probes.builtin import CANARY
from ftguard.probes.edges import edge_cases
from ftguard.probes.leaks.leak import Leak
from ftguard.probes.probe import JUDGED, OPEN, Probe, Role
from ftguard.probes.query import last_text, prompt_template_of
from ftguard.probes.sampling import draw, hold_back
from ftguard.probes.sets import Sets
from ftguard.probes.surveying import Survey
from ftguard.probes.tail import FAR, tail_of
from ftguard.text.formatting import percent

EDGE_SHARE = 5
"""Each kind of edge case gets a fifth of `max_probes`: 40 by default, enough to be gated alone."""
MUCH_LEAKED = 0.05
"""A larger share of a set in the training data is a finding about the split."""
SHOWN = 3
EXAMPLE = 150
"""Characters of an edge case that is shown."""
KINDS = ("multi-intent", "ambiguous", "formatting")


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """The probes of one run, with ids `ROLE/ID`, and what was done to get them."""

    probes: tuple[Probe, ...]
    leaks: tuple[Leak, ...]
    """Probes that stand in the training data (left out), or are only similar to it (kept)."""
    notes: tuple[str, ...]
    """One sentence for each thing that was found, left out or drawn."""


def gather(sets: Sets, survey: Survey) -> Gathered:
    """Draw at most `max_probes` answers and likelihoods of each set, without the leaked ones.

    The tail's edge cases come on top, a fifth of `max_probes` of each kind. Probes that are alike
    but for what a template is filled in with get a `source` that says so, unless they have one.
    """
    clean = [probe for probe in sets.given if not _is_leaked(probe, survey)]
    roles: dict[Role, Sequence[Probe]] = {
        role: tuple(probe for probe in clean if probe.role == role)
        for role in ("target", "general", "tail", "calibration")
    }
    groups = {name: group for probes in roles.values() for name, group in alike(probes).items()}
    edges: tuple[Probe, ...] = ()
    if sets.tail is None:
        roles["tail"] = _found(roles["target"], sets, survey)
        edges = _edges(roles["target"], sets, survey)
        groups |= {_in_tail_id(p.id): groups[p.id] for p in roles["target"] if p.id in groups}
        groups |= {p.id: groups[p.source] for p in edges if p.source in groups}
    else:
        far = frozenset(survey.far)
        roles["tail"] = [
            replace(p, slices=(*p.slices, FAR)) if p.id in far else p for p in roles["tail"]
        ]
    gathered: list[Probe] = []
    notes = [*sets.notes, *survey.notes, *_leak_notes(sets, survey)]
    if sets.target and not roles["target"]:
        notes.append(
            "NO TARGET IS LEFT: all of it is trained on, so that no gain is measured and nothing "
            "ranks the checkpoints; give `target` rows that are held out"
        )
    for role, probes in roles.items():
        drawn = draw(probes, sets.max_probes, sets.seed)
        if role == "target" and sets.holdout:
            drawn = hold_back(drawn, sets.holdout, sets.seed)
        gathered.extend(drawn)
        if len(drawn) < len(probes):
            notes.append(
                f"{role}: drew {len(drawn)} of {len(probes)} probes, stratified by slice "
                f"(seed {sets.seed}; `max_probes` changes it)"
            )
    gathered.extend(edges)
    by_role = [with_sources([p for p in gathered if p.role == role], groups) for role in roles]
    told = {probe.id: probe for probes in by_role for probe in probes}
    gathered = [told[probe.id] for probe in gathered]
    notes.extend(filter(None, (counted(probes, groups) for probes in by_role)))
    if sets.judged:
        gathered = [replace(p, scorer=JUDGED) if p.scorer == OPEN else p for p in gathered]
    return Gathered(
        probes=tuple(gathered),
        leaks=survey.leaks,
        notes=(*notes, *_composition(gathered)),
    )


def _is_leaked(probe: Probe, survey: Survey) -> bool:
    return probe.id in survey.leaked or probe.companion_of in survey.leaked


def _found(target: Sequence[Probe], sets: Sets, survey: Survey) -> tuple[Probe, ...]:
    labels = [row.answer for row in sets.train_dataset.rows if row.answer]
    labels = labels or [answer for _, answer in survey.known]
    return tuple(_in_tail(probe) for probe in tail_of(target, labels, survey.far))


def _edges(target: Sequence[Probe], sets: Sets, survey: Survey) -> tuple[Probe, ...]:
    found = edge_cases(
        target,
        per_kind=max(1, sets.max_probes // EDGE_SHARE),
        seed=sets.seed,
        template=prompt_template_of(sets.target),
        known=survey.known,
    )
    return tuple(_in_tail(probe) for probe in found)


def _in_tail(probe: Probe) -> Probe:
    return replace(probe.renamed(_in_tail_id), role="tail")


def _in_tail_id(name: str) -> str:
    return f"tail/{name.replace('target/', '', 1)}"


def _leak_notes(sets: Sets, survey: Survey) -> Iterator[str]:
    sizes = Counter(p.role for p in sets.given if p.companion_of is None)
    roles = {probe.id: probe.role for probe in sets.given}
    for leak in survey.leaks:
        if leak.probe_id == CANARY:
            yield (
                f"FINDING: files of ftguard's built-in probes are in the training data (their "
                f"canary stands in {leak.where}): leave them out of it"
            )
    for role, size in sizes.items():
        leaks = [leak for leak in survey.leaks if roles.get(leak.probe_id) == role]
        counted = [leak for leak in leaks if leak.is_leak]
        close = [leak for leak in leaks if not leak.is_leak]
        if counted:
            much = len(counted) > MUCH_LEAKED * size
            share = percent(len(counted) / size)
            finding = f"FINDING, {share} of the set (split before training): " if much else ""
            yield (
                f"{role}: {finding}{len(counted)} of {size} probes stand in the training data "
                f"({_kinds(counted)}) and are left out, such as {_pairs(counted)}"
            )
        if close:
            yield (
                f"{role}: {len(close)} of {size} probes are close to a training text (kept), such "
                f"as {_pairs(close)}"
            )


def _kinds(leaks: Sequence[Leak]) -> str:
    kinds = Counter(leak.kind for leak in leaks)
    return ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())


def _pairs(leaks: Sequence[Leak]) -> str:
    shown = [f"`{leak.probe_id}` ({leak.kind}, {leak.where})" for leak in leaks[:SHOWN]]
    return ", ".join(shown)


def _composition(probes: Sequence[Probe]) -> Iterator[str]:
    tail = [p for p in probes if p.role == "tail" and p.companion_of is None]
    sizes = Counter(name for probe in tail for name in probe.slices)
    if sizes:
        yield "tail: " + ", ".join(f"{count} {name}" for name, count in sizes.most_common())
    for kind in KINDS:
        made = next((probe for probe in tail if kind in probe.slices and probe.source), None)
        if made is not None:
            text = " ".join(last_text(made).split())
            yield f"tail: {kind}, such as: {shorten(text, EXAMPLE, placeholder=' ...')}"
    unscored = Counter(str(p.role) for p in probes if p.scorer == OPEN)
    for role, count in unscored.items():
        yield (
            f"{role}: {count} open probes have no reference: they count for drift, and wait for a "
            "judge or people"
        )
