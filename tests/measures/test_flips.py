"""Items forgotten and gained, less what guessing makes of them."""

from collections.abc import Callable

import pytest

from ftguard.measures.flips import flips
from ftguard.measures.measurement import Measurement
from ftguard.probes import Probe
from ftguard.scores.snapshot import Snapshot

Snap = Callable[..., Snapshot]


def _flips(snap: Snap, probes: list[Probe], base: str, now: str) -> dict[str, Measurement]:
    """Flips between two rows of right (1) and wrong (0) answers."""
    before, after = (
        snap({p.id: float(c) for p, c in zip(probes, row, strict=True)}) for row in (base, now)
    )
    return {m.name: m for m in flips(probes, before, after)}


def _value(measurement: Measurement) -> float:
    assert measurement.estimate is not None
    return measurement.estimate.value


def test_an_average_of_no_change_hides_both_ways(snap: Snap) -> None:
    """Of ten, two turned wrong and two right: 20 % forgotten, 20 % gained, a drop of 0."""
    probes = [Probe(id=str(i), prompt="q", reference="a", role="general") for i in range(10)]

    found = _flips(snap, probes, "1111110000", "0011111100")

    assert _value(found["forgotten"]) == pytest.approx(0.2)
    assert _value(found["gained"]) == pytest.approx(0.2)
    assert (found["forgotten"].higher_is_better, found["gained"].higher_is_better) == (False, True)


def test_guessing_among_options_is_taken_off(snap: Snap) -> None:
    """Four options, right 4 of 10 before and after: 0.6 * 0.6 / 3 = 12 % flip by luck each way."""
    probes = [
        Probe(id=str(i), prompt="q", reference="a", choices=tuple("abcd"), role="general")
        for i in range(10)
    ]

    found = _flips(snap, probes, "1111000000", "0011110000")

    assert _value(found["forgotten"]) == pytest.approx(0.2 - 0.12)
    assert found["forgotten"].note == "2 items, 1.2 of them expected by guessing"


def test_luck_alone_is_no_forgetting(snap: Snap) -> None:
    """Fewer flips than guessing makes are none, not less than none."""
    probes = [
        Probe(id=str(i), prompt="q", reference="a", choices=("a", "b"), role="general")
        for i in range(10)
    ]

    # Right 5 of 10 both times: 0.25 are expected to flip each way, 0.1 do.
    found = _flips(snap, probes, "1111100000", "0111110000")

    assert _value(found["forgotten"]) == 0.0


def test_only_general_answers_flip(snap: Snap) -> None:
    """Targets, and texts that are read, have no right and wrong here."""
    probes = [
        Probe(id="t", prompt="q", reference="a", role="target"),
        Probe(id="l", prompt="", reference="a", scorer="likelihood", role="general"),
    ]

    assert _flips(snap, probes, "10", "01") == {}
