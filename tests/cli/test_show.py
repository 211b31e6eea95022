"""`ftguard show` and `ftguard compare` on a real run: what they print, and how they end."""

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ftguard.cli.compare import names_of
from ftguard.cli.main import app
from ftguard.report.recorded import read_run


def test_lost_answers_are_shown_first(forgetful: Path) -> None:
    """Without a wish, what was right and is wrong comes first, its words marked; exit code 0."""
    result = CliRunner().invoke(app, ["show", str(forgetful), "-n", "2"])
    assert result.exit_code == 0
    titles = [line for line in result.stdout.splitlines() if " · " in line]
    assert len(titles) == 2
    assert " · lost · " in titles[0]
    assert re.search(r"base +\[-.+-\]", result.stdout)
    assert "1.00 → 0.00" in result.stdout


def test_a_checkpoints_folder_names_its_step(forgetful: Path) -> None:
    """`show RUN/checkpoint-6` is `show RUN --step 6`, and another `--step` wins."""
    of_folder = CliRunner().invoke(app, ["show", str(forgetful / "checkpoint-6")])
    of_step = CliRunner().invoke(app, ["show", str(forgetful), "--step", "6"])
    assert of_folder.stdout == of_step.stdout
    assert of_step.stdout.startswith("step 6: ")
    other = CliRunner().invoke(app, ["show", str(forgetful / "checkpoint-6"), "--step", "12"])
    assert other.stdout.startswith("step 12: ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--step", "7"], "step 7 was not examined; there are [6, 12, 18]"),
        (["--slice", "rair"], "did you mean `rare`"),
        (["--id", "nothing"], "no probe is called `nothing`"),
        (["-n", "0"], "-n"),
    ],
)
def test_wrong_use_says_what_there_is(forgetful: Path, arguments: list[str], told: str) -> None:
    """Exit code 2, and nothing on standard output."""
    result = CliRunner().invoke(app, ["show", str(forgetful), *arguments])
    assert (result.exit_code, result.stdout) == (2, "")
    assert told in result.stderr


def test_the_exact_numbers_are_there(forgetful: Path) -> None:
    """With `--numbers` each gate has its p, and it is the one of the ledger."""
    result = CliRunner().invoke(app, ["show", str(forgetful), "--numbers"])
    (outcome, *_) = read_run(forgetful).checkup_at(None).verdict.outcomes
    assert result.exit_code == 0
    assert f"{outcome.gate.key}: {outcome.state}" in result.stdout
    assert outcome.p is not None
    assert f" {outcome.p:.6g}\n" in result.stdout


def test_runs_are_compared(forgetful: Path, tmp_path: Path) -> None:
    """A run and its copy differ in nothing; both names are told apart by their folders."""
    shutil.copytree(forgetful, tmp_path / "copy" / "run")
    result = CliRunner().invoke(app, ["compare", str(forgetful), str(tmp_path / "copy" / "run")])
    assert result.exit_code == 0
    assert "copy/run against forgetful0/run, on the" in result.stdout
    assert "within chance" in result.stdout
    assert "better" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_one_run_is_no_comparison(forgetful: Path, tmp_path: Path) -> None:
    """One run, one given twice, and a folder without a run are wrong use."""
    run = str(forgetful)
    for arguments, told in (
        ([run], "give two runs or more"),
        ([run, f"{run}/checkpoint-6"], "given twice"),
        ([run, str(tmp_path)], "no run in"),
    ):
        result = CliRunner().invoke(app, ["compare", *arguments])
        assert (result.exit_code, result.stdout) == (2, "")
        assert told in result.stderr


def test_runs_are_named_by_what_tells_them_apart() -> None:
    """As few folders as it takes, and control characters written out."""
    assert names_of([Path("/x/a"), Path("/x/b")]) == ["a", "b"]
    assert names_of([Path("/a/out"), Path("/b/out")]) == ["a/out", "b/out"]
    assert names_of([Path("/a/\x1b[2J"), Path("/b/y")]) == ["\\x1b[2J", "y"]
