"""Tests of which names and limits a gate may have, each refused with what was meant."""

import math
import re

import pytest

from ftguard.errors import InputError
from ftguard.verdict.gate import Gate


@pytest.mark.parametrize(
    ("spelt", "meant"),
    [
        ("forgeting", "forgetting"),
        ("Forgetting", "forgetting"),
        ("own-answers", "own_answers"),
        ("calibartion", "calibration"),
        ("tails", "tail"),
        ("trget", "target"),
    ],
)
def test_a_misspelt_name_is_refused_with_the_right_one(spelt: str, meant: str) -> None:
    """One or two letters off, or in capitals: no run begins with a gate that was never meant."""
    with pytest.raises(InputError, match=f"`{spelt}`: did you mean `{meant}`"):
        Gate(measurement=spelt, limit=0.1)


@pytest.mark.parametrize("name", ["length", "detail", "gain", "forgetting_de", "preference"])
def test_a_measure_of_ones_own_may_have_any_other_name(name: str) -> None:
    """It is not known before training; `forgetting_de` says itself that it is another one."""
    assert Gate(measurement=name, limit=1000.0).limit == 1000


def test_a_name_is_text() -> None:
    """Anything else is refused with an example."""
    with pytest.raises(InputError, match="a name such as `forgetting`, got 3"):
        Gate(measurement=3, limit=0.1)  # type: ignore[arg-type]


@pytest.mark.parametrize("limit", [math.nan, math.inf, -math.inf, "0.1", True, None])
def test_a_limit_is_a_finite_number(limit: float) -> None:
    """NaN would let everything pass, `True` would be 100 %."""
    with pytest.raises(InputError, match="`length/all` must be a finite number"):
        Gate(measurement="length", limit=limit)


@pytest.mark.parametrize(
    ("key", "limit", "words"),
    [
        ("forgetting/all", 10, "(a share: 0.1 is 10 %), got 10; did you mean 0.1?"),
        ("tail/worst", 1.5, "at most 1 (a share: 0.1 is 10 %), got 1.5; did you mean 0.015?"),
        ("own_answers/all", 5000, "at most 1 (a share: 0.1 is 10 %), got 5000"),
        ("format/all", 0, "above 0 and at most 1 (a share: 0.1 is 10 %), got 0; give the least"),
        ("calibration/target", -0.05, "got -0.05; give the least that you would mind"),
        ("calibration/general", 5, "(a rise of an error, in points: 0.05 is from 0.10 to 0.15)"),
        ("target/all", 5, "(a least gain, in points: 0.05 is from 0.60 to 0.65), got 5; did you"),
        ("target/all", -1, "above -1 and at most 1"),
        ("drift/nats", 0, "must be above 0 (a distance in nats per token), got 0"),
        ("drift/changed", 20, "got 20; did you mean 0.2?"),
    ],
)
def test_a_limit_without_sense_is_refused_with_its_unit(key: str, limit: float, words: str) -> None:
    """10 is no relative drop, 0 no loss that can be told from chance, -1 no gain."""
    name, slice_name = key.split("/")
    with pytest.raises(InputError, match=re.escape(words)):
        Gate(measurement=name, slice=slice_name, limit=limit)


@pytest.mark.parametrize(
    ("key", "limit"),
    [
        ("forgetting/all", 1),
        ("calibration/target", 1.0),
        ("target/all", -0.02),
        ("target/all", 0),
        ("drift/nats", 3.5),
        ("drift/tail/changed", 1.0),
    ],
)
def test_what_makes_sense_is_allowed(key: str, limit: float) -> None:
    """All of a score may be lost, a target may have to gain nothing, nats have no upper end."""
    name, _, slice_name = key.partition("/")

    assert Gate(measurement=name, slice=slice_name, limit=limit).key == key
