"""Tests of replay: advised where the rate that would do is too low to learn with."""

from collections.abc import Callable

import pytest

from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import Verdict
from ftguard.verdict.remedies.replay import replay
from ftguard.verdict.run import Run

Judged = Callable[..., Verdict]
Runs = Callable[[str], Run]
GATE = Gate(measurement="forgetting", limit=0.10)


@pytest.mark.parametrize(
    ("method", "current", "drop", "share"),
    [
        # Wanted is current * (0.5 / times)^steepness, with a steepness between 1.5 and 2.
        # 1e-3 * 0.42^1.5..2 is 1.8e-4 to 2.7e-4: within reach of full fine-tuning.
        ("full", 1e-3, 0.12, None),
        # 4e-5 * 0.25^1.5..2 is 2.5e-6 to 5e-6, below 1e-5; the loss is 2 times the limit.
        ("full", 4e-5, 0.20, 0.1),
        ("full", 4e-5, 0.29, 0.1),
        # From 3 times on, more of it.
        ("full", 4e-5, 0.31, 0.3),
        ("full", 1e-3, 0.99, 0.3),
        # 2e-4 * 0.42^1.5..2 is at most 5.4e-5, below the 1e-4 of adapters, not of the whole.
        ("adapters", 2e-4, 0.12, 0.1),
        ("full", 2e-4, 0.12, None),
    ],
)
def test_replay_is_advised_where_a_rate_alone_would_learn_little(
    judged: Judged, run: Runs, *, method: str, current: float, drop: float, share: float | None
) -> None:
    """Below the usual zone for the method, and more of it for three times the limit."""
    found = list(replay(judged((GATE, 0.01, drop, 1.5)), run(method), current))

    assert [advice.share for advice in found] == ([] if share is None else [share])
    assert all(advice.do == "replay" for advice in found)


def test_calibration_and_small_losses_do_not_call_for_replay(judged: Judged, run: Runs) -> None:
    """General data mends what is forgotten, not overconfidence."""
    calibration = Gate(measurement="calibration", slice="general", limit=0.05)

    assert not list(replay(judged((calibration, 0.3, 0.4, 0.5)), run("full"), 1e-5))
    assert not list(replay(judged((GATE, -0.1, 0.05, 0.2)), run("full"), 1e-5))


@pytest.mark.parametrize(
    ("low", "finding", "hedge"),
    [
        (0.01, True, ""),
        (-0.01, False, ", if the suspicion holds (it is no breach)"),
    ],
)
def test_the_words_tell_a_finding_from_a_suspicion(
    judged: Judged, run: Runs, *, low: float, finding: bool, hedge: str
) -> None:
    """The share, the reason and how sure it is stand in one sentence."""
    (advice,) = replay(judged((GATE, low, 0.2, 0.5)), run("full"), 4e-5)

    assert advice.finding is finding
    assert advice.text.startswith("make 10 % of the training rows the base's own answers")
    assert advice.text.endswith(f"is unlikely to do for forgetting/all{hedge}.")
