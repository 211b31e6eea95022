"""Fixtures for the tests of a run: its events, made by hand."""

import pytest

from ftguard.measures.measurement import Measurement
from ftguard.run.ledger import Acted, Examined, RunStarted
from ftguard.stats.alpha_spending import Look
from ftguard.stats.estimates import Estimate
from ftguard.verdict.advice import Stop
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.defaults import DEFAULT_GATES
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import decide
from ftguard.verdict.run import Run

LOOK = Look(number=1, planned=2)
"""It allows p = 0.05 * 0.95 / 2 = 0.02375, where an interval of 95 % just leaves out 0."""


class MakeEvent:
    """Makes events of a run."""

    def run(self, run: str = "r", attempt: int = 1, resumed_from: int = 0) -> Run:
        """A run that was started."""
        return Run(
            id=run,
            attempt=attempt,
            resumed_from=resumed_from,
            method="adapters",
            learning_rate=2e-4,
            max_steps=100,
            planned_checkpoints=None,
            planned_looks=None,
            gates=DEFAULT_GATES,
            not_measured=("tail",),
        )

    def checkup(self, step: int, run: str = "r", attempt: int = 1, epoch: float = 0.1) -> Checkup:
        """A checkpoint with one measurement, beyond its limit."""
        estimate = Estimate(
            value=0.1 + 0.2,
            low=1e-17,
            high=2 / 3,
            level=0.95,
            n=7,
            stderr=((2 / 3) - (1e-17)) / 3.92,
            dof=1000,
        )
        measurement = Measurement(
            name="forgetting", slice="all", estimate=estimate, base=1.0, now=0.7, note='“{"a"}”\n'
        )
        gates = [Gate(measurement="forgetting", limit=0.1), Gate(measurement="tail", limit=0.1)]
        verdict = decide([measurement], gates, LOOK)
        outcome = verdict.outcomes[0]
        return Checkup(
            run=run,
            attempt=attempt,
            step=step,
            epoch=epoch,
            progress=step / 100,
            checkpoint=None,
            eval_loss=1.25,
            measurements=(measurement,),
            verdict=verdict,
            advice=(Stop(best_step=2, outcome=outcome, finding=True, text="stop"),),
            seconds=0.3,
            notes=("smaller batches",),
        )

    def started(self, run: str = "r", attempt: int = 1, step: int = 0) -> RunStarted:
        """The event of a start."""
        return RunStarted(run=run, attempt=attempt, step=step, record=self.run(run, attempt, step))

    def examined(self, step: int, run: str = "r", attempt: int = 1, epoch: float = 0.1) -> Examined:
        """The event of an examined checkpoint."""
        checkup = self.checkup(step, run, attempt, epoch)
        return Examined(run=run, attempt=attempt, step=step, checkup=checkup)

    def lowered(self, step: int, learning_rate: float, attempt: int = 1) -> Acted:
        """The event of a lowered learning rate."""
        return Acted(
            run="r",
            attempt=attempt,
            step=step,
            do="lower_learning_rate",
            learning_rate=learning_rate,
            reason="too high",
        )


@pytest.fixture
def make() -> MakeEvent:
    """Makes events of a run."""
    return MakeEvent()
