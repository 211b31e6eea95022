"""Tests of the limits that a user moves: by hand, which gates come of them."""

from collections.abc import Mapping

import pytest

from ftguard.errors import InputError
from ftguard.measures.measurement import Measurement
from ftguard.stats.estimates import Estimate
from ftguard.verdict.defaults import DEFAULT_GATES, applicable, left_out
from ftguard.verdict.limits import read_limits


def _measured(key: str, *, base: float = 0.9, floor: bool = False) -> Measurement:
    """A measurement on 400 probes, of a base that is strong unless told otherwise."""
    name, _, slice_name = key.partition("/")
    estimate = Estimate(value=0, low=-0.1, high=0.1, level=0.95, n=400, stderr=0.05, dof=399)
    return Measurement(
        name=name,
        slice=slice_name,
        estimate=None if floor else estimate,
        base=base,
        num_scored=400,
        at_floor=floor,
    )


USUAL = [_measured(gate.key) for gate in DEFAULT_GATES]
OWN = _measured("own_answers/all")


def _held(limits: Mapping[str, float | None], *more: Measurement) -> dict[str, float]:
    gates = applicable(None, [*USUAL, *more], read_limits(limits))
    return {gate.key: gate.limit for gate in gates}


def test_a_limit_moves_one_default_and_keeps_the_others() -> None:
    """Forgetting at 20 % is advised on from 16 %, as 10 % is from 8 %."""
    first, *others = applicable(None, USUAL, read_limits({"forgetting": 0.2}))

    assert (first.key, first.limit) == ("forgetting/all", 0.2)
    assert first.advise_at == pytest.approx(0.16)
    assert others == list(DEFAULT_GATES[1:])


@pytest.mark.parametrize(
    ("limits", "moved"),
    [
        ({"tail": 0.3}, {"tail/worst": 0.3}),
        ({"tail/worst": 0.3}, {"tail/worst": 0.3}),
        ({"calibration": 0.1}, {"calibration/target": 0.1, "calibration/general": 0.1}),
        ({"calibration/target": 0.1}, {"calibration/target": 0.1}),
        ({"tail/rare": 0.3}, {"tail/rare": 0.3}),
        ({"target": 0.02}, {"target/all": 0.02}),
        ({"own_answers": 0.3}, {"own_answers/all": 0.3}),
        ({"length": 12}, {"length/all": 12}),
        ({}, {}),
    ],
)
def test_a_name_is_a_default_gate_or_one_of_its_own(
    limits: dict[str, float | None], moved: dict[str, float]
) -> None:
    """Short names stand for the default gates, `calibration` for both; all else is added."""
    more = [OWN, *map(_measured, ("tail/rare", "target/all", "length/all"))]
    usual = {gate.key: gate.limit for gate in DEFAULT_GATES}

    assert _held(limits, *more) == usual | moved


def test_none_switches_a_default_gate_off_and_the_run_can_say_so() -> None:
    """Both splits of the calibration go; the other gates stay as they are."""
    limits = {"calibration": None}

    assert _held(limits) == {"forgetting/all": 0.10, "tail/worst": 0.15}
    assert left_out(None, USUAL, read_limits(limits)) == (
        "calibration/target",
        "calibration/general",
    )
    assert left_out(None, USUAL) == ()


def test_gates_leave_out_the_default_ones_that_they_do_not_name() -> None:
    """Of what is measured alone: without a tail nobody misses its gate."""
    gates, without_tail = [DEFAULT_GATES[0]], [m for m in USUAL if m.name != "tail"]

    assert left_out(gates, USUAL) == ("tail/worst", "calibration/target", "calibration/general")
    assert left_out(gates, without_tail) == ("calibration/target", "calibration/general")


@pytest.mark.parametrize(
    ("limits", "held"),
    [
        ({}, [("own_answers/all", 0.5)]),
        ({"own_answers": 0.3}, [("own_answers/all", 0.3)]),
        ({"own_answers": None}, [("forgetting/all", 0.1)]),
        ({"forgetting": None}, []),
    ],
)
def test_own_answers_stand_in_at_the_limit_given(
    limits: dict[str, float | None], held: list[tuple[str, float]]
) -> None:
    """At the floor they take the place of forgetting, once, unless either is switched off."""
    floor = _measured("forgetting/all", base=0.01, floor=True)
    gates = applicable(None, [floor, OWN], read_limits(limits))

    assert [(gate.key, gate.limit) for gate in gates] == held


def test_a_limit_on_what_nothing_measures_is_refused_with_what_is_near() -> None:
    """A slice that nothing has, and a tail where no probe is one."""
    measured = [*USUAL, _measured("forgetting/arithmetic")]
    with pytest.raises(InputError, match=r"`forgetting/arithmetik`.* Did you mean `forgetting/ar"):
        applicable(None, measured, read_limits({"forgetting/arithmetik": 0.2}))
    with pytest.raises(InputError, match="nothing measures `tail/worst`"):
        applicable(None, USUAL[:1], read_limits({"tail": 0.2}))


def test_one_split_of_the_calibration_is_enough_for_its_limit() -> None:
    """Without target probes `calibration` moves the general one."""
    general = [m for m in USUAL if m.slice == "general"]
    (gate,) = applicable(None, general, read_limits({"calibration": 0.1}))

    assert (gate.key, gate.limit) == ("calibration/general", 0.1)
    with pytest.raises(InputError, match="nothing measures `calibration/target`"):
        applicable(None, general, read_limits({"calibration/target": 0.1}))


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"forgeting": 0.2}, "did you mean `forgetting`"),
        ({"calibraton/target": 0.1}, "did you mean `calibration`"),
        ({"forgetting": 10}, "did you mean 0.1?"),
        ({"forgetting/math": 10}, "did you mean 0.1?"),
        ({"tail": 0}, "above 0"),
        ({"tail": "0.2"}, "finite number"),
        ({"forgetting": 0.1, "forgetting/all": 0.2}, "two names in `limits` stand for"),
        ({"calibration/general": 0.1, "calibration": 0.2}, "two names in `limits` stand for"),
        ({"forgetting/math": None}, "no default gate"),
        ({3: 0.1}, "got the name 3"),
        (["forgetting"], "maps names to numbers"),
    ],
)
def test_limits_without_sense_are_refused_when_they_are_given(
    limits: dict[str, float | None], words: str
) -> None:
    """Each before anything is loaded, with what was meant."""
    with pytest.raises(InputError, match=words.replace("?", r"\?")):
        read_limits(limits)


def test_a_gate_that_the_run_holds_can_be_switched_off() -> None:
    """By its name, where it is held; a name that nothing holds is refused as before."""
    assert read_limits({"forgetting/count": None}, {"forgetting/count"}) == {
        "forgetting/count": None
    }
    with pytest.raises(InputError, match="no default gate"):
        read_limits({"forgetting/maths": None}, {"forgetting/count"})
