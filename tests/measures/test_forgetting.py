"""Tests of forgetting: drops by hand, slices, likelihoods apart, the unscored and the floor."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from ftguard.measures.forgetting import forgetting
from ftguard.measures.measurement import Measurement
from ftguard.probes import Constraint, Probe
from ftguard.scores.record import Score
from ftguard.scores.snapshot import Snapshot

Snap = Callable[..., Snapshot]


def _general(*ids: str, slices: tuple[str, ...] = (), scorer: str = "auto") -> list[Probe]:
    return [
        Probe(id=name, prompt="q", reference="a", scorer=scorer, slices=slices, role="general")
        for name in ids
    ]


def _by_slice(measurements: Iterable[Measurement]) -> dict[str, Measurement]:
    found = list(measurements)
    assert len(found) == len({measurement.slice for measurement in found})
    return {measurement.slice: measurement for measurement in found}


def _value(measurement: Measurement) -> float:
    assert measurement.estimate is not None
    return measurement.estimate.value


def _scores(prefix: str, right: int, wrong: int) -> dict[str, float | None]:
    values = [1.0] * right + [0.0] * wrong
    return {f"{prefix}{index}": value for index, value in enumerate(values)}


def test_each_category_and_the_whole(snap: Snap) -> None:
    """Of 8 + 6 right answers 2 + 3 are lost: 25 % and 50 %, together 5/14."""
    probes = _general(*(f"m{i}" for i in range(10)), slices=("math",))
    probes += _general(*(f"w{i}" for i in range(10)), slices=("words", "short"))
    base = snap(_scores("m", 8, 2) | _scores("w", 6, 4))
    now = snap(_scores("m", 6, 4) | _scores("w", 3, 7))

    found = _by_slice(forgetting(probes, base, now))

    assert list(found) == ["all", "math", "short", "words"]
    assert _value(found["all"]) == pytest.approx(5 / 14)
    assert _value(found["math"]) == pytest.approx(2 / 8)
    assert _value(found["words"]) == _value(found["short"]) == pytest.approx(3 / 6)
    whole = found["all"]
    assert (whole.base, whole.now, whole.chance) == (14 / 20, 9 / 20, 0)
    assert (whole.name, whole.higher_is_better, whole.unit) == ("forgetting", False, "relative")
    assert whole.estimate is not None
    assert whole.estimate.n == 20


def test_only_general_probes_count(snap: Snap) -> None:
    """Target and tail probes are no general capability; without general ones there is nothing."""
    others = [Probe(id=role, prompt="q", reference="a", role=role) for role in ("target", "tail")]
    scores = snap({"target": 1.0, "tail": 1.0})

    assert list(forgetting(others, scores, scores)) == []


def test_guessing_is_taken_off(snap: Snap) -> None:
    """Four options: 17 of 20 right, 5 of them by chance, so 3 lost are 3/12."""
    probes = [
        Probe(id=f"q{i}", prompt="q", reference="a", choices=tuple("abcd"), role="general")
        for i in range(20)
    ]
    base, now = snap(_scores("q", 17, 3)), snap(_scores("q", 14, 6))

    whole = _by_slice(forgetting(probes, base, now))["all"]

    assert _value(whole) == pytest.approx(3 / 12)
    assert whole.chance == 0.25


def test_likelihoods_are_never_mixed_with_answers(snap: Snap) -> None:
    """Answers make `all`, likelihoods `likelihood`; a shared category has one slice of each."""
    probes = _general("a0", "a1", "a2", "a3", slices=("words",))
    probes += _general("l0", "l1", slices=("words",), scorer="likelihood")
    base = snap(_scores("a", 4, 0) | {"l0": 0.6, "l1": 0.4})
    now = snap(_scores("a", 3, 1) | {"l0": 0.3, "l1": 0.2})

    found = _by_slice(forgetting(probes, base, now))

    assert {name: _value(measurement) for name, measurement in found.items()} == pytest.approx(
        {"all": 1 / 4, "words": 1 / 4, "likelihood": 0.5, "words/likelihood": 0.5}
    )
    assert [found[name].key for name in ("all", "likelihood")] == [
        "forgetting/all",
        "forgetting/likelihood",
    ]


def test_likelihoods_alone_are_all(snap: Snap) -> None:
    """Where nothing else is asked, the likelihoods need no slice of their own."""
    probes = _general("l0", "l1", slices=("stories",), scorer="likelihood")
    base, now = snap({"l0": 0.6, "l1": 0.4}), snap({"l0": 0.6, "l1": 0.3})

    found = _by_slice(forgetting(probes, base, now))

    assert list(found) == ["all", "stories"]
    assert _value(found["all"]) == pytest.approx(0.1 / 1.0)


def test_probes_unscored_on_either_side_are_counted_and_left_out(snap: Snap) -> None:
    """One is unscored before, one now, one on both sides: 5 pairs are left, 1 lost of 5."""
    probes = _general(*(f"q{i}" for i in range(8)))
    base = snap(_scores("q", 7, 0) | {"q5": None, "q6": 1.0, "q7": None})
    now = snap(_scores("q", 6, 0) | {"q0": 0.0, "q6": None, "q7": None})

    whole = _by_slice(forgetting(probes, base, now))["all"]

    assert whole.num_unscored == 3
    assert whole.estimate is not None
    assert whole.estimate.value == pytest.approx(1 / 5)
    assert whole.estimate.n == 5


def test_a_base_at_the_floor_has_nothing_to_lose(snap: Snap) -> None:
    """3 right answers of 40 are no ability, so there is no estimate, but a note that says what."""
    probes = _general(*(f"q{i}" for i in range(41)))
    base, now = (snap(_scores("q", right, 40 - right) | {"q40": None}) for right in (3, 0))

    whole = _by_slice(forgetting(probes, base, now))["all"]

    assert (whole.estimate, whole.at_floor) == (None, True)
    assert (whole.base, whole.now, whole.num_scored, whole.num_unscored) == (3 / 40, 0, 40, 1)
    assert "scores 0.075 on these 40 probes" in whole.note
    assert "likelihood" in whole.note


@pytest.mark.parametrize(("base", "floor"), [(0.009, True), (0.011, False)])
def test_a_text_that_is_noise_to_the_base_cannot_be_lost(
    snap: Snap, *, base: float, floor: bool
) -> None:
    """A likelihood below 0.01 per token is at the floor."""
    probes = _general("l0", "l1", "l2", scorer="likelihood")
    scores = snap({"l0": base, "l1": base, "l2": base})

    assert _by_slice(forgetting(probes, scores, scores))["all"].at_floor is floor


def test_nothing_scored_is_no_estimate(snap: Snap) -> None:
    """Where no pair is left there is a reason instead of a number; likelihoods need two pairs."""
    answered, read = _general("a"), _general("l0", "l1", scorer="likelihood")
    base = snap({"a": 1.0, "l0": 0.5, "l1": 0.5})
    now = snap({"a": None, "l0": 0.5, "l1": None})

    found = _by_slice(forgetting(answered + read, base, now))

    assert (found["all"].estimate, found["likelihood"].estimate) == (None, None)
    assert (found["all"].num_unscored, found["likelihood"].num_unscored) == (1, 1)
    assert found["all"].note == "only 0 probes were scored on both sides"
    assert found["likelihood"].note == "only 1 probes were scored on both sides"


def test_form_is_measured_apart_from_knowledge(snap: Snap) -> None:
    """Of 10 probes that ask for a form 5 are lost, of 10 of knowledge none: nothing is forgotten;
    where all ask for a form, they are what there is to forget.
    """
    capitals = Constraint(id="change_case:english_capital")
    form = [
        Probe(
            id=f"f{i}", prompt="q", constraints=[capitals], slices=("x", "format"), role="general"
        )
        for i in range(10)
    ]
    knowledge = _general(*(f"k{i}" for i in range(10)))
    base = snap(_scores("f", 10, 0) | _scores("k", 10, 0))
    now = snap(_scores("f", 5, 5) | _scores("k", 10, 0))

    found = {m.key: m for m in forgetting(form + knowledge, base, now)}
    assert list(found) == ["forgetting/all", "format/all"]
    assert _value(found["forgetting/all"]) == 0
    assert _value(found["format/all"]) == pytest.approx(0.5)
    assert found["forgetting/all"].num_scored == 10

    alone = {m.key: m for m in forgetting(form, base, now)}
    assert _value(alone["forgetting/all"]) == pytest.approx(0.5)
    assert "format/all" not in alone


def test_probes_on_which_the_base_was_cut_off_are_left_out_and_counted(snap: Snap) -> None:
    """Of 10 probes the base was cut off on 4, and the checkpoint on one other: 5 are compared. Cut
    off on all of them, it has said nothing that could be lost.
    """
    probes = _general(*(f"m{i}" for i in range(10)))
    names = [probe.id for probe in probes]

    def cut(*places: int) -> Snapshot:
        scores = tuple(
            Score(probe_id=name, unscored="cut off", cut_off=True)
            if place in places
            else Score(probe_id=name, value=1.0)
            for place, name in enumerate(names)
        )
        return replace(snap({}), scores=scores)

    (whole,) = forgetting(probes, cut(0, 1, 2, 3), cut(4))
    assert (whole.num_scored, whole.num_unscored, whole.num_cut_off) == (5, 1, 4)
    (nothing,) = forgetting(probes, cut(*range(10)), cut())
    assert (nothing.at_floor, nothing.num_unscored, nothing.num_cut_off) == (True, 0, 10)
    assert "`max_new_tokens`" in nothing.note
