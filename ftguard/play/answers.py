"""Picks some questions that a checkpoint lost or gained, with both models' answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ftguard.errors import FtguardError
from ftguard.folders import CheckpointId, RunFolder
from ftguard.measures.side_by_side import SideBySide, gained, lost, side_by_side
from ftguard.probes.query import last_text
from ftguard.probes.store import read_probes
from ftguard.scores.snapshot import load_snapshot
from ftguard.text.visible import Segment, segments

EACH = 2
"""Questions of each role that are shown as lost; as many gained ones in all."""
ROLES = ("general", "tail", "target")
"""In the order of what is lost; what is gained is shown of the target first."""
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
        probes = read_probes(folder.probes)
        base, now = load_snapshot(folder.base), load_snapshot(folder.answers(checkpoint))
    except (FtguardError, FileNotFoundError):
        return ()
    pairs = side_by_side(probes, base, now)
    chosen = [pair for role in ROLES for pair in _of(lost(pairs), role)[:EACH]]
    chosen += [pair for role in reversed(ROLES) for pair in _of(gained(pairs), role)][:EACH]
    return tuple(map(_shown, chosen))


def _of(pairs: Sequence[SideBySide], role: str) -> Sequence[SideBySide]:
    return [pair for pair in pairs if pair.probe.role == role]


def _shown(pair: SideBySide) -> Shown:
    before, after = pair.said
    return Shown(
        change=pair.change,
        role=pair.probe.role or "general",
        prompt=_pieces(last_text(pair.probe)),
        reference=_pieces(next(iter(pair.probe.references), "")),
        before=_pieces(before),
        after=_pieces(after),
    )


def _pieces(text: str) -> tuple[Segment, ...]:
    return segments(text if len(text) <= LONGEST else f"{text[:LONGEST]} …")
