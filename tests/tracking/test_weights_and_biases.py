"""What a real offline W&B run holds after a guarded training, read back from its file."""

import json
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import wandb
from transformers import LlamaForCausalLM, Trainer, TrainerCallback
from transformers.integrations import WandbCallback

from ftguard import Gate, GuardCallback

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*pin_memory.*"),
    # wandb closes its own pipes late
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]

Build = Callable[..., Trainer]
Guarding = Callable[..., GuardCallback]

TOTALS = {"ftguard/gates/passed", "ftguard/seconds", "ftguard/share"}


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that holds every W&B run that a test opens, offline."""
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_DIR", str(tmp_path))
    monkeypatch.setenv("WANDB_SILENT", "true")
    monkeypatch.setenv("WANDB_CONSOLE", "off")
    monkeypatch.setenv("WANDB_DISABLE_GIT", "true")
    monkeypatch.setenv("WANDB__DISABLE_STATS", "true")
    wandb.teardown()
    yield tmp_path / "wandb"
    wandb.finish()
    wandb.teardown()


def files(runs: Path) -> list[Path]:
    """The log of each W&B run."""
    return sorted(runs.glob("offline-run-*/*.wandb"))


def inspected(file: Path, *options: str) -> str:
    """What `wandb leet inspect` prints of a run's log."""
    command = [sys.executable, "-m", "wandb", "leet", "inspect", "--json", *options, str(file)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def history(file: Path) -> list[dict[str, Any]]:
    """The rows logged, in order."""
    records = [json.loads(line) for line in inspected(file).splitlines()]
    return [record["history"]["item"] for record in records if record["type"] == "history"]


def curve(rows: list[dict[str, Any]], key: str) -> dict[int, float]:
    """A key's values by the training step that they stand at."""
    return {row["train/global_step"]: row[key] for row in rows if key in row}


def test_every_checkup_is_a_row_at_its_step_and_the_verdict_is_in_the_summary(
    runs: Path,
    build: Build,
    guarding: Guarding,
) -> None:
    """With losses and evaluations logged at every step in between, no row of ours is dropped."""
    # The tiny model never ends an answer: the other gates have too few scores to decide.
    guard = guarding(gates=[Gate(measurement="forgetting", limit=0.10)])
    build(guard, report_to=["wandb"]).train()
    wandb.finish()

    (file,) = files(runs)
    rows = history(file)
    assert sorted(curve(rows, "train/loss")) == sorted(curve(rows, "eval/loss")) == [*range(1, 7)]
    assert [checkup.step for checkup in guard.checkups] == [2, 4, 6]
    names = {m.key for c in guard.checkups for m in c.measurements if m.estimate is not None}
    assert {"target/all", "forgetting/all", "forgetting/one", "calibration/target"} <= names
    keys = {f"ftguard/{name}{end}" for name in names for end in ("", "/low", "/high")} | TOTALS
    keys |= {
        f"ftguard/{m.key}/now" for c in guard.checkups for m in c.measurements if m.now is not None
    }
    assert {key for row in rows for key in row if key.startswith("ftguard/")} == keys
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
    summary = json.loads(inspected(file, "--summary"))["summary"]
    assert summary["ftguard/verdict"].startswith(f"best: step {guard.best.step}, every gate proven")
    assert summary["ftguard/best_step"] == guard.best.step


def test_a_run_that_the_user_opened_stays_the_only_one(
    runs: Path,
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
    (file,) = files(runs)
    assert name in file.name
    rows = history(file)
    assert list(curve(rows, "ftguard/forgetting/all")) == [2, 4, 6]
    assert len([row for row in rows if "my/number" in row]) == 50


def test_nothing_is_logged_where_the_trainer_does_not_report_to_wandb(
    runs: Path,
    build: Build,
    guarding: Guarding,
) -> None:
    """`report_to=[]` is obeyed although a run is open."""
    with wandb.init(project="mine") as mine:
        guard = guarding()
        build(guard, report_to=[]).train()
        mine.log({"my/number": 1})
    (file,) = files(runs)
    assert len(guard.checkups) == 3
    assert [key for row in history(file) for key in row if not key.startswith("_")] == ["my/number"]
    summary = json.loads(inspected(file, "--summary"))["summary"]
    assert not [key for key in summary if key.startswith("ftguard")]


def test_a_run_that_ends_in_the_middle_is_one_warning(
    runs: Path,
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
    (file,) = files(runs)
    assert list(curve(history(file), "ftguard/forgetting/all")) == [2]


def test_a_resume_tells_the_same_steps_again_without_loss(
    runs: Path,
    build: Build,
    guarding: Guarding,
    model: LlamaForCausalLM,
    tmp_path: Path,
) -> None:
    """In one open run, steps 4 and 6 stand twice after a resume from step 2: none is dropped."""
    state = {name: value.clone() for name, value in model.state_dict().items()}
    with wandb.init(project="mine"):
        build(guarding(), report_to=["wandb"]).train()
        model.load_state_dict(state)
        again = build(guarding(), report_to=["wandb"])
        again.train(resume_from_checkpoint=str(tmp_path / "out/checkpoint-2"))
    (file,) = files(runs)
    steps = [row["train/global_step"] for row in history(file) if "ftguard/forgetting/all" in row]
    assert steps == [2, 4, 6, 4, 6]
