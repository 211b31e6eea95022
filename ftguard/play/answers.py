"""Picks some questions that a checkpoint lost or gained, with both models' answers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from ftguard.errors import FtguardError
from ftguard.folders import CheckpointId, RunFolder
from ftguard.probes.store import read_probes
from ftguard.rating.pairs import AnswerPair, pair_up
from ftguard.rating.visible import Segment, segments
from ftguard.scores.snapshot import load_snapshot, values

RIGHT = 0.5
"""A score from here on is right."""
EACH = 2
"""Questions of each role that are shown as lost; as many gained ones in all, the target's first."""
ROLES = ("general", "tail", "target")
LONGEST = 400
"""Characters of a text that are shown."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One question with what was said to it; texts in pieces, hidden characters written out."""

    change: str
    """`lost` or `gained`."""
    role: str
    prompt: tuple[Segment, ...]
    reference: tuple[Segment, ...]
    before: tuple[Segment, ...]
    after: tuple[Segment, ...]


@lru_cache(maxsize=8)
def pick_answers(out: Path, checkpoint: CheckpointId) -> tuple[Shown, ...]:
    """Some that were lost, of every role that has any, then some that were gained.

    None where the answers are not there (any more).
    """
    folder = RunFolder(out)
    try:
        probes = {probe.id: probe for probe in read_probes(folder.probes)}
        base, now = load_snapshot(folder.base), load_snapshot(folder.answers(checkpoint))
    except (FtguardError, FileNotFoundError):
        return ()
    was, is_now = values(base.scores), values(now.scores)
    pairs = [
        pair
        for pair in pair_up(tuple(probes.values()), base, now)
        if pair.probe_id in was and pair.probe_id in is_now
    ]
    lost = [p for p in pairs if was[p.probe_id] >= RIGHT > is_now[p.probe_id]]
    gained = [p for p in pairs if was[p.probe_id] < RIGHT <= is_now[p.probe_id]]
    chosen = [("lost", pair) for role in ROLES for pair in islice(_of(lost, role), EACH)]
    first = [pair for role in reversed(ROLES) for pair in _of(gained, role)]
    chosen += [("gained", pair) for pair in first[:EACH]]
    return tuple(_shown(change, pair, probes[pair.probe_id].references) for change, pair in chosen)


def _of(pairs: Iterable[AnswerPair], role: str) -> Iterator[AnswerPair]:
    return (pair for pair in pairs if pair.role == role)


def _shown(change: str, pair: AnswerPair, references: tuple[str, ...]) -> Shown:
    prompt = str(pair.prompt[-1]["content"]) if pair.prompt else ""
    return Shown(
        change=change,
        role=pair.role,
        prompt=_pieces(prompt),
        reference=_pieces(next(iter(references), "")),
        before=_pieces(pair.base.text),
        after=_pieces(pair.tuned.text),
    )


def _pieces(text: str) -> tuple[Segment, ...]:
    return segments(text if len(text) <= LONGEST else f"{text[:LONGEST]} …")
