"""A run is followed by its ledger alone: while it begins, grows, is resumed and ends."""

import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner

from ftguard.cli.main import app
from ftguard.folders import RunFolder
from ftguard.judge import Judged, Usage
from ftguard.probes import Probe
from ftguard.report.recorded import RecordedRun, read_run
from ftguard.report.terminal.so_far import judged_so_far, last_event, news, read_so_far, to_come
from ftguard.report.terminal.watch_page import line_of, render_watch, spark
from ftguard.run.ledger import Acted, RunStarted, Scored, Superseded
from ftguard.testing import unwrapped
from ftguard.verdict.conclusion import read_conclusion, write_conclusion

EVERY = 0.02


@pytest.fixture
def run(forgetful: Path) -> RecordedRun:
    """A finished run, read anew."""
    return read_run(forgetful)


@pytest.fixture
def growing(tmp_path: Path, forgetful: Path) -> "Growing":
    """The folder of a run that another process writes, line by line."""
    return Growing(RunFolder(tmp_path / "run"), RunFolder(forgetful))


class Growing:
    """Plays a finished run's ledger into another folder."""

    def __init__(self, folder: RunFolder, source: RunFolder) -> None:
        self.folder, self.source = folder, source
        self.lines = source.ledger.read_bytes().splitlines(keepends=True)
        self.kinds = [msgspec.json.decode(line)["type"] for line in self.lines]

    def begin(self) -> None:
        """What is there before the first step."""
        self.folder.root.mkdir(parents=True)
        self.write(b"".join(self.lines[: self.kinds.index("checkup")]))

    def write(self, data: bytes) -> None:
        """Append to the ledger."""
        with self.folder.ledger.open("ab") as file:
            file.write(data)

    def checkups(self) -> list[bytes]:
        """The line of each checkpoint's first checkup."""
        found: dict[int, bytes] = {}
        for line, kind in zip(self.lines, self.kinds, strict=True):
            if kind == "checkup":
                found.setdefault(msgspec.json.decode(line)["step"], line)
        return list(found.values())

    def end(self, *, finished: bool = True) -> None:
        """The outcome."""
        found = read_conclusion(self.source)
        write_conclusion(replace(found, best_folder=None, finished=finished), self.folder)


def test_what_is_new_is_seen_and_the_end_too(growing: Growing) -> None:
    """Nothing, a run without a checkpoint, a torn line that tells nothing, three checkpoints."""
    looks = news(growing.folder.output_dir, EVERY)
    assert next(looks) is None
    growing.begin()
    begun = next(looks)
    assert begun is not None
    assert begun.checkups == ()
    one, two, three = growing.checkups()
    growing.write(one + two[:100])
    torn = next(looks)
    assert torn is not None
    assert [c.step for c in torn.checkups] == [6]
    growing.write(two[100:] + three)
    growing.end(finished=False)
    all_three = next(looks)
    assert all_three is not None
    assert [c.step for c in all_three.checkups] == [6, 12, 18]
    growing.end()
    assert len(list(looks)) == 2


def test_a_resume_and_a_new_run_are_followed(growing: Growing) -> None:
    """A second attempt takes back what came after its step; a new run begins with nothing."""
    growing.begin()
    one, two, _ = growing.checkups()
    growing.write(one + two)
    found = read_so_far(growing.folder.output_dir)
    assert found is not None
    again = replace(found.run, attempt=2, resumed_from=6)
    encode = msgspec.json.encode
    for event in (
        Superseded(run=again.id, attempt=2, step=6),
        RunStarted(run=again.id, attempt=2, step=6, record=again),
    ):
        growing.write(encode(event) + b"\n")
    resumed = read_so_far(growing.folder.output_dir)
    assert resumed is not None
    assert [c.step for c in resumed.checkups] == [6]
    assert last_event(resumed.events) == "the run went on from step 6 (attempt 2)"

    new = replace(found.run, id="another")
    growing.write(encode(RunStarted(run="another", attempt=1, step=0, record=new)) + b"\n")
    fresh = read_so_far(growing.folder.output_dir)
    assert fresh is not None
    assert (fresh.run.id, fresh.checkups, last_event(fresh.events)) == (
        "another",
        (),
        "the run began",
    )


def test_what_is_to_come_and_what_was_done_is_told(run: RecordedRun) -> None:
    """One of three checkpoints is there: two are to come, at the seconds of the first each."""
    (first, *_) = run.checkups
    one = replace(run, state=replace(run.state, checkups=(replace(first, seconds=4.0),)))
    assert to_come(one) == (
        "33% of 18 steps, 2 checkpoints to come, each check about 4.0 s, 8.0 s in all"
    )
    assert to_come(run) == "100% of 18 steps, every checkpoint is examined"
    act = Acted(
        run="r", attempt=1, step=6, do="lower_learning_rate", learning_rate=1e-4, reason="."
    )
    assert last_event([act]) == "step 6 lowered the learning rate to 1e-4"


def test_a_curve_has_its_limit_in_the_middle() -> None:
    """Of 0 to twice the limit in eight signs: the limit is the fifth; what was not measured is
    blank, and a gain below 0 is the lowest.
    """
    assert spark([0.0, 0.05, 0.1, 0.2], 0.1) == "▁▃▅█"
    assert spark([None, 0.4], 0.1) == " █"
    assert spark([-1.0, 0.0, 1.0], None) == "▁▅█"
    assert spark([], 0.1) == ""
    assert spark([0.0, 0.0], None) == "▁▁"


@pytest.mark.parametrize("height", [10, 24, 60])
def test_the_picture_fits_80_columns(run: RecordedRun, height: int) -> None:
    """Curves with limits, what is to come, the checkpoints, the newest block; no more lines than
    the terminal has: first the rows give way, then the end of the block.
    """
    console = Console(width=200, file=io.StringIO(), record=True)
    console.print(render_watch(run, height=height))
    lines = console.export_text().splitlines()
    assert max(map(cell_len, lines)) <= 80
    text = "\n".join(lines)
    assert "forgetting/all" in text
    assert ", limit 10 %" in text
    assert "ftguard step 18" in text
    assert "every checkpoint is examined" in text
    rows = [line for line in lines if re.match(r" *(6|12|18)  ", line)]
    assert len(rows) == (3 if height == 60 else 0)
    assert len(lines) <= max(height, 13)


def test_a_hostile_slice_does_not_steer(run: RecordedRun) -> None:
    """Names in a line and in the picture are written out."""
    last = run.checkups[-1]
    outcomes = tuple(
        replace(o, gate=replace(o.gate, slice="\x1b[2J\u202e")) for o in last.verdict.outcomes
    )
    evil = replace(last, verdict=replace(last.verdict, outcomes=outcomes))
    assert "\x1b" not in line_of(evil)
    assert "\u202e" not in line_of(evil)


def test_a_finished_run_is_told_in_lines_and_ends(forgetful: Path) -> None:
    """Where the output is no terminal: one line a checkpoint, wrapped at 80 columns, then the
    outcome; exit code 0.
    """
    result = CliRunner().invoke(app, ["watch", str(forgetful), "--every", "0.1"])
    assert max(map(cell_len, result.stdout.splitlines())) <= 80
    lines = unwrapped(result.stdout).splitlines()
    assert result.exit_code == 0
    assert lines[0].startswith("ftguard: watching run ")
    assert [line.partition(" · ")[0] for line in lines[1:4]] == ["step 6", "step 12", "step 18"]
    assert lines[4].startswith("ftguard: ")


def test_lines_come_as_the_run_goes_on(growing: Growing, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that has not begun is waited for; what stood there before is not told twice."""
    # Between two looks something happens, however long either takes.
    to_come: list[Callable[[], None]] = [growing.begin]
    to_come += [partial(growing.write, line) for line in growing.checkups()]
    to_come += [growing.end, *[lambda: None] * 100]
    happens = iter(to_come)
    monkeypatch.setattr("time.sleep", lambda _seconds: next(happens)())
    result = CliRunner().invoke(app, ["watch", str(growing.folder.output_dir), "--every", "0.1"])
    lines = unwrapped(result.stdout).splitlines()
    assert lines[0].startswith("ftguard: waiting for a run in `")
    assert lines[1].startswith("ftguard: watching run ")
    assert [line.partition(" · ")[0] for line in lines[2:5]] == ["step 6", "step 12", "step 18"]


@pytest.mark.skipif(sys.platform == "win32", reason="has no such terminals")
def test_a_terminal_shows_the_picture_and_ctrl_c_ends_it(growing: Growing) -> None:
    """On a real terminal the curves are drawn; after Ctrl-C the cursor is back, exit code 0."""
    import pty
    import select

    growing.begin()
    growing.write(growing.checkups()[0])
    growing.end(finished=False)
    ours, theirs = pty.openpty()
    # A shell starts what it leaves in the background deaf to Ctrl-C, and that is inherited.
    hearing = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    code = f"{hearing}; from ftguard.cli import app; app()"
    command = [sys.executable, "-c", code, "watch", str(growing.folder.output_dir)]
    env = os.environ | {"TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"}
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, env=env)
    os.close(theirs)
    seen = b""
    while b"step 6 was examined" not in seen and select.select([ours], [], [], 300)[0]:
        seen += os.read(ours, 4096)
    process.send_signal(signal.SIGINT)
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:
            break
        if not piece:
            break
        seen += piece
    os.close(ours)
    assert process.wait(timeout=300) == 0
    text = seen.decode()
    assert "▁" in text or "█" in text
    assert "\x1b[?25h" in text
    assert text.rstrip().endswith("ftguard: no longer watching; the run is not touched")
    assert "Traceback" not in text


def test_runs_in_a_folder_are_named(forgetful: Path) -> None:
    """The folder above a run is none: that is wrong use, and not waited for."""
    result = CliRunner().invoke(app, ["watch", str(forgetful.parent), "--every", "0.1"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there are ['run'] in it" in result.stderr


def test_a_run_of_an_older_version_is_given_up_by_its_files(growing: Growing) -> None:
    """It leaves no pulse. Checkpoints came every 20 minutes: nothing for 90 is within five times
    that, nothing for 110 is an interruption, it seems; ftguard exits with 3.
    """
    growing.begin()
    growing.write(growing.checkups()[0])
    growing.end(finished=False)
    now, minute = time.time(), 60.0
    folder = growing.folder
    for place, ago in ((folder.base, 130), (folder.root / "answers/r/attempt-1-step-6", 110)):
        place.mkdir(parents=True)
        os.utime(place, (now - ago * minute, now - ago * minute))

    os.utime(folder.ledger, (now - 90 * minute, now - 90 * minute))
    assert not read_run(folder.output_dir).so_far.interrupted
    os.utime(folder.ledger, (now - 110 * minute, now - 110 * minute))
    result = CliRunner().invoke(app, ["watch", str(folder.output_dir), "--every", "0.1"])
    assert result.exit_code == 3
    assert (
        "TRAINING WAS INTERRUPTED, it seems (there is no sign of life), after the check at step 18"
        in unwrapped(result.stdout)
    )


def test_a_step_that_is_decided_anew_is_told_so(
    run: RecordedRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Late scores of a judge turn the last one of three: its second line says what it is."""
    last = run.checkups[-1]
    late = replace(last, verdict=replace(last.verdict, passed=None, outcomes=()))
    amended = replace(run, state=replace(run.state, checkups=(*run.checkups[:-1], late)))
    monkeypatch.setattr("ftguard.cli.watch.news", lambda *_: iter([run, amended, amended]))
    result = CliRunner().invoke(app, ["watch", str(run.folder.output_dir)])
    lines = unwrapped(result.stdout).splitlines()
    assert [line.partition(" · ")[0] for line in lines[1:5]] == [
        "step 6",
        "step 12",
        "step 18",
        "step 18",
    ]
    assert [line.endswith(" · decided anew") for line in lines[1:5]] == [False, False, False, True]


def test_what_a_judge_still_owes_is_told(run: RecordedRun) -> None:
    """It has seen one of two open answers of the newest checkpoint while the run goes on; not so of
    a run that has ended, or that no judge grades.
    """
    last = run.checkups[-1]
    said = Scored(
        run=run.run.id,
        attempt=last.attempt,
        step=last.step,
        judge="grader",
        judged=(Judged(key="now/a", score=1.0), Judged(key="base/a", score=1.0)),
        usage=Usage(),
    )
    graded = replace(run, state=replace(run.state, scored=(said,)))
    assert run.conclusion is not None
    open_ones = tuple(Probe(id=name, prompt="say it", scorer="judge") for name in "ab")
    for each, finished, told in (
        (graded, False, "the judge has seen 1 of 2 answers of step 18"),
        (graded, True, ""),
        (run, False, ""),
    ):
        one = replace(each, outcome=replace(run.conclusion, finished=finished))
        vars(one)["probes"] = open_ones
        assert judged_so_far(one) == told


def test_steps_come_in_order(run: RecordedRun) -> None:
    """What the curves are drawn over."""
    assert all(a.step < b.step for a, b in pairwise(run.checkups))
