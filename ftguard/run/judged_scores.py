"""Puts what a judge has said into the scores of the base and of a checkpoint."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ftguard.judge import Judged
from ftguard.run.ledger import Scored
from ftguard.scores.record import Score
from ftguard.scores.snapshot import Snapshot

BASE, NOW = "base/", "now/"
"""Beginnings of a task's key: whose answer it is, which the judge never sees."""


def judged_by_step(scored: Sequence[Scored], attempt: int, step: int) -> dict[str, Judged]:
    """What was judged, by key: of the base at any step, of the checkpoint at this one.

    A score is never replaced by a later reason for having none.
    """
    found: dict[str, Judged] = {}
    for event in scored:
        own = (event.attempt, event.step) == (attempt, step)
        for judged in event.judged:
            if judged.key.startswith(BASE) or own:
                known = found.get(judged.key)
                if known is None or known.score is None:
                    found[judged.key] = judged
    return found


def with_scores(snapshot: Snapshot, side: str, judged: Mapping[str, Judged]) -> Snapshot:
    """The snapshot with a judge's scores in place of missing ones."""
    return replace(snapshot, scores=tuple(_scored(snapshot.scores, side, judged)))


def _scored(scores: Sequence[Score], side: str, judged: Mapping[str, Judged]) -> Iterator[Score]:
    for score in scores:
        found = judged.get(side + score.probe_id)
        if found is None:
            yield score
        else:
            yield Score(probe_id=score.probe_id, value=found.score, unscored=found.unscored)
