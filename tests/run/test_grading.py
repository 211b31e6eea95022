"""Tests of what is put to a judge."""

from pathlib import Path
from typing import Any

from ftguard import Judge, Probe, Snapshot
from ftguard.ask.answer import Answer
from ftguard.run.grading import Grading
from ftguard.run.journal import Journal
from ftguard.run.ledger import Ledger
from ftguard.run.state import RunState
from ftguard.scores.snapshot import Fingerprint

PARTS = ("weights", "dtype", "tokenizer", "template", "probes", "scorers")


def test_a_thought_that_was_cut_off_is_not_put_to_a_judge(tmp_path: Path, make: Any) -> None:
    """Of an answer, an empty one and an open thought, two calls are made: silence can be graded."""
    probes = [Probe(id=i, prompt="q", reference="a", scorer="judge") for i in ("a", "b", "c")]
    answers = (
        Answer(probe_id="a", text="4", token_ids=(4, 2)),
        Answer(probe_id="b", token_ids=(2,)),
        Answer(probe_id="c", token_ids=(4, 5), num_reasoning_tokens=2, finish="length"),
    )
    judge = Judge(model="m", base_url="http://127.0.0.1:9/v1", cache=False)
    journal = Journal(Ledger(tmp_path / "ledger.jsonl"), RunState(run="r", strict=False))
    base = Snapshot(
        run="r",
        step=0,
        fingerprint=Fingerprint(**dict.fromkeys(PARTS, "")),
        answers=answers,
        scores=(),
    )

    grading = Grading.open(judge, probes, make.run(), journal)

    assert grading is not None
    assert grading.estimate(base, 0).calls == 2
