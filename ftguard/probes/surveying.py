"""Makes `Survey`, what the training data says about the probes: which leaked, and which are far."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ftguard.probes.leaks.leak import Leak
from ftguard.probes.leaks.leakage import find_leaks
from ftguard.probes.novelty import FEWEST, Encoder, furthest, novelty
from ftguard.probes.probe import OPEN, Probe
from ftguard.probes.query import PromptTemplate, prompt_template_of
from ftguard.probes.sets import Sets

MOST_QUERIES = 20_000
"""Training queries that are kept to compare with; of more, so many are sampled."""

Texts = Iterable[tuple[str, Sequence[str]]]
"""Where a training row stands, and the texts in it."""


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What was found before the first step."""

    leaks: tuple[Leak, ...] = ()
    """Probes that stand in the training data, or nearly so."""
    far: tuple[str, ...] = ()
    """Ids of the queries that lie furthest from the training data, the furthest first."""
    known: tuple[tuple[str, str], ...] = ()
    """Training queries with their answers, where they can be told apart."""
    notes: tuple[str, ...] = ()
    """What was read and what could not be done, a sentence each."""

    @property
    def leaked(self) -> frozenset[str]:
        """Ids of the probes that are not to be measured."""
        return frozenset(leak.probe_id for leak in self.leaks if leak.is_leak)


def survey(sets: Sets, texts: Texts, encoder: Encoder | None = None, *, what: str) -> Survey:
    """Look for every probe in the training texts, and for the queries that are far from them.

    Candidates for the tail are the target's queries where it is to be found among them, and the
    open (logged) queries of a given tail; leaked ones are left out, and the furthest fifth is it.

    Args:
        sets: what may be asked.
        texts: where each training row stands, and the texts in it; walked once.
        encoder: adds its vectors to the characters that distances are made of.
        what: the training rows in words.
    """
    template = prompt_template_of(sets.target)
    sample = _Sample(most=MOST_QUERIES, seed=sets.seed)

    def watched() -> Iterator[tuple[str, Sequence[str]]]:
        for where, pieces in texts:
            sample.add(query_and_answer(template, pieces))
            yield where, pieces

    leaks = find_leaks(sets.given, watched())
    training = _unlike([pair for pair in sample.kept if pair[0].strip()])
    found = Survey(
        leaks=leaks,
        known=tuple((query, answer) for query, answer in training if answer),
        notes=(
            f"leaks were looked for in {what}"
            if sample.seen
            else f"LEAKS WERE NOT LOOKED FOR, no text could be read: {what}; give `train_dataset=`",
        ),
    )
    candidates = [probe for probe in _candidates(sets) if probe.id not in found.leaked]
    if not candidates:
        return found
    if len(training) < FEWEST:
        note = (
            f"tail: queries far from the training data were not looked for: {len(training)} "
            f"training texts were read, {FEWEST} are needed (give them as `train_dataset=`)"
        )
        return replace(found, notes=(*found.notes, note))
    queries = [template.query(probe) for probe in candidates]
    distances = novelty(queries, [query for query, _ in training], encoder)
    return replace(found, far=tuple(candidates[place].id for place in furthest(distances)))


def _candidates(sets: Sets) -> Iterator[Probe]:
    if sets.tail is None:
        yield from (p for p in sets.target if p.companion_of is None and p.prompt)
    else:
        yield from (p for p in sets.tail if p.scorer == OPEN)


def query_and_answer(template: PromptTemplate, pieces: Sequence[str]) -> tuple[str, str]:
    """The query of a training row and the answer after it, as far as they can be told apart."""
    if template.before or template.after:
        for at, piece in enumerate(pieces):
            start = piece.find(template.before)
            after = start + len(template.before)
            end = piece.find(template.after, after) if template.after else -1
            if start >= 0 and end >= 0:
                answer = piece[end + len(template.after) :].strip()
                return piece[after:end], answer or "".join(pieces[at + 1 : at + 2]).strip()
    if len(pieces) > 1:
        # Of a chat the last turns are the query and its answer; system messages stand before.
        return pieces[-2], pieces[-1].strip()
    return "".join(pieces), ""


def _unlike(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs without the beginning that all queries share, such as a system message."""
    shared = prompt_template_of(
        [Probe(id=str(i), prompt=q, scorer="open") for i, (q, _) in enumerate(pairs)]
    )
    return [(query.removeprefix(shared.before), answer) for query, answer in pairs]


class _Sample:
    """A uniform sample of a stream (Vitter 1985, algorithm R)."""

    def __init__(self, *, most: int, seed: int) -> None:
        self.kept: list[tuple[str, str]] = []
        self.seen = 0
        self._most = most
        self._draw = random.Random(seed)

    def add(self, item: tuple[str, str]) -> None:
        """Take the next item, or not."""
        self.seen += 1
        if len(self.kept) < self._most:
            self.kept.append(item)
        elif (place := self._draw.randrange(self.seen)) < self._most:
            self.kept[place] = item
