"""Tests of assessing: what is decided where nothing is left to decide on."""

import pytest

from ftguard.run.examine import Advising, Moment, assess
from ftguard.stats.alpha_spending import Look
from ftguard.verdict.run import Run


@pytest.mark.parametrize(
    ("not_measured", "passed"), [(("forgetting/all", "tail/worst"), None), ((), True)]
)
def test_no_gate_is_no_pass_where_no_probe_was_left(
    not_measured: tuple[str, ...], *, passed: bool | None
) -> None:
    """All probes leaked: undecided. A user who asked for no gates has what they asked for; proven
    is neither.
    """
    run = Run(
        id="r",
        attempt=1,
        resumed_from=0,
        method="full",
        learning_rate=1e-4,
        max_steps=4,
        planned_checkpoints=1,
        planned_looks=1,
        gates=(),
        not_measured=not_measured,
    )
    checkup = assess(
        (),
        run,
        Moment(step=4, epoch=1.0, progress=1.0, checkpoint=None, eval_loss=None),
        look=Look(number=1, planned=1),
        past=(),
        current_rate=1e-4,
        advising=Advising(patience=2),
    )

    assert (checkup.verdict.passed, checkup.verdict.proven) == (passed, False)
