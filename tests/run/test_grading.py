"""Tests of what is put to a judge, and of the verdict that stands while it grades."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from transformers import TrainerCallback

from ftguard import GuardCallback, Judge, Probe, Snapshot
from ftguard.ask.answer import Answer
from ftguard.run.grading import Grading
from ftguard.run.journal import Journal
from ftguard.run.ledger import Ledger
from ftguard.run.state import RunState
from ftguard.scores.snapshot import Fingerprint, load_snapshot
from ftguard.testing import tiny_run
from ftguard.verdict.conclusion import read_conclusion

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


class Late(TrainerCallback):  # type: ignore[misc]
    """Decides against the first checkpoint one step after it, as late scores may."""

    def __init__(self, guard: GuardCallback) -> None:
        self.guard = guard
        self.read: list[tuple[int | None, bool | None]] = []
        """What `ftguard best` reads before and after."""

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Amend the checkup of step 2 before step 3."""
        guarded = self.guard._guarded  # noqa: SLF001
        if state.global_step == 2 and guarded is not None:
            old = guarded.state.checkups[-1]
            now = load_snapshot(guarded.folder.answers(old.id))
            blocked = replace(old.verdict, passed=False, proven=False)
            self._read(guarded)
            guarded.amend(replace(old, verdict=blocked), now)
            self._read(guarded)

    def _read(self, guarded: Any) -> None:
        found = read_conclusion(guarded.folder)
        self.read.append((found.best_step, found.last_passed))


@pytest.mark.filterwarnings("ignore:.*pin_memory.*")
def test_the_verdict_so_far_has_what_a_late_judge_says(
    tmp_path: Path, own_texts: tuple[Probe, ...], model: Any, tokenizer: Any
) -> None:
    """Step 2 passed and is kept; once late scores are against it the next look does not wait for
    another checkpoint to say so.
    """
    guard = GuardCallback(None, own_texts, tail=None, calibration=None, cache=False)
    late = Late(guard)
    tiny_run(
        tmp_path, guard, late, model=model, tokenizer=tokenizer, max_steps=3, save_steps=2
    ).train()

    assert late.read == [(2, True), (None, False)]
