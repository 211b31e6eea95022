"""Tests of what `best/` holds as the choice moves: back, away, and past files that are gone."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ftguard.folders import RunFolder
from ftguard.measures.measurement import Measurement
from ftguard.run.best_folder import BestFolder
from ftguard.run.descent.lineage import read_lineage
from ftguard.run.descent.original import Original
from ftguard.run.journal import Journal
from ftguard.run.ledger import Examined, Ledger, Lost
from ftguard.run.state import RunState
from ftguard.stats.estimates import Estimate
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gates import Verdict


class Training:
    """A run whose checkpoints are saved and judged by hand."""

    def __init__(self, make: Any, output: Path) -> None:
        self.make, self.folder = make, RunFolder(output)
        self.folder.root.mkdir(parents=True)
        self.journal = Journal(Ledger(self.folder.ledger), RunState(run="r"))
        original = Original(digest="d", folder=str(self.folder.base), weights="w")
        self.best = BestFolder(
            run=make.run(), journal=self.journal, folder=self.folder, original=original
        )

    def save(self, step: int, target: float) -> None:
        """A checkpoint that passed, with this target score."""
        checkpoint = self.folder.checkpoint(step)
        checkpoint.mkdir(parents=True)
        (checkpoint / "model.safetensors").write_text(f"weights of step {step}")
        self._append(step, target, passed=True)
        self.best.keep(self.journal.state.checkups[-1])

    def rejudge(self, step: int, target: float, *, passed: bool) -> None:
        """What is known of a checkpoint changes, as by a judge's late scores."""
        self._append(step, target, passed=passed)
        self.best.reconcile()

    @property
    def held(self) -> str | None:
        """The weights that are kept."""
        file = self.folder.best / "model.safetensors"
        return file.read_text() if file.is_file() else None

    def _append(self, step: int, target: float, *, passed: bool) -> None:
        estimate = Estimate(value=target, low=0.0, high=1.0, level=0.95, n=9, stderr=0.1, dof=1000)
        gained = Measurement(
            name="target", slice="all", estimate=estimate, now=target, higher_is_better=True
        )
        checkup: Checkup = replace(
            self.make.checkup(step),
            checkpoint=str(self.folder.checkpoint(step)),
            measurements=(gained,),
            verdict=Verdict(outcomes=(), passed=passed, proven=False),
        )
        self.journal.append(Examined(run="r", attempt=1, step=step, checkup=checkup))


@pytest.fixture
def training(make: Any, tmp_path: Path) -> Training:
    """A run with nothing saved yet."""
    return Training(make, tmp_path)


def test_a_better_checkpoint_takes_the_place_of_the_one_before(training: Training) -> None:
    """0.5, then 0.7, then 0.6: the second is held, and nothing beside it."""
    for step, target in ((10, 0.5), (20, 0.7), (30, 0.6)):
        training.save(step, target)

    assert training.held == "weights of step 20"
    assert [path.name for path in training.folder.root.glob("best*")] == ["best"]


def test_a_choice_that_moves_back_is_told(
    training: Training, capsys: pytest.CaptureFixture[str]
) -> None:
    """Step 20 turns out a failure: step 10, whose files are still there, is held and named."""
    training.save(10, 0.5)
    training.save(20, 0.7)
    training.rejudge(20, 0.7, passed=False)

    assert training.held == "weights of step 10"
    assert "step 10 is kept in place of step 20" in capsys.readouterr().out
    lineage = read_lineage(training.folder.best)
    assert lineage is not None
    assert lineage.checkup.step == 10


def test_a_choice_whose_files_are_gone_is_passed_over(training: Training) -> None:
    """Step 10 was rotated away when step 20 fails: nothing is held, and the ledger says so."""
    training.save(10, 0.5)
    training.save(20, 0.7)
    shutil.rmtree(training.folder.checkpoint(10))
    training.rejudge(20, 0.7, passed=False)

    assert training.held is None
    assert [e.step for e in Ledger(training.folder.ledger).read() if isinstance(e, Lost)] == [10]


def test_what_is_no_best_any_more_is_put_aside(
    training: Training, capsys: pytest.CaptureFixture[str]
) -> None:
    """The only one that passed no longer does: `best` vouches for nothing, its files remain."""
    training.save(10, 0.5)
    training.rejudge(10, 0.5, passed=False)

    assert training.held is None
    (aside,) = training.folder.root.glob("best-*")
    assert (aside / "model.safetensors").read_text() == "weights of step 10"
    assert "step 10 is the best no more" in capsys.readouterr().out
