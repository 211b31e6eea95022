"""Tests of what is measured where a budget had a part of the probes asked: by hand, and the rest.

Of 20 questions the base answers 14, which is 0.7.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import msgspec
import pytest

from ftguard.ask.answer import Answer
from ftguard.measures import measure
from ftguard.measures.measurement import NOT_ASKED, Measurement
from ftguard.probes import Probe
from ftguard.scores.snapshot import Snapshot

Snap = Callable[..., Snapshot]
BASE = {f"q{i}": float(i < 14) for i in range(20)}
PART: Mapping[str, float] = {"q0": 0.0, "q1": 0.0, "q2": 1.0, "q3": 1.0, "q14": 0.0}
"""Two of the five that were asked are lost, none is gained."""


def _probes(
    role: str,
    ids: Sequence[str] = tuple(BASE),
    slices: tuple[str, ...] = (),
    source: str | None = None,
) -> list[Probe]:
    return [
        Probe(
            id=name,
            prompt="q",
            reference="a",
            role=role,  # type: ignore[arg-type]
            slices=slices,
            source=source,
        )
        for name in ids
    ]


def _found(probes: Sequence[Probe], base: Snapshot, now: Snapshot) -> dict[str, Measurement]:
    return {m.key: m for m in measure(probes, base, now)}


def test_a_drop_of_a_part_is_a_share_of_what_the_base_knows_of_all(snap: Snap) -> None:
    """2 of 5 are lost, which is 0.4 / 0.7; of the part's own 4 right answers it would be 0.5.

    The differences less 0.4 are 0.6 twice and -0.4 three times: with the two added steps their
    squares are 3.2, over 6^2, by 6/7 an error of 0.276. The base's error over all 20 is that of
    4.2 + 2, over 21^2, by 21/22: 0.1158, of which the drop takes its share. The base's mean is of
    all, and the checkpoint's is that less 0.4.
    """
    found = _found(_probes("general"), snap(BASE), snap(PART))["forgetting/all"]
    estimate = found.estimate

    assert estimate is not None
    assert estimate.value == pytest.approx(0.4 / 0.7)
    assert found.base == pytest.approx(0.7)
    assert found.now == pytest.approx(0.3)
    assert estimate.null_stderr == pytest.approx(0.27603 / 0.7, rel=1e-4)
    both = (0.27603**2 + (0.4 / 0.7 * 0.11584) ** 2) ** 0.5
    assert estimate.stderr == pytest.approx(both / 0.7, rel=1e-4)
    assert (estimate.n, found.num_unscored, found.num_in_all) == (5, 0, 20)
    assert found.part == "5 of 20"


def test_what_was_not_asked_keeps_its_place_and_pulls_nothing(snap: Snap) -> None:
    """Each lost one pulls by 0.6 / 0.7 / 5, each other by -0.4 / 0.7 / 5; the rest is None."""
    found = _found(_probes("general"), snap(BASE), snap(PART))["forgetting/all"]
    pulls = dict(zip(BASE, found.influence, strict=True))

    assert {name for name, pull in pulls.items() if pull is not None} == set(PART)
    assert pulls["q0"] == pytest.approx(0.6 / 0.7 / 5, rel=1e-4)
    assert pulls["q14"] == pytest.approx(-0.4 / 0.7 / 5, rel=1e-4)


def test_probes_of_one_source_keep_one_place(snap: Snap) -> None:
    """Four sources of five: the part asked one of each of two, which are two of four places."""
    probes = [replace(probe, source=f"s{i // 5}") for i, probe in enumerate(_probes("general"))]
    found = _found(probes, snap(BASE), snap({"q0": 0.0, "q5": 1.0}))["forgetting/all"]

    assert [pull is not None for pull in found.influence] == [True, True, False, False]


def test_only_what_was_asked_is_unscored_or_cut_off(snap: Snap) -> None:
    """Of 20 a base has one cut off and one unscored; the part asked neither, but one without score.

    Where the part holds them, they count.
    """
    base = snap({**BASE, "q18": None, "q19": None})
    cut = tuple(replace(s, cut_off=s.probe_id == "q18") for s in base.scores)
    base = replace(base, scores=cut)
    without, with_them = snap({**PART, "q4": None}), snap({**PART, "q18": 0.0, "q19": 0.0})

    found = _found(_probes("general"), base, without)["forgetting/all"]
    assert (found.num_asked, found.num_unscored, found.num_cut_off) == (6, 1, 0)
    found = _found(_probes("general"), base, with_them)["forgetting/all"]
    assert (found.num_asked, found.num_unscored, found.num_cut_off) == (7, 1, 1)


def test_a_base_that_was_asked_a_part_itself_has_that_part(snap: Snap) -> None:
    """The base has answered 10 of 20, 7 of them rightly, and now 4 of those are asked: 1/4 / 0.7.

    Two that the base was not asked count nowhere.
    """
    asked = {f"q{i}": BASE[f"q{i}"] for i in (*range(7), 14, 15, 16)}
    now = {"q0": 0.0, "q1": 1.0, "q2": 1.0, "q14": 0.0, "q12": 1.0, "q13": 0.0}

    found = _found(_probes("general"), snap(asked), snap(now))["forgetting/all"]

    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(1 / 4 / 0.7)
    assert (found.num_asked, found.num_in_all) == (4, 20)


def test_the_floor_is_that_of_all_that_the_base_answered(snap: Snap) -> None:
    """Two wrong answers and a right one are at the floor alone, of 14 right ones of 20 not.

    The other way round 2 right ones of 20 are no ability, though the part asked just those.
    """
    found = _found(_probes("general"), snap(BASE), snap({"q0": 1.0, "q14": 0.0, "q15": 0.0}))
    assert found["forgetting/all"].estimate is not None

    weak = {name: float(name in ("q0", "q1")) for name in BASE}
    for now in ({"q0": 1.0, "q1": 1.0}, {}):
        found = _found(_probes("general"), snap(weak), snap(now))
        assert (found["forgetting/all"].estimate, found["forgetting/all"].at_floor) == (None, True)
        assert "on these 20 probes" in found["forgetting/all"].note


def test_a_slice_that_was_not_asked_says_so(snap: Snap) -> None:
    """It has no estimate, and nothing of it is unscored."""
    asked = _probes("general", list(BASE)[:10], slices=("first",))
    rest = _probes("general", list(BASE)[10:], slices=("second",))
    found = _found([*asked, *rest], snap(BASE), snap(dict.fromkeys(list(BASE)[:10], 1.0)))

    second = found["forgetting/second"]
    assert (second.estimate, second.num_unscored, second.not_asked) == (None, 0, True)
    assert second.note == NOT_ASKED
    assert not found["forgetting/first"].num_in_all
    assert found["forgetting/all"].part == "10 of 20"


def test_gains_are_told_beside_the_base_of_all(snap: Snap) -> None:
    """Of three that were asked one is gained: 0.7 becomes 0.7 + 1/3, which is no more than 1."""
    now = {"q0": 1.0, "q14": 1.0, "q15": 0.0}
    sides = (snap(scores, answers=[_said(name, -0.3) for name in BASE]) for scores in (BASE, now))
    gain = _found(_probes("target"), *sides)["target/all"]

    assert gain.estimate is not None
    assert gain.estimate.value == pytest.approx(1 / 3)
    assert gain.base == pytest.approx(0.7)
    assert (gain.now, gain.part) == (1.0, "3 of 20")


def test_of_a_target_that_was_not_asked_the_base_is_still_known(snap: Snap) -> None:
    """So that a curve's gain can be added to it."""
    gain = _found(_probes("target"), snap(BASE), snap({}))["target/all"]

    assert gain.base == pytest.approx(0.7)
    assert (gain.estimate, gain.now, gain.not_asked) == (None, None, True)


def test_a_tail_slice_of_few_asked_probes_is_not_the_worst_by_luck(snap: Snap) -> None:
    """Of 5 slices of 40 each lends 4: one lost all four, which tells in the whole, not by itself.

    4 of 20 are lost, of a base that has all of them right: the worst is the whole tail, of one
    comparison. A slice that lends none is passed over.
    """
    ids = {i: [f"s{i}-{k}" for k in range(40)] for i in range(5)}
    probes = [p for i, names in ids.items() for p in _probes("tail", names, (f"slice {i}",))]
    base = snap(dict.fromkeys((name for names in ids.values() for name in names), 1.0))
    now = {name: float(i > 0) for i, names in ids.items() for name in names[:4]}

    worst = _found(probes, base, snap(now))["tail/worst"]
    assert worst.estimate is not None
    assert worst.estimate.value == pytest.approx(4 / 20)
    assert (worst.worst_slice, worst.num_comparisons, worst.part) == ("all", 1, "20 of 200")

    without = {name: value for name, value in now.items() if not name.startswith("s0")}
    found = _found(probes, base, snap(without))
    assert found["tail/slice 0"].not_asked
    assert found["tail/worst"].estimate is not None
    assert found["tail/worst"].estimate.value == 0


def test_a_tail_that_was_not_asked_has_a_worst_that_says_so(snap: Snap) -> None:
    """Its gate finds it, and why there is nothing."""
    worst = _found(_probes("tail", slices=("rare",)), snap(BASE), snap({}))["tail/worst"]

    assert worst.not_asked
    assert worst.note == NOT_ASKED


def _said(name: str, logprob: float, token: int = 1) -> Answer:
    return Answer(probe_id=name, token_ids=(token,), logprobs=(logprob,))


def test_own_answers_and_drift_of_a_part(snap: Snap) -> None:
    """Of four own answers at e^-1 two were asked: one is half as likely, one the same.

    Their mean drop is a quarter of exp(-1), over exp(-1). Of the answers asked one of two is in
    other words; those that were not asked have not changed.
    """
    names = ("q0", "q1", "q2", "q3")
    own = [_said(name, -1.0) for name in names]
    base = snap(dict.fromkeys(names, 1.0), answers=own, base_answer_logprobs=own)
    read = [_said("q0", -1.0 - 0.6931472), _said("q1", -1.0)]
    now = snap(
        {"q0": 1.0, "q1": 1.0},
        answers=[_said("q0", -1.0, token=2), _said("q1", -1.0)],
        base_answer_logprobs=read,
    )

    found = _found(_probes("general", names), base, now)

    drop, changed = found["own_answers/all"], found["drift/changed"]
    assert drop.estimate is not None
    assert changed.estimate is not None
    assert drop.estimate.value == pytest.approx(0.25, rel=1e-5)
    assert (drop.part, len(drop.influence)) == ("2 of 4", 4)
    assert (changed.estimate.value, changed.estimate.n) == (0.5, 2)

    unasked = _found(_probes("general", names), base, snap({}))
    assert unasked["own_answers/all"].not_asked


def test_flips_and_calibration_are_of_what_was_asked(snap: Snap) -> None:
    """Two of five turned wrong; calibration is of the same five, its floor of all 20."""
    answers = [_said(name, -0.3) for name in BASE]
    base = snap(BASE, answers=answers)
    now = snap(PART, answers=answers[:4] + answers[14:15])
    probes = _probes("general")
    found = _found([*probes, *(replace(p, role="calibration") for p in probes)], base, now)

    forgotten, error = found["forgotten/all"], found["calibration/general"]
    assert forgotten.estimate is not None
    assert error.estimate is not None
    assert forgotten.estimate.value == pytest.approx(0.4)
    assert forgotten.estimate.n == 5
    assert (error.estimate.n, error.part, error.at_floor) == (5, "5 of 20", False)

    unasked = _found([replace(p, role="calibration") for p in probes], base, snap({}))
    assert unasked["calibration/general"].not_asked


def test_records_of_a_part_are_read_back_and_older_ones_too(snap: Snap) -> None:
    """None in `influence` and the number in all survive the ledger; without them all were asked."""
    found = _found(_probes("general"), snap(BASE), snap(PART))["forgetting/all"]
    record = msgspec.json.decode(msgspec.json.encode(found))

    assert msgspec.convert(record, Measurement) == found
    del record["num_in_all"]
    record["influence"] = [0.1, -0.1]
    old = msgspec.convert(record, Measurement)
    assert (old.num_in_all, old.part, old.influence) == (0, "", (0.1, -0.1))
