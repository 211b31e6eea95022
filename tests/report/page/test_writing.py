"""The report is written by command and at each checkpoint; it never ends a training."""

import warnings
from pathlib import Path
from typing import Any

import pytest
from transformers import TrainerCallback
from typer.testing import CliRunner

from ftguard import GuardCallback, Probe
from ftguard.cli import app
from ftguard.folders import RunFolder
from ftguard.report.recorded import RecordedRun, read_run
from ftguard.report.writing import LivingReport, write_report
from ftguard.testing import tiny_run


class Reader(TrainerCallback):  # type: ignore[misc]
    """Reads the page whenever a checkpoint was saved, as a person does who keeps it open."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """After the guard, which comes first."""
        self.found.append(status(Path(args.output_dir)))


def status(output_dir: Path) -> str:
    """How far the page says that the run is."""
    page = RunFolder(output_dir).report.read_text(encoding="utf-8")
    return page.partition('<p class="status">')[2].partition("</p>")[0]


def test_it_follows_the_run(tmp_path: Path, own_texts: tuple[Probe, ...]) -> None:
    """Written anew at each checkpoint and at the end, of what is known then."""
    guard, reader = GuardCallback(general=own_texts, tail=None, calibration=None), Reader()
    tiny_run(tmp_path, guard, reader).train()
    so_far = "Training goes on or was interrupted; "
    assert reader.found == [
        f"{so_far}1 checkpoint examined so far, the last at step 2 of 6.",
        f"{so_far}2 checkpoints examined so far, the last at step 4 of 6.",
        f"{so_far}3 checkpoints examined so far, the last at step 6 of 6.",
    ]
    assert status(tmp_path) == "Training ended; 3 checkpoints examined."


def test_what_cannot_be_written_is_warned_of_once(
    tmp_path: Path, own_texts: tuple[Probe, ...]
) -> None:
    """Where something else stands in its place, training goes on to its end."""
    (tmp_path / "_ftguard" / "report.html").mkdir(parents=True)
    guard = GuardCallback(general=own_texts, tail=None, calibration=None)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        tiny_run(tmp_path, guard).train()
    told = [str(each.message) for each in caught if "report was not written" in str(each.message)]
    assert len(told) == 1
    assert len(guard.checkups) == 3


def test_a_run_that_has_examined_nothing_has_a_page(
    tmp_path: Path, three: RecordedRun, forgetful: Path
) -> None:
    """From the first line of its ledger on; and where its answers are gone, all but them."""
    folder = RunFolder(tmp_path / "new")
    folder.check_writable()
    first = three.folder.ledger.read_bytes().splitlines(keepends=True)[0]
    folder.ledger.write_bytes(first)
    page = write_report(folder.output_dir).read_text(encoding="utf-8")
    assert "Nothing is examined yet." in page
    assert "There are no answers to show" in page

    gone = RunFolder(tmp_path / "gone")
    gone.check_writable()
    for name in ("ledger.jsonl", "verdict.json"):
        (gone.root / name).write_bytes((RunFolder(forgetful).root / name).read_bytes())
    page = write_report(gone.output_dir).read_text(encoding="utf-8")
    assert "There are no answers to show" in page
    assert "Gain beside cost" in page


def test_the_command_writes_pages_and_text(three: RecordedRun, tmp_path: Path) -> None:
    """Into the run's folder, or where `--out` says; several as one page; text on the screen."""
    run, runner = str(three.folder.output_dir), CliRunner()
    result = runner.invoke(app, ["report", run])
    assert result.exit_code == 0
    assert str(three.folder.report) in result.output
    both = tmp_path / "new folder" / "both.html"
    assert runner.invoke(app, ["report", run, run, "--out", str(both)]).exit_code == 0
    assert "2 runs side by side" in both.read_text(encoding="utf-8")
    text = runner.invoke(app, ["report", run, "--text"])
    assert text.exit_code == 0
    assert max(map(len, text.output.splitlines())) <= 80
    for title in ("2  Gain beside cost", "7  What to change", "10  Glossary", "Lost: "):
        assert title in text.output


def test_wrong_use_is_told(tmp_path: Path, three: RecordedRun) -> None:
    """A folder without a run, a place that cannot be written: exit code 2, and what to do."""
    runner = CliRunner()
    result = runner.invoke(app, ["report", str(tmp_path)])
    assert result.exit_code == 2
    assert "give the `output_dir` of a run" in result.output
    run = str(three.folder.output_dir)
    (tmp_path / "file").touch()
    result = runner.invoke(app, ["report", run, "--out", str(tmp_path / "file" / "page.html")])
    assert result.exit_code == 2
    assert "--out" in result.output
    result = runner.invoke(app, ["report", run, "--text", "--open"])
    assert result.exit_code == 2


def test_a_real_run_left_its_page(forgetful: Path) -> None:
    """The shared run of the demo's model: the guard wrote it, and it is that of the ledger."""
    page = RunFolder(forgetful).report.read_text(encoding="utf-8")
    run = read_run(forgetful)
    assert all(f"step {checkup.step}" in page for checkup in run.checkups)
    assert "Training ended; 3 checkpoints examined." in page


@pytest.mark.parametrize("sign", ["a", "漢", "<"])
def test_a_large_run_is_a_small_page(sign: str, tmp_path: Path, write_run: Any) -> None:
    """300 long chats in any script at 20 checkpoints stay under 3 MB."""
    probes = [
        Probe(id=f"general/{n}", prompt=sign * 6_000, scorer="open", role="general")
        for n in range(300)
    ]
    base = {probe.id: (f"yes {sign * 5_000}", 0.9) for probe in probes}
    now = {probe.id: (f"no {sign * 4_000} b", 0.9) for probe in probes}
    folder = RunFolder(tmp_path / "run")
    steps = range(1, 21) if sign == "a" else range(1, 3)
    write_run(folder, probes, base, dict.fromkeys(steps, now), measures=no_measures)
    assert write_report(folder.output_dir).stat().st_size < 3_000_000


def no_measures(*_given: Any) -> tuple[()]:
    """Nothing but answers."""
    return ()


def test_a_page_of_a_long_run_takes_a_small_share_of_its_time(tmp_path: Path) -> None:
    """Of 100 checkpoints, a second apart, whose page takes half a second, the first five have
    theirs, and then one is written once 50 seconds have passed, of which half a second is 1 %.
    """
    now, pages = [0.0], []

    def write(output_dir: Path) -> None:
        assert output_dir == tmp_path
        pages.append(now[0])
        now[0] += 0.5

    report = LivingReport(RunFolder(tmp_path), write=write, now=lambda: now[0])
    for _ in range(100):
        now[0] += 1.0
        report.keep_up()
    report.rewrite()

    assert pages == [1.0, 2.5, 4.0, 5.5, 7.0, 57.5, 103.0]
