"""Tests of where people run it: trials of a search, runs that are cut off, folders that move."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
import wandb
from transformers import (
    AutoModelForCausalLM,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    Trainer,
    TrainerCallback,
)
from transformers.trainer_utils import HPSearchBackend
from typer.testing import CliRunner

from ftguard import GuardCallback, Probe
from ftguard.cli import app
from ftguard.folders import OURS, OURS_ONCE, RunFolder
from ftguard.pulse import read_pulse
from ftguard.run.ledger import Ledger, RunStarted
from ftguard.testing import tiny_model, tiny_run, unwrapped
from ftguard.verdict.conclusion import read_conclusion

pytestmark = pytest.mark.filterwarnings("ignore:.*pin_memory.*")

HEAD = "TRAINING WAS INTERRUPTED after the check at step 4"
TARGET = [{"prompt": f"{n}+1=", "completion": f"{n + 1}"} for n in range(20)]


@pytest.fixture
def make(tokenizer: PreTrainedTokenizerFast, own_texts: tuple[Probe, ...]) -> Any:
    """Makes a trainer of the tiny model anew, with a guard in it."""

    def made(folder: Path, *callbacks: TrainerCallback, **arguments: Any) -> Trainer:
        guard = GuardCallback(TARGET, own_texts, tail=None)
        built = tiny_run(
            folder, guard, *callbacks, model=tiny_model(tokenizer), tokenizer=tokenizer, **arguments
        )
        built.guard = guard
        return built

    return made


class CutOff(TrainerCallback):  # type: ignore[misc]
    """Ends training with an exception, as Ctrl-C, a full disk or a lost GPU does."""

    def __init__(self, step: int, error: type[BaseException]) -> None:
        self.step, self.error = step, error

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Raise before the step after the given one."""
        if state.global_step == self.step:
            raise self.error("cut off")


class Seen(TrainerCallback):  # type: ignore[misc]
    """What another process reads of the run while its fifth step is taken."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.summary = RunFolder(folder), ""

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Read the outcome so far."""
        if state.global_step == 4:
            self.summary = read_conclusion(self.folder).summary


def let_go(folder: Path) -> None:
    """Wait until the training that was cut off is no longer taken to be at work."""
    until = time.monotonic() + 60
    while read_pulse(RunFolder(folder).pulse) != "gone":
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_run_that_is_cut_off_has_a_verdict_on_what_was_measured(
    make: Any, tmp_path: Path, error: type[BaseException]
) -> None:
    """After step 5 of 6: the best of steps 2 and 4 is named and loads; a resume goes on.

    Trainer and guard are still in memory, as in a notebook. Every command says that it was
    interrupted, and watching it ends.
    """
    trainer = make(tmp_path, CutOff(5, error))
    with pytest.raises(error, match="cut off"):
        trainer.train()
    let_go(tmp_path)

    verdict = json.loads((tmp_path / OURS / "verdict.json").read_text())
    assert (verdict["finished"], verdict["best_step"], verdict["last_step"]) == (False, 4, 4)
    result = CliRunner().invoke(app, ["best", str(tmp_path)])
    assert result.stdout.splitlines()[0] == str(tmp_path / OURS / "best")
    assert f"{HEAD} of 6\n" in result.stdout
    told = "training was interrupted after the check at step 4 of 6"
    for command in (["show"], ["check"], ["report", "--text"]):
        page = CliRunner().invoke(app, [*command, str(tmp_path)]).stdout
        assert told in " ".join(page.lower().split()), command
    watched = CliRunner().invoke(app, ["watch", str(tmp_path), "--every", "0.1"])
    assert watched.exit_code == 3
    assert f"{HEAD} of 6\n" in watched.stdout
    AutoModelForCausalLM.from_pretrained(tmp_path / OURS / "best")

    seen = Seen(tmp_path)
    built = make(tmp_path, seen)
    built.train(resume_from_checkpoint=True)
    assert seen.summary.startswith("TRAINING GOES ON after the check at step 4 of 6; ")
    assert [(c.step, c.attempt) for c in built.guard.checkups] == [(2, 1), (4, 1), (6, 2)]
    verdict = json.loads((tmp_path / OURS / "verdict.json").read_text())
    assert verdict["finished"]
    assert "TRAINING" not in verdict["summary"]


def test_a_run_cut_off_before_its_first_checkpoint_has_no_verdict_of_another(
    make: Any, tmp_path: Path
) -> None:
    """A second run in the folder ends at once: what the first one found is not its verdict."""
    make(tmp_path).train()
    with pytest.raises(RuntimeError):
        make(tmp_path, CutOff(1, RuntimeError)).train()
    let_go(tmp_path)

    result = CliRunner().invoke(app, ["best", str(tmp_path)])
    assert result.stdout.startswith(
        "TRAINING WAS INTERRUPTED before a checkpoint was examined\n"
        "  what was measured: no checkpoint was examined, so none is kept\n  not held: "
    )
    assert result.exit_code == 3


def test_trials_of_a_search_are_examined_where_their_checkpoints_are(
    make: Any, tmp_path: Path
) -> None:
    """The Trainer saves them in `OUTPUT_DIR/TRIAL/checkpoint-N`; each is a run, one base for all,
    and the best of each is kept.
    """
    built = make(tmp_path, max_steps=2)
    state = {name: value.clone() for name, value in built.model.state_dict().items()}
    # What `hyperparameter_search` sets, without its service.
    built.hp_search_backend = HPSearchBackend.WANDB
    built.hp_name = lambda trial: f"trial-{trial['learning_rate']}"
    with wandb.init(mode="disabled"):
        for rate in (1e-5, 2e-5):
            built.model.load_state_dict(state)
            built.train(trial={"learning_rate": rate})
            (checkup,) = built.guard.checkups
            folder = tmp_path / f"trial-{rate}/checkpoint-2"
            assert checkup.checkpoint == str(folder)
            assert json.loads((folder / "ftguard.json").read_text())["checkup"]["step"] == 2
            kept = json.loads((tmp_path / OURS / "best/ftguard.json").read_text())
            assert kept["checkup"]["run"] == checkup.run

    assert not list(tmp_path.glob("*/_ftguard"))
    assert not (tmp_path / "checkpoint-2").exists()
    assert len(list((tmp_path / OURS).glob("best-*"))) == 1
    events = Ledger(RunFolder(tmp_path).ledger).read()
    assert len({event.run for event in events if isinstance(event, RunStarted)}) == 2


@pytest.mark.parametrize("gone", [True, False], ids=["moved", "copied"])
def test_a_run_goes_on_in_a_folder_that_was_moved(make: Any, tmp_path: Path, gone: bool) -> None:
    """Renamed, or copied to another machine: the resume finds base, checkups and checkpoints."""
    old, new = tmp_path / "old", tmp_path / "new"
    make(old, max_steps=4).train()
    shutil.copytree(old, new)
    if gone:
        shutil.rmtree(old)
    # What is kept is of this folder, whatever the ledger's paths say.
    shutil.rmtree(new / OURS / "best")
    built = make(new)
    built.train(resume_from_checkpoint=str(new / "checkpoint-4"))

    assert [(c.step, c.attempt) for c in built.guard.checkups] == [(2, 1), (4, 1), (6, 2)]
    result = CliRunner().invoke(app, ["best", str(new)])
    assert result.stdout.splitlines()[0] == str(new / OURS / "best")
    again = new.rename(tmp_path / "again")
    result = CliRunner().invoke(app, ["best", str(again)])
    assert result.stdout.splitlines()[0] == str(again / OURS / "best")
    assert str(new / OURS) not in result.stdout


def test_the_best_of_a_moved_run_is_found_beside_the_ledger(make: Any, tmp_path: Path) -> None:
    """Its checkpoint's path in the ledger is the old one; its files are kept from the new place."""
    make(tmp_path / "old", max_steps=4).train()
    shutil.move(tmp_path / "old", tmp_path / "new")
    shutil.rmtree(tmp_path / "new" / OURS / "best")
    built = make(tmp_path / "new", CutOff(4, RuntimeError))
    with pytest.raises(RuntimeError):
        built.train(resume_from_checkpoint=str(tmp_path / "new/checkpoint-4"))

    kept = json.loads((tmp_path / "new" / OURS / "best/ftguard.json").read_text())
    assert kept["checkup"]["step"] == 4
    AutoModelForCausalLM.from_pretrained(tmp_path / "new" / OURS / "best")


def test_an_older_versions_folder_is_read_and_renamed_when_its_run_goes_on(
    make: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`OUTPUT_DIR/ftguard` answers as it is; a resume takes it over under its new name."""
    make(tmp_path, max_steps=4).train()
    (tmp_path / OURS).rename(tmp_path / OURS_ONCE)
    for command in (["best", str(tmp_path)], ["probes", "list", str(tmp_path)]):
        assert CliRunner().invoke(app, command).exit_code == 0, command
    assert not (tmp_path / OURS).exists()

    capsys.readouterr()
    built = make(tmp_path)
    built.train(resume_from_checkpoint=str(tmp_path / "checkpoint-4"))
    assert [(c.step, c.attempt) for c in built.guard.checkups] == [(2, 1), (4, 1), (6, 2)]
    assert f"the run's folder is now `{tmp_path / OURS}`" in unwrapped(capsys.readouterr().out)
    assert not (tmp_path / OURS_ONCE).exists()


def test_a_guard_added_later_finds_the_base_of_a_fine_tune(
    tmp_path: Path,
    model: LlamaForCausalLM,
    tokenizer: PreTrainedTokenizerFast,
    own_texts: tuple[Probe, ...],
) -> None:
    """`trainer.add_callback(guard)` on a second stage counts from the first one's base, too."""
    model.save_pretrained(tmp_path / "base")
    first = GuardCallback(TARGET, own_texts, tail=None)
    tiny_run(tmp_path / "a", first, model=model, tokenizer=tokenizer, learning_rate=3e-3).train()
    tuned = AutoModelForCausalLM.from_pretrained(tmp_path / "a/checkpoint-6").train()
    built = tiny_run(tmp_path / "b", model=tuned, tokenizer=tokenizer, learning_rate=0.0)
    second = GuardCallback(TARGET, own_texts, tail=None)
    built.add_callback(second)
    built.train()

    costs = [guard.checkups[-1].find("forgetting") for guard in (first, second)]
    assert costs[0] is not None
    assert costs[1] is not None
    assert costs[0].estimate == costs[1].estimate
    assert second.checkups[-1].stage
