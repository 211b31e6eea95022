"""Tests of `measure`, which asks every measure in the order in which people read them."""

from collections.abc import Callable

from ftguard.ask.answer import Answer
from ftguard.measures import measure
from ftguard.probes import Probe, Role
from ftguard.scores.snapshot import Snapshot


def test_everything_measurable_comes_in_reading_order(snap: Callable[..., Snapshot]) -> None:
    """Target, forgetting, flips, tail, calibration of both, drift: a flat list of unique keys."""
    roles: tuple[Role, ...] = ("target", "general", "tail")
    probes = [
        Probe(id=f"{role}{i}", prompt="q", reference="a", choices=("a", "b"), role=role)
        for role in roles
        for i in range(12)
    ]
    answers = [
        Answer(probe_id=probe.id, logprobs=(-0.1,), option_logprobs=(-0.1, -2.4))
        for probe in probes
    ]
    base = snap({probe.id: 1.0 for probe in probes}, answers=answers, base_answer_logprobs=answers)

    assert [measurement.key for measurement in measure(probes, base, base)] == [
        "target/all",
        "forgetting/all",
        "own_answers/all",
        "forgotten/all",
        "gained/all",
        "tail/all",
        "tail/worst",
        *(
            f"{name}/{split}"
            for split in ("target", "general")
            for name in (
                "calibration",
                "calibration_error",
                "ece15",
                "brier",
                "answer_brier",
                "nll",
                "accuracy",
                "confidence",
                "overconfidence",
                "brier_reliability",
                "brier_resolution",
                "brier_uncertainty",
            )
        ),
        "drift/nats",
        "drift/changed",
    ]
