"""`ftguard examine RUN`: the checkpoints of a run that was trained without ftguard."""

import shutil
from dataclasses import replace
from pathlib import Path

from typer.testing import CliRunner, Result

from ftguard.check.pruning import plan_pruning
from ftguard.cli.main import app
from ftguard.folders import RunFolder
from ftguard.report.recorded import read_run
from ftguard.run.ledger import Examined, Ledger
from ftguard.testing import unwrapped
from ftguard.verdict.conclusion import Conclusion

NOTHING = Conclusion(
    run="r",
    best_step=None,
    best_folder=None,
    chosen=None,
    confirmed=None,
    best_gates=(),
    last_step=None,
    last_passed=None,
    last_gates=(),
    advice=(),
    summary="",
)


def examine(run: Path, *arguments: object) -> Result:
    """Run the command without a tail and without calibration questions."""
    given = ["examine", str(run), *map(str, arguments), "--tail", "off", "--calibration", "off"]
    return CliRunner().invoke(app, given)


def test_a_run_is_examined_goes_on_where_it_was_and_names_what_to_keep(
    tmp_path: Path, models: Path, general: Path
) -> None:
    """A checkpoint that does not load is left out; mended, it alone is asked; then nothing is."""
    run = Path(shutil.copytree(models / "lora", tmp_path / "run"))
    weights = run / "checkpoint-4" / "adapter_model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:100])
    asked = ("--general", general)

    torn = examine(run, "--base", models / "base", *asked)
    weights.write_bytes(whole)
    config = run / "checkpoint-2" / "adapter_config.json"
    config.write_text(config.read_text().replace(str(models / "base"), "gone/elsewhere"))
    mended = examine(run, *asked, "--prune-plan")
    again = examine(run, *asked)

    assert "checkpoint-4 is left out" in unwrapped(torn.output), torn.output
    assert "1 of them measured before; 1 to measure (steps 4)" in unwrapped(mended.output)
    assert "0 to measure" in unwrapped(again.output)
    events = Ledger(RunFolder(run).ledger).read()
    assert [e.step for e in events if isinstance(e, Examined)] == [2, 4]
    assert {result.exit_code for result in (torn, mended, again)} == {0}
    recorded = read_run(run)
    assert recorded.run.kind == "examine"
    assert [(c.step, round(c.epoch, 2)) for c in recorded.checkups] == [(2, 0.2), (4, 0.4)]
    assert recorded.run.learning_rate == 1e-3
    kept = f"checkpoint-{recorded.best_step}"
    assert (
        RunFolder(run)
        .best.joinpath("adapter_model.safetensors")
        .samefile(run / kept / "adapter_model.safetensors")
    )
    assert f"keep    {run / kept}" in unwrapped(mended.output)
    assert "nothing was deleted" in unwrapped(mended.output)
    assert sorted(p.name for p in run.glob("checkpoint-*")) == ["checkpoint-2", "checkpoint-4"]


def test_full_checkpoints_that_all_breach_keep_none_and_name_no_folder_to_delete(
    tmp_path: Path, models: Path, general: Path, target: Path
) -> None:
    """Exit code 1, as `ftguard best` has it then; without `--base` nothing names one."""
    run = Path(shutil.copytree(models / "full", tmp_path / "run"))
    unnamed = examine(run, "--general", general)
    result = examine(
        *(run, "--base", models / "base", "--general", general, "--target", target, "--prune-plan")
    )
    best = CliRunner().invoke(app, ["best", str(run)])

    assert unnamed.exit_code == 2
    assert "give it as `--base`" in unwrapped(unnamed.output)
    assert (result.exit_code, best.exit_code) == (1, 1), result.output
    assert "0 folders may be deleted" in unwrapped(result.output)


def test_a_run_that_was_guarded_and_a_folder_without_checkpoints_are_refused(
    tmp_path: Path, forgetful: Path, models: Path
) -> None:
    """Each with what to do instead."""
    guarded = examine(forgetful, "--base", models / "base")
    empty = examine(tmp_path, "--base", models / "base")

    assert (guarded.exit_code, empty.exit_code) == (2, 2)
    assert "`ftguard check" in unwrapped(guarded.output)
    assert "no checkpoint in" in unwrapped(empty.output)


def test_the_newest_that_is_whole_stays(tmp_path: Path) -> None:
    """Training goes on from what loads: an empty folder, and one whose weights are torn, are kept
    for being unread, and the newest whole one beside them.
    """
    folders = [tmp_path / f"checkpoint-{step}" for step in (10, 20, 30, 40, 50)]
    for folder in folders:
        folder.mkdir()
    for folder in folders[:4]:
        (folder / "model.safetensors").write_bytes(b"weights")
        (folder / "trainer_state.json").write_text("{}")
    outcome = replace(NOTHING, best_step=20)
    plan = plan_pruning(folders, outcome, unread=[folders[3]])
    assert [folder.name for folder, _ in plan.deletable] == ["checkpoint-10"]
    assert {folder.name: why for folder, why in plan.kept} == {
        "checkpoint-20": "the one to keep",
        "checkpoint-30": "the newest that is whole: training goes on from it",
        "checkpoint-40": "it could not be examined",
        "checkpoint-50": "it could not be examined",
    }
