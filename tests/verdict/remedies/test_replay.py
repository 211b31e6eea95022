"""Tests of replay: advised where the rate that would do is too low to learn with."""

from collections.abc import Callable

import pytest

from ftguard.verdict.advice import Replay
from ftguard.verdict.checkup import Checkup
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import Verdict
from ftguard.verdict.remedies.replay import replay
from ftguard.verdict.run import Run

Judged = Callable[..., Verdict]
Examined = Callable[..., Checkup]
Runs = Callable[[str, float], Run]
GATE = Gate(measurement="forgetting", limit=0.10)


@pytest.fixture
def replayed(judged: Judged, examined: Examined, run: Runs) -> Callable[..., list[Replay]]:
    """What is advised at the end of a run that lost so much beyond chance."""

    def make(
        drop: float, method: str, rate: float, *, low: float | None = None, gate: Gate = GATE
    ) -> list[Replay]:
        bottom = drop - 0.02 if low is None else low
        checkup = examined(judged((gate, bottom, drop, 2 * drop - bottom)))
        return list(replay(checkup, [], run(method, rate)))

    return make


@pytest.mark.parametrize(
    ("method", "rate", "drop", "share"),
    [
        # Twice the limit from 1e-3 asks for some 2e-4: within reach of full fine-tuning.
        ("full", 1e-3, 0.20, None),
        # From 2e-5 it asks for some 5e-6, which learns little; ...
        ("full", 2e-5, 0.20, 0.1),
        # ... from 3 times the limit on, more of it.
        ("full", 2e-5, 0.29, 0.1),
        ("full", 2e-5, 0.31, 0.3),
        # 2e-4 asks for some 5e-5: little for adapters, not for the whole model.
        ("adapters", 2e-4, 0.20, 0.1),
        ("full", 2e-4, 0.20, None),
    ],
)
def test_replay_is_advised_where_a_rate_alone_would_learn_little(
    replayed: Callable[..., list[Replay]],
    *,
    method: str,
    rate: float,
    drop: float,
    share: float | None,
) -> None:
    """Below the usual rates of the method, and more of it for three times the limit."""
    found = replayed(drop, method, rate)

    assert [advice.share for advice in found] == ([] if share is None else [share])
    assert all(advice.do == "replay" for advice in found)


def test_calibration_and_small_losses_do_not_call_for_replay(
    replayed: Callable[..., list[Replay]],
) -> None:
    """General data mends what is forgotten, not overconfidence."""
    calibration = Gate(measurement="calibration", slice="general", limit=0.05)

    assert not replayed(0.4, "full", 1e-5, gate=calibration)
    assert not replayed(0.05, "full", 1e-5)


@pytest.mark.parametrize(
    ("low", "finding", "hedge"),
    [
        (0.01, True, ""),
        (-0.01, False, ", if the suspicion holds (it is no breach)"),
    ],
)
def test_the_words_tell_a_finding_from_a_suspicion(
    replayed: Callable[..., list[Replay]], *, low: float, finding: bool, hedge: str
) -> None:
    """The share, the reason and how sure it is stand in one sentence."""
    (advice,) = replayed(0.2, "full", 1e-5, low=low)

    assert advice.finding is finding
    assert advice.text.startswith("make 10 % of the training rows the base's own answers")
    assert advice.text.endswith(f"is unlikely to do for forgetting/all{hedge}.")
