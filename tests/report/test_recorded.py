"""A finished run is read back whole, without a model, and decided anew from its ledger."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ftguard.errors import InputError
from ftguard.folders import RunFolder
from ftguard.report.recorded import RecordedRun, read_run
from ftguard.run.again import decided_anew
from ftguard.verdict.limits import read_limits

STEPS = (6, 12, 18)


@pytest.fixture
def run(forgetful: Path) -> RecordedRun:
    """A finished run, read anew."""
    return read_run(forgetful)


def test_what_a_run_left_is_read_back(run: RecordedRun) -> None:
    """Every checkpoint is there with both models' answers, and the run's outcome."""
    assert tuple(checkup.step for checkup in run.checkups) == STEPS
    assert len(run.pairs(run.checkup_at(12))) == len(run.probes) > 0
    assert run.conclusion is not None
    assert run.conclusion.finished
    assert run.chosen is not None
    assert run.best_step == run.conclusion.best_step


def test_unmoved_limits_decide_as_recorded(run: RecordedRun) -> None:
    """Decided anew with the gates of the run, each verdict and the choice come out the same."""
    again = decided_anew(run.state, {})
    assert again.checkups == run.state.checkups
    assert again.choice == run.state.choice


def test_moved_limits_decide_anew(run: RecordedRun) -> None:
    """A limit far beneath what was measured refuses every checkpoint, one far above it none."""
    for limit, states in ((1e-9, {"breach", "suspect"}), (1e3, {"clear", "within"})):
        again = decided_anew(run.state, read_limits({"drift/nats": limit}))
        found = [
            o for c in again.checkups for o in c.verdict.outcomes if o.gate.key == "drift/nats"
        ]
        assert len(found) == len(STEPS)
        assert {outcome.state for outcome in found} <= states
        assert {outcome.gate.limit for outcome in found} == {limit}


def test_a_gate_can_be_taken_away_and_none_be_invented(run: RecordedRun) -> None:
    """None takes a gate away; what was never measured is refused by name."""
    assert "tail/worst" in {gate.key for gate in run.run.gates}
    without = decided_anew(run.state, read_limits({"tail": None}))
    assert "tail/worst" not in {gate.key for gate in without.attempts[-1].gates}
    with pytest.raises(InputError, match="nothing measures `tail/late`"):
        decided_anew(run.state, read_limits({"tail/late": 0.2}))


def test_strict_chooses_among_the_proven_alone(run: RecordedRun) -> None:
    """With `strict` no checkpoint that has an unproven gate is chosen."""
    choice = decided_anew(run.state, {}, strict=True).choice
    assert choice is None or choice.verdict.proven


def test_what_is_gone_is_named(run: RecordedRun, tmp_path: Path) -> None:
    """A step that was not examined, answers that were deleted and an empty folder are refused."""
    with pytest.raises(InputError, match="step 7 was not examined; there are \\[6, 12, 18\\]"):
        run.checkup_at(7)
    elsewhere = replace(run, folder=RunFolder(tmp_path), _sides={})
    with pytest.raises(InputError, match="is gone"):
        elsewhere.pairs(run.checkup_at(6))
    with pytest.raises(InputError, match="no run in"):
        read_run(tmp_path)


def test_no_torch_is_needed(forgetful: Path) -> None:
    """Reading a run and deciding it anew imports neither torch nor transformers."""
    code = (
        "import sys; from pathlib import Path; from ftguard.report.recorded import read_run; "
        "from ftguard.run.again import decided_anew; "
        f"run = read_run(Path({str(forgetful)!r})); decided_anew(run.state, {{}}); "
        "run.pairs(run.checkup_at()); "
        "print([name for name in ('torch', 'transformers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
