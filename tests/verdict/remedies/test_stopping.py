"""Tests of early stopping: breaches in a row, interrupted by anything else."""

from collections.abc import Callable

import pytest

from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate, State
from ftguard.verdict.gates import Verdict
from ftguard.verdict.remedies.stopping import stop

Judged = Callable[..., Verdict]
Examined = Callable[..., Checkup]
GATE = Gate(measurement="forgetting", limit=0.10)
INTERVALS: dict[str, tuple[float, float, float]] = {
    "pass": (-0.02, 0.05, 0.12),
    "doubt": (-0.1, 0.2, 0.5),
    "breach": (0.1, 0.2, 0.3),
}
STATES: dict[str, State] = {"pass": "within", "doubt": "suspect", "breach": "breach"}


@pytest.fixture
def past_and_now(
    judged: Judged, examined: Examined
) -> Callable[..., tuple[list[Checkup], Verdict]]:
    """Checkups of steps 2, 4, ... with these verdicts, and the last one's verdict."""

    def make(*names: str) -> tuple[list[Checkup], Verdict]:
        verdicts = [judged((GATE, *INTERVALS[name])) for name in names]
        assert [v.outcomes[0].state for v in verdicts] == [STATES[name] for name in names]
        past = [examined(verdict, step=2 * i) for i, verdict in enumerate(verdicts[:-1], start=1)]
        return past, verdicts[-1]

    return make


@pytest.mark.parametrize(
    ("names", "patience", "stopped"),
    [
        (["breach"], 2, False),
        (["breach", "breach"], 2, True),
        (["breach", "pass", "breach"], 2, False),
        (["breach", "doubt", "breach"], 2, False),
        (["breach", "pass", "breach", "breach"], 2, True),
        (["breach", "breach", "pass"], 2, False),
        (["breach", "breach", "doubt"], 2, False),
        (["breach"], 1, True),
        (["breach", "breach"], 3, False),
        (["pass", "breach", "breach", "breach"], 3, True),
    ],
)
def test_breaches_in_a_row_stop_and_a_pass_starts_over(
    past_and_now: Callable[..., tuple[list[Checkup], Verdict]],
    names: list[str],
    *,
    patience: int,
    stopped: bool,
) -> None:
    """This one included, so many in a row; a pass or a doubt in between resets the count."""
    past, verdict = past_and_now(*names)

    assert bool(list(stop(verdict, past, patience))) is stopped


def test_the_advice_names_the_step_to_go_back_to(
    past_and_now: Callable[..., tuple[list[Checkup], Verdict]],
) -> None:
    """Steps 2 and 4 passed, and without a target the latest is the best: 4."""
    past, verdict = past_and_now("pass", "pass", "breach", "breach")

    (advice,) = stop(verdict, past, 2)

    assert (advice.do, advice.best_step, advice.finding) == ("stop", 4, True)
    assert advice.outcome.state == "breach"
    assert advice.text == (
        "stop: 2 checkpoints in a row breached a gate; step 4 is the best that passed."
    )


def test_without_a_checkpoint_that_passed_there_is_none_to_go_back_to(
    past_and_now: Callable[..., tuple[list[Checkup], Verdict]],
) -> None:
    """There is then no best step, and the sentence says so."""
    past, verdict = past_and_now("breach", "breach")

    (advice,) = stop(verdict, past, 2)

    assert advice.best_step is None
    assert advice.text.endswith("no checkpoint has passed.")
