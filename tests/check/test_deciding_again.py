"""`ftguard check RUN`: decided again on other limits, from the ledger alone."""

import shutil
from pathlib import Path

from typer.testing import CliRunner, Result

from ftguard.cli.main import app
from ftguard.folders import RunFolder
from ftguard.report.recorded import read_run


def check(*arguments: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


def test_with_the_same_limits_it_is_as_recorded_and_nothing_is_written(forgetful: Path) -> None:
    """Each verdict comes out as it was; the exit code is `ftguard best`'s."""
    folder = RunFolder(forgetful)
    before = (folder.verdict.read_bytes(), folder.ledger.read_bytes())
    result = check(forgetful)
    best = CliRunner().invoke(app, ["best", str(forgetful)])

    assert "as recorded: nothing differs" in result.output
    assert result.exit_code == best.exit_code
    assert (folder.verdict.read_bytes(), folder.ledger.read_bytes()) == before


def test_other_limits_change_what_is_kept_and_say_what_differs(forgetful: Path) -> None:
    """With every limit as wide as can be the run keeps a checkpoint, whose files it names; it is
    undecided, since its gain on 28 target probes may be chance.
    """
    wide = [f"--limit={name}=1" for name in ("forgetting", "tail", "own_answers")]
    result = check(forgetful, *wide, "--limit=calibration=off")

    assert result.exit_code == 3, result.output
    said = " ".join(result.output.split())
    assert "was BLOCKED and is passed" in said
    assert "none was kept; by these limits it would be step" in said
    assert "its files are in" in said
    assert "NOT KNOWN TO HAVE LEARNED" in said


def test_what_would_pass_is_not_kept_where_its_files_are_gone(
    tmp_path: Path, forgetful: Path
) -> None:
    """Only a folder that is there can be deployed; a moved output folder is found."""
    run = Path(shutil.copytree(forgetful, tmp_path / "moved"))
    events = RunFolder(run).ledger.read_text().replace(str(forgetful), str(tmp_path / "gone"))
    RunFolder(run).ledger.write_text(events)
    wide = [f"--limit={name}=1" for name in ("forgetting", "tail", "own_answers")]
    found = check(run, *wide, "--limit=calibration=off")
    for checkup in read_run(run).checkups:
        (run / f"checkpoint-{checkup.step}").rename(tmp_path / f"away-{checkup.step}")
    gone = check(run, *wide, "--limit=calibration=off")

    assert "every gate proven" in " ".join(found.output.split()), found.output
    assert "their files are gone" not in " ".join(found.output.split())
    assert gone.exit_code == 3
    assert "their files are gone" in " ".join(gone.output.split())


def test_wrong_use_is_told_and_no_model_is_asked_for(forgetful: Path, tmp_path: Path) -> None:
    """Options of two models, misspelt limits, limits on what nothing measured, and no run."""
    asked = check(forgetful, "--target", "x.jsonl")
    misspelt = check(forgetful, "--limit", "forgeting=0.2")
    unmeasured = check(forgetful, "--limit", "forgetting/alchemy=0.2")
    nothing = check(tmp_path)

    assert {r.exit_code for r in (asked, misspelt, unmeasured, nothing)} == {2}
    assert "--target: with one argument nothing is asked" in asked.output
    assert "did you mean `forgetting`" in misspelt.output
    assert "nothing measures `forgetting/alchemy`" in unmeasured.output
    assert "no run in" in nothing.output
