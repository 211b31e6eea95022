"""Tests of calibration: confidence and its error by hand, the interval, and which probes count."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from ftguard.ask.answer import Answer
from ftguard.measures.calibration import calibration, confidence, per_token
from ftguard.measures.measurement import Measurement
from ftguard.probes import Probe, Role
from ftguard.scores.snapshot import Snapshot
from ftguard.stats.alpha_spending import Look
from ftguard.stats.calibration_error import cross_fitted_ece
from ftguard.stats.estimates import Array, Estimate
from ftguard.verdict.gate import Gate
from ftguard.verdict.gates import decide

LOOK = Look(number=1, planned=2)
"""It allows p = 0.05 * 0.95 / 2 = 0.02375, where an interval of 95 % just leaves out 0."""

Snap = Callable[..., Snapshot]
Items = Sequence[tuple[float, float]]
"""Confidence and correctness of each item."""
CHOICE = Probe(id="c", prompt="q", reference="a", choices=("a", "b", "d"))
FREE = Probe(id="f", prompt="q", reference="a")


def _probes(n: int, *, role: Role = "target", prefix: str = "p") -> list[Probe]:
    return [Probe(id=f"{prefix}{i}", prompt="q", reference="a", role=role) for i in range(n)]


def _taken(snap: Snap, items: Items, prefix: str = "p") -> Snapshot:
    """A snapshot of generated answers of one token, as likely as each item's confidence."""
    answers = [
        Answer(probe_id=f"{prefix}{i}", logprobs=(math.log(sure),))
        for i, (sure, _) in enumerate(items)
    ]
    scores = {f"{prefix}{i}": float(right) for i, (_, right) in enumerate(items)}
    return snap(scores, answers=answers)


def _estimate(measurement: Measurement) -> Estimate:
    assert measurement.estimate is not None
    return measurement.estimate


@pytest.mark.parametrize(
    ("probabilities", "sure"),
    [((0.6, 0.2, 0.2), 0.6), ((0.06, 0.02, 0.02), 0.6), ((0.1, 0.3, 0.1), 0.6)],
)
def test_confidence_in_an_option_is_its_share_among_the_options(
    probabilities: tuple[float, ...], sure: float
) -> None:
    """0.3 of 0.1 + 0.3 + 0.1 is 60 %, be it the right option or not."""
    answer = Answer(probe_id="c", option_logprobs=tuple(math.log(p) for p in probabilities))

    assert confidence(CHOICE, answer) == pytest.approx(sure)


def test_confidence_among_impossible_options_is_even() -> None:
    """Where every option has -1e4 nats (minus infinity), each is as likely as the others."""
    assert confidence(CHOICE, Answer(probe_id="c", option_logprobs=(-1e4,) * 3)) == pytest.approx(
        1 / 3
    )
    assert confidence(CHOICE, Answer(probe_id="c", option_logprobs=(-1e4, -5.0, -1e4))) == 1


def test_confidence_in_a_generated_answer_is_that_of_the_whole() -> None:
    """0.9 * 0.5 * 0.8 = 0.36, the stop token included, whatever the length; never more than 1."""
    logprobs = (math.log(0.9), math.log(0.5), math.log(0.8))

    assert confidence(FREE, Answer(probe_id="f", logprobs=logprobs)) == pytest.approx(0.36)
    assert confidence(FREE, Answer(probe_id="f", logprobs=(1e-9,))) == 1
    assert confidence(FREE, Answer(probe_id="f", logprobs=(-1e4, -0.1))) == 0


def _gate(found: Sequence[Measurement], name: str = "target") -> Measurement:
    return next(m for m in found if (m.name, m.slice) == ("calibration", name))


def test_the_increase_is_the_difference_of_both_errors(snap: Snap) -> None:
    """The gate's measurement holds both low-bias errors and, as its value, their difference."""
    before = _taken(snap, [(0.9, 1), (0.8, 1), (0.7, 1)])
    after = _taken(snap, [(0.9, 1), (0.9, 0), (0.8, 1)])

    found = _gate(list(calibration(_probes(3), before, after)))

    assert (found.key, found.unit, found.higher_is_better) == (
        "calibration/target",
        "points",
        False,
    )
    assert found.base == pytest.approx(
        cross_fitted_ece(np.array([0.9, 0.8, 0.7]), np.array([1.0, 1.0, 1.0]))
    )
    estimate = _estimate(found)
    assert found.now is not None
    assert found.base is not None
    assert estimate.value == pytest.approx(found.now - found.base)
    assert (estimate.n, estimate.level) == (3, 0.95)
    assert estimate.low < estimate.value < estimate.high


def test_what_papers_report_stands_beside_it(snap: Snap) -> None:
    """Of two answers, 0.9 and right, 0.6 and wrong: each metric by hand, before and after."""
    before = _taken(snap, [(0.9, 1), (0.6, 0)])
    after = _taken(snap, [(0.8, 1), (0.6, 1)])

    found = {m.name: m for m in calibration(_probes(2), before, after)}

    # Each has a bin of its own: the mean of 0.1 and 0.6, then of 0.2 and 0.4.
    assert (found["ece15"].base, found["ece15"].now) == pytest.approx((0.35, 0.30))
    # The Brier score is the mean of 0.01 and 0.36, then of 0.04 and 0.16.
    assert (found["brier"].base, found["brier"].now) == pytest.approx((0.185, 0.10))
    assert _estimate(found["brier"]).value == pytest.approx(0.10 - 0.185)
    assert found["nll"].base == pytest.approx(-(math.log(0.9) + math.log(0.4)) / 2)
    # Signed, the gaps are -0.1 and 0.6, then -0.2 and -0.4.
    assert (found["overconfidence"].base, found["overconfidence"].now) == pytest.approx(
        (0.25, -0.30)
    )
    assert _estimate(found["overconfidence"]).value == pytest.approx(-0.55)
    # Each item in a bin of its own: the squared gaps, and accuracies of 1 and 0 around a half.
    parts = [found[f"brier_{part}"] for part in ("reliability", "resolution", "uncertainty")]
    assert [part.base for part in parts] == pytest.approx([0.185, 0.25, 0.25])
    assert [part.now for part in parts] == pytest.approx([0.10, 0.0, 0.0])
    assert [part.higher_is_better for part in parts] == [False, True, False]


def test_nothing_changed_on_five_items_is_no_certainty(snap: Snap) -> None:
    """The same five answers again: 0, give or take 2.4469 * sqrt(2 / 6 / 7) = 0.534."""
    same = _taken(snap, [(0.9, 1), (0.6, 0), (0.8, 1), (0.5, 1), (0.7, 0)])

    found = _gate(list(calibration(_probes(5), same, same)))

    estimate = _estimate(found)
    assert (estimate.low, estimate.value, estimate.high) == pytest.approx(
        (-0.53396, 0, 0.53396), abs=1e-5
    )
    gate = Gate(measurement="calibration", slice="target", limit=0.05)
    assert [outcome.state for outcome in decide([found], [gate], LOOK).outcomes] == ["within"]


def test_the_interval_is_that_of_pairs(snap: Snap) -> None:
    """One item of 100 that changed is a narrow interval, though either error alone is uncertain."""
    rng = np.random.default_rng(0)
    sure = rng.uniform(0.5, 1, 100)
    items = list(zip(sure.tolist(), (rng.random(100) < sure).astype(float).tolist(), strict=True))
    changed = [(0.99, 0.0), *items[1:]]

    found = _gate(list(calibration(_probes(100), _taken(snap, items), _taken(snap, changed))))

    estimate = _estimate(found)
    assert 0 < estimate.high - estimate.low < 0.1


def _calibrated(seed: int, n: int) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    sure = rng.uniform(0.5, 1, n)
    return sure, (rng.random(n) < sure).astype(float)


def test_an_overconfident_model_is_seen(snap: Snap) -> None:
    """A model that halves the doubt of a calibrated one (0.75 -> 0.875) breaches the limit 0.05."""
    sure, right = _calibrated(0, 400)
    base = _taken(snap, list(zip(sure.tolist(), right.tolist(), strict=True)))
    now = _taken(snap, list(zip((1 - (1 - sure) / 2).tolist(), right.tolist(), strict=True)))

    found = _gate(list(calibration(_probes(400), base, now)))

    # The mean doubt of 0.25 is halved: 0.125 more confidence than accuracy.
    assert _estimate(found).value == pytest.approx(0.125, abs=0.04)
    gate = Gate(measurement="calibration", slice="target", limit=0.05)
    assert [outcome.state for outcome in decide([found], [gate], LOOK).outcomes] == ["breach"]


def test_a_calibrated_pair_is_not_accused(snap: Snap) -> None:
    """Of 20 pairs of calibrated models on fresh items, at most 2 intervals leave out 0."""
    left_out = 0
    for seed in range(20):
        base, now = (
            _taken(snap, list(zip(*(part.tolist() for part in _calibrated(s, 200)), strict=True)))
            for s in (seed, 100 + seed)
        )
        found = _gate(list(calibration(_probes(200), base, now)))
        left_out += not _estimate(found).low <= 0 <= _estimate(found).high

    # With 95 % coverage 3 or more of 20 would be left out in 1 of 13 draws of seeds.
    assert left_out <= 2


def test_the_same_snapshots_give_the_same_interval(snap: Snap) -> None:
    """Resampling is seeded."""
    base = _taken(snap, [(0.9, 1), (0.6, 0), (0.8, 1)])
    now = _taken(snap, [(0.7, 1), (0.9, 0), (0.8, 0)])

    assert list(calibration(_probes(3), base, now)) == list(calibration(_probes(3), base, now))


def _options(name: str, role: Role) -> Probe:
    return Probe(id=name, prompt="q", reference="a", choices=("a", "b"), role=role)


def _chosen(snap: Snap, sure: dict[str, float]) -> Snapshot:
    """A snapshot of right choices between two options."""
    answers = [
        Answer(
            probe_id=name,
            logprobs=(math.log(p),),
            option_logprobs=(math.log(p), math.log(1 - p)),
        )
        for name, p in sure.items()
    ]
    return snap(dict.fromkeys(sure, 1.0), answers=answers)


def test_general_is_the_multiple_choice_among_general_probes(snap: Snap) -> None:
    """Target answers of any kind are `target`; of general probes only choices tell confidence."""
    probes = [
        *(_options(name, "general") for name in ("g0", "g1")),
        *_probes(2, role="general", prefix="free"),
        *_probes(2, role="target", prefix="t"),
        *_probes(2, role="tail", prefix="tail"),
    ]
    sure = {"g0": 0.9, "g1": 0.7, "free0": 0.6, "free1": 0.6, "t0": 0.8, "t1": 0.6} | {
        "tail0": 0.5,
        "tail1": 0.5,
    }
    base = _chosen(snap, sure)

    found = {m.slice: m for m in calibration(probes, base, base) if m.name == "overconfidence"}

    # All are right: the target lacks (0.2 + 0.4) / 2 of confidence, the choices (0.1 + 0.3) / 2.
    assert {name: m.base for name, m in found.items()} == pytest.approx(
        {"target": -0.3, "general": -0.2}
    )


def test_calibration_probes_stand_in_for_the_general_ones(snap: Snap) -> None:
    """Where some are given, `general` is theirs alone."""
    probes = [_options(name, "general") for name in ("g0", "g1")]
    probes += [_options(name, "calibration") for name in ("c0", "c1", "c2")]
    base = _chosen(snap, {"g0": 0.9, "g1": 0.9, "c0": 0.6, "c1": 0.7, "c2": 0.8})

    measured = list(calibration(probes, base, base))

    assert {m.slice for m in measured} == {"general"}
    assert _estimate(_gate(measured, "general")).n == 3
    # All are right and lack (0.4 + 0.3 + 0.2) / 3 of confidence.
    signed = next(m for m in measured if m.name == "overconfidence")
    assert signed.base == pytest.approx(-0.3)


def test_likelihoods_have_no_confidence(snap: Snap) -> None:
    """A text that is read is not an answer that could be right."""
    read = [Probe(id="l", prompt="", reference="a", scorer="likelihood", role="target")]
    base = snap({"l": 0.5}, answers=[Answer(probe_id="l", logprobs=(-0.7,))])

    assert list(calibration(read, base, base)) == []


def test_unscored_probes_are_counted_and_too_few_are_no_estimate(snap: Snap) -> None:
    """With one of two answers unscored there is a reason instead of an error."""
    base = _taken(snap, [(0.9, 1), (0.8, 1)])
    now = snap({"p0": 1.0, "p1": None}, answers=base.answers)

    found, per_token = calibration(_probes(2), base, now)
    assert per_token.key == "calibration_per_token/target"

    assert (found.estimate, found.num_unscored) == (None, 1)
    assert found.note == "only 1 probes were scored on both sides"


def test_confidence_is_of_the_answer_and_not_of_the_thinking_before_it() -> None:
    """After two tokens of thought at 10 % each, 0.9 x 0.5 = 45 %, and 67 % a token."""
    nats = tuple(math.log(p) for p in (0.1, 0.1, 0.9, 0.5))
    answer = Answer(probe_id="f", token_ids=(1, 2, 3, 4), logprobs=nats, num_reasoning_tokens=2)

    assert confidence(FREE, answer) == pytest.approx(0.45)
    assert per_token(FREE, answer) == pytest.approx(math.sqrt(0.45))


def test_the_gate_is_told_the_error_itself_and_its_direction(snap: Snap) -> None:
    """Of three answers 0.9, 0.9 and 0.8 sure of, two right: 0.867 - 0.667 = 0.2 overconfident."""
    before = _taken(snap, [(0.9, 1), (0.8, 1), (0.7, 1)])
    after = _taken(snap, [(0.9, 1), (0.9, 0), (0.8, 1)])

    found = {m.name: m for m in calibration(_probes(3), before, after) if "_per_" not in m.name}

    gate, own = found["calibration"], found["calibration_error"]
    assert gate.overconfidence == pytest.approx(0.2)
    assert gate.own == own.estimate
    assert _estimate(own).value == own.now == gate.now
    assert own.base == gate.base
    # Mean confidence 0.8 -> 0.867, accuracy 1 -> 0.667. The squares 0.01 + 0.04 + 0.09 and then
    # 0.01 + 0.81 + 0.04, over three, and the error rate of a third with the latter.
    assert (found["confidence"].base, found["confidence"].now) == pytest.approx((0.8, 2.6 / 3))
    assert (found["accuracy"].base, found["accuracy"].now) == pytest.approx((1, 2 / 3))
    assert found["accuracy"].higher_is_better
    assert (found["answer_brier"].base, found["answer_brier"].now) == pytest.approx(
        (0.14 / 3, 0.86 / 3 + 1 / 3)
    )


def test_a_base_that_is_always_wrong_has_no_calibration_to_lose(snap: Snap) -> None:
    """Unsure (0.06) and wrong is an error of nearly 0: the floor says so; three of 40 right is it
    still, 20 are not.
    """
    now = _taken(snap, [(0.9, float(index < 24)) for index in range(40)])

    def gate(right: int) -> Measurement:
        base = _taken(snap, [(0.06, float(index < right)) for index in range(40)])
        return _gate(list(calibration(_probes(40), base, now)))

    assert [gate(right).at_floor for right in (0, 3, 20)] == [True, True, False]
    assert gate(0).note == (
        "the base is right on 0.000 of these 40, not beyond chance (0.00), so it had no "
        "calibration to lose"
    )
    assert not gate(0).nothing_open
    assert _estimate(gate(0)).value > 0.2


def test_whole_answers_of_no_probability_are_no_confidence(snap: Snap) -> None:
    """At 0.01 before and 0.04 after neither is sure of what it says; at 0.06 one is."""
    base = _taken(snap, [(0.01, float(index < 10)) for index in range(40)])

    def gate(sure: float) -> Measurement:
        now = _taken(snap, [(sure, float(index < 30)) for index in range(40)])
        return _gate(list(calibration(_probes(40), base, now)))

    assert (gate(0.04).nothing_open, gate(0.06).nothing_open) == (True, False)
    assert gate(0.04).note == (
        "whole answers have a probability of 0.010 before and 0.040 after, too long for it to tell "
        "how sure either model is"
    )
