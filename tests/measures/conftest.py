"""Snapshots with given scores, for measures that look at nothing else."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from ftguard.ask.answer import Answer
from ftguard.scores.record import Score
from ftguard.scores.snapshot import Fingerprint, Snapshot

Snap = Callable[..., Snapshot]
"""`snap({"id": score or None}, answers=(), base_answer_logprobs=())`; None is unscored."""


@pytest.fixture
def snap() -> Snap:
    """Make a snapshot from its scores."""
    return _snapshot


def _snapshot(
    scores: Mapping[str, float | None],
    *,
    answers: Sequence[Answer] = (),
    base_answer_logprobs: Sequence[Answer] = (),
) -> Snapshot:
    parts = ("weights", "dtype", "tokenizer", "template", "probes", "scorers")
    return Snapshot(
        run="r",
        step=0,
        fingerprint=Fingerprint(**dict.fromkeys(parts, "")),
        answers=tuple(answers),
        scores=tuple(
            Score(probe_id=name, value=value, unscored="lost" if value is None else None)
            for name, value in scores.items()
        ),
        base_answer_logprobs=tuple(base_answer_logprobs),
    )
