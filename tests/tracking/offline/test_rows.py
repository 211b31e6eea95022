"""Every checkup is a row of the W&B run, at its step and once."""

import json
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import wandb
from transformers import LlamaForCausalLM, Trainer, TrainerCallback
from transformers.integrations import WandbCallback

from ftguard import Gate, GuardCallback
from ftguard.tracking import SoFar
from ftguard.verdict.checkup import guard_score

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*pin_memory.*"),
    # wandb closes its own pipes late
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    # and leaves the temporary folders of its artifacts to the garbage collector, whenever it comes
    pytest.mark.filterwarnings("ignore:Implicitly cleaning up:ResourceWarning"),
]

Runs = Any
"""The W&B runs of a test, as `runs` in this folder's `conftest.py` reads them."""
Build = Callable[..., Trainer]
Guarding = Callable[..., GuardCallback]

TOTALS = {
    "ftguard/gates/passed",
    "ftguard/seconds",
    "ftguard/share",
    "ftguard/score",
    "ftguard/learning_rate",
    "ftguard/advice",
}


def curve(rows: list[dict[str, Any]], key: str) -> dict[int, float]:
    """A key's values by the training step that they stand at."""
    return {row["train/global_step"]: row[key] for row in rows if key in row}


def test_every_checkup_is_a_row_at_its_step_and_the_verdict_is_in_the_summary(
    runs: Runs,
    build: Build,
    guarding: Guarding,
) -> None:
    """With losses and evaluations logged at every step in between, no row of ours is dropped."""
    # The tiny model never ends an answer: the other gates have too few scores to decide.
    guard = guarding(gates=[Gate(measurement="forgetting", limit=0.10)])
    build(guard, report_to=["wandb"]).train()
    wandb.finish()

    (log,) = runs.logs()
    rows = log.history()
    assert sorted(curve(rows, "train/loss")) == sorted(curve(rows, "eval/loss")) == [*range(1, 7)]
    assert [checkup.step for checkup in guard.checkups] == [2, 4, 6]
    names = {m.key for c in guard.checkups for m in c.measurements if m.estimate is not None}
    assert {"target/all", "forgetting/all", "forgetting/one", "calibration/target"} <= names
    keys = {f"ftguard/{name}{end}" for name in names for end in ("", "/low", "/high")} | TOTALS
    keys |= {
        f"ftguard/{m.key}/now" for c in guard.checkups for m in c.measurements if m.now is not None
    }
    keys |= {"ftguard/forgetting/all/limit"}
    told = {key for row in rows for key in row if key.startswith("ftguard/")}
    assert {key for key in told if not key.startswith("ftguard/answers")} == keys
    for key in TOTALS | {"ftguard/forgetting/all", "ftguard/target/likelihood"}:
        assert list(curve(rows, key)) == [2, 4, 6], key
    for checkup in guard.checkups:
        for measurement in checkup.measurements:
            # Where every answer of a slice was cut off there is no score of it at this step.
            name, estimate = measurement.key, measurement.shown
            if estimate is None:
                assert checkup.step not in curve(rows, f"ftguard/{name}")
                continue
            for end, value in (("", estimate.value), ("/low", estimate.low)):
                assert curve(rows, f"ftguard/{name}{end}")[checkup.step] == pytest.approx(value)
            assert curve(rows, f"ftguard/{name}/high")[checkup.step] == pytest.approx(estimate.high)
    passed = {c.step: {True: 1, None: 0.5, False: 0}[c.verdict.passed] for c in guard.checkups}
    assert curve(rows, "ftguard/gates/passed") == passed
    seconds = {checkup.step: checkup.seconds for checkup in guard.checkups}
    assert curve(rows, "ftguard/seconds") == pytest.approx(seconds)
    assert all(0 < share < 1 for share in curve(rows, "ftguard/share").values())

    assert guard.best is not None
    summary = log.summary()
    assert summary["ftguard/verdict"].startswith(f"best: step {guard.best.step}, every gate proven")
    assert summary["ftguard/best_step"] == summary["ftguard/kept"]["step"] == guard.best.step
    assert summary["ftguard/last"]["step"] == 6
    assert "OUTPUT_DIR/_ftguard/best" in summary["ftguard/verdict"]
    score = curve(rows, "ftguard/score")
    assert score == pytest.approx({c.step: guard_score(c) for c in guard.checkups})
    assert summary["ftguard/score"] == score[6]


def test_a_run_that_the_user_opened_stays_the_only_one(
    runs: Runs,
    build: Build,
    guarding: Guarding,
) -> None:
    """The curves go into the open run, at the training's steps although it is ahead of them."""
    with wandb.init(project="mine") as mine:
        for number in range(50):
            mine.log({"my/number": number})
        build(guarding(), report_to=["wandb"]).train()
        assert wandb.run is mine
        assert wandb.run is not None
        name = wandb.run.id
    (log,) = runs.logs()
    assert name in log.path.name
    rows = log.history()
    assert list(curve(rows, "ftguard/forgetting/all")) == [2, 4, 6]
    assert len([row for row in rows if "my/number" in row]) == 50


def test_nothing_is_logged_where_the_trainer_does_not_report_to_wandb(
    runs: Runs,
    build: Build,
    guarding: Guarding,
) -> None:
    """`report_to=[]` is obeyed although a run is open."""
    with wandb.init(project="mine") as mine:
        guard = guarding()
        build(guard, report_to=[]).train()
        mine.log({"my/number": 1})
    (log,) = runs.logs()
    assert len(guard.checkups) == 3
    assert [key for row in log.history() for key in row if not key.startswith("_")] == ["my/number"]
    summary = log.summary()
    assert not [key for key in summary if key.startswith("ftguard")]


def test_a_run_that_ends_in_the_middle_is_one_warning(
    runs: Runs,
    build: Build,
    guarding: Guarding,
) -> None:
    """Checkups after the run's end are not told, training goes on, the ledger holds them all."""

    class Ends(TrainerCallback):  # type: ignore[misc]
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            del args, control, kwargs
            if state.global_step == 3:
                wandb.finish()

    guard = guarding()
    trainer = build(guard, Ends(), report_to=["wandb"])
    # The Trainer's own W&B callback would end the training.
    trainer.remove_callback(WandbCallback)
    with warnings.catch_warnings(record=True) as caught, wandb.init(project="mine"):
        warnings.simplefilter("always")
        trainer.train()
    told = [str(w.message) for w in caught if "ftguard" in str(w.message)]
    assert len(told) == 1
    assert "WandbTracker failed (RuntimeError: no W&B run is open)" in told[0]
    assert trainer.state.global_step == 6
    assert [checkup.step for checkup in guard.checkups] == [2, 4, 6]
    (log,) = runs.logs()
    assert list(curve(log.history(), "ftguard/forgetting/all")) == [2]


def test_a_resume_tells_no_step_twice(
    runs: Runs,
    build: Build,
    guarding: Guarding,
    model: LlamaForCausalLM,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A run that ended after step 4 goes on from step 2 under the same id: 2, 4 and 6 have one row
    each, none of them from before the other, a line says why 4 is not told anew, and the charts
    and the summary tell of all three.
    """
    monkeypatch.setenv("WANDB_RUN_ID", "onerun")
    monkeypatch.setenv("WANDB_RESUME", "allow")
    state = {name: value.clone() for name, value in model.state_dict().items()}
    build(guarding(), report_to=["wandb"], max_steps=4).train()
    wandb.finish()
    model.load_state_dict(state)
    again = build(guarding(), report_to=["wandb"])
    again.train(resume_from_checkpoint=str(tmp_path / "out/checkpoint-2"))
    wandb.finish()

    found = runs.logs()
    assert [log.path.name for log in found] == ["run-onerun.wandb"] * 2
    rows = [row for log in found for row in log.history()]
    steps = [row["train/global_step"] for row in rows if "ftguard/forgetting/all" in row]
    assert steps == [2, 4, 6]
    assert capsys.readouterr().out.count("W&B has a row of step 4 from an earlier attempt") == 1
    (forgetting, *_) = found[-1].tables("forgetting_table")[-1:]
    assert [row[0] for row in forgetting["data"] if row[1] == "estimate"] == [2, 4, 6]
    summary = found[-1].summary()
    assert summary["ftguard/last"]["step"] == 6


def test_what_is_told_late_of_an_earlier_step_leaves_the_latest_in_place(
    runs: Runs, told: tuple[SoFar, ...]
) -> None:
    """A judge's late scores of the first checkpoint add its changed numbers alone; table, charts
    and summary stay those of the last.
    """
    first, *_, last = told
    drift = first.checkup.find("drift", "nats")
    assert drift is not None
    assert drift.estimate is not None
    moved = replace(drift, estimate=replace(drift.estimate, value=9.0))
    measurements = tuple(moved if m == drift else m for m in first.checkup.measurements)
    late = replace(
        first,
        checkup=replace(first.checkup, measurements=measurements),
        checkups=(replace(first.checkup, measurements=measurements), *last.checkups[1:]),
        replaces=first.checkup,
    )
    log = runs.tell(*told, late)
    *_, row = log.history()
    assert {key: value for key, value in row.items() if key[0] != "_"} == {
        "ftguard/drift/nats": 9.0,
        "train/global_step": first.checkup.step,
    }
    assert len(log.tables("answers")) == len(told)
    summary = log.summary()
    assert summary["ftguard/last"]["step"] == last.checkup.step
    value = last.checkup.find("drift", "nats")
    assert value is not None
    assert value.estimate is not None
    assert summary["ftguard/drift/nats"] == pytest.approx(value.estimate.value)


def test_a_damaged_note_of_what_was_told_is_written_anew(
    runs: Runs, told: tuple[SoFar, ...]
) -> None:
    """A torn log of an earlier process costs nothing but its memory."""
    note = told[0].opening.folder.root / "wandb.json"
    note.write_text('[{"to": "one", "ru')
    log = runs.tell(told[0], fresh=False)
    assert list(curve(log.history(), "ftguard/share")) == [told[0].checkup.step]
    assert json.loads(note.read_text())[0]["rows"].keys() == {str(told[0].checkup.step)}
