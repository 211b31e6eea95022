"""The demo as a person runs it."""

import subprocess
import sys
from pathlib import Path

import pytest

from ftguard.folders import RunFolder
from ftguard.run.ledger import Ledger, current_run
from ftguard.run.state import fold
from ftguard.verdict.advice import LowerLearningRate
from ftguard.verdict.conclusion import read_conclusion


def _last_target(folder: RunFolder) -> float:
    events = Ledger(folder.ledger).read()
    run = current_run(events)
    assert run is not None
    target = fold(events, run.id).checkups[-1].target
    assert target is not None
    return target.now or 0.0


@pytest.mark.long
def test_the_demo_blocks_the_reckless_run_and_keeps_the_advised_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recklessly skills and rare labels go; with that advice every gate passes and nine
    tenths of the reckless target are kept.
    """
    monkeypatch.setenv("FTGUARD_CACHE", str(tmp_path / "cache"))
    command = [sys.executable, "-m", "ftguard.cli", "demo", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr[-2000:]
    reckless, advised = RunFolder(tmp_path / "reckless"), RunFolder(tmp_path / "advised")
    blocked = read_conclusion(reckless)
    assert blocked.best_step is None
    breached = {o.gate.key for o in blocked.last_gates if o.state == "breach"}
    assert {"forgetting/all", "tail/worst"} <= breached
    kept = read_conclusion(advised)
    assert kept.best_step is not None
    assert kept.last_passed is True
    events = Ledger(advised.ledger).read()
    run = current_run(events)
    assert run is not None
    assert run.learning_rate == next(
        a.learning_rate for a in blocked.advice if isinstance(a, LowerLearningRate)
    )
    target = fold(events, run.id).checkups[-1].find("target")
    assert target is not None
    assert target.estimate is not None
    assert target.estimate.low > 0.05
    assert target.now is not None
    assert target.now >= 0.9 * _last_target(reckless)
    assert "side by side" in done.stdout
    # A path is not broken.
    lines = [line for line in done.stdout.splitlines() if str(tmp_path) not in line]
    assert all(len(line) <= 80 for line in lines if line.startswith(" "))
