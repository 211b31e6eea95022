"""Tests of `draw`: sizes by hand, the same probes for the same seed, companions together."""

from collections import Counter
from dataclasses import replace

import pytest

from ftguard.probes import Probe, ProbeSet, draw
from ftguard.probes.sampling import hold_back


def _probes(**sizes: int) -> list[Probe]:
    """So many probes of each slice, slice after slice: `a-0`, `a-1`, ..., `b-0`, ..."""
    return [
        Probe(id=f"{name}-{index}", prompt="q", reference="r", slices=(name,))
        for name, size in sizes.items()
        for index in range(size)
    ]


def _counts(probes: tuple[Probe, ...]) -> dict[str, int]:
    return dict(Counter(probe.slices[0] for probe in probes))


@pytest.mark.parametrize("most", [6, 7, 1000])
def test_a_set_that_fits_is_taken_whole(most: int) -> None:
    """Nothing is drawn where there is room for all: the probes come back in their order."""
    probes = _probes(a=4, b=2)

    assert draw(probes, most, seed=0) == tuple(probes)


@pytest.mark.parametrize(
    ("sizes", "most", "expected"),
    [
        # 10 of 100: exactly 6, 3 and 1.
        ({"a": 60, "b": 30, "c": 10}, 10, {"a": 6, "b": 3, "c": 1}),
        # 6 of 20: 3.3, 1.5 and 1.2; whole parts 3, 1, 1; the one left goes to b, which lacks 0.5.
        ({"a": 11, "b": 5, "c": 4}, 6, {"a": 3, "b": 2, "c": 1}),
        # 4 of 16: 2, 1.75 and 0.25; c would go empty, so it comes before b's larger remainder.
        ({"a": 8, "b": 7, "c": 1}, 4, {"a": 2, "b": 1, "c": 1}),
        # 5 of 10: 4, 0.5 and 0.5; there is room for one of the two, the first.
        ({"a": 8, "b": 1, "c": 1}, 5, {"a": 4, "b": 1}),
        # 1 of 6: two thirds and one third.
        ({"a": 4, "b": 2}, 1, {"a": 1}),
    ],
)
def test_each_slice_keeps_its_share(
    sizes: dict[str, int], most: int, expected: dict[str, int]
) -> None:
    """Shares are kept by largest remainder, with at least one of each slice while there is room."""
    assert _counts(draw(_probes(**sizes), most, seed=0)) == expected


def test_each_combination_of_slices_is_a_stratum() -> None:
    """Of 4 `x`, 4 `x` + `y` and 4 without a slice, a draw of 6 takes 2 each."""
    combinations: list[tuple[str, ...]] = [("x",), ("x", "y"), ()]
    probes = [
        Probe(id=f"{slices}-{index}", prompt="q", reference="r", slices=slices)
        for index in range(4)
        for slices in combinations
    ]

    drawn = Counter(tuple(probe.slices) for probe in draw(probes, 6, seed=0))

    assert drawn == {("x",): 2, ("x", "y"): 2, (): 2}


def test_the_drawn_keep_their_order() -> None:
    """A draw leaves probes out and moves none."""
    probes = _probes(a=30, b=20)
    order = [probe.id for probe in probes]
    positions = [order.index(probe.id) for probe in draw(probes, 10, seed=3)]

    assert positions == sorted(positions)
    assert len(set(positions)) == 10


def test_the_same_seed_draws_the_same() -> None:
    """The seed alone decides: one seed twice agrees, and ten seeds do not all agree."""
    probes = _probes(a=60, b=40)

    assert draw(probes, 10, seed=7) == draw(probes, 10, seed=7)
    assert len({tuple(p.id for p in draw(probes, 10, seed=seed)) for seed in range(10)}) > 1


def test_companions_are_drawn_together() -> None:
    """Of 40 rows with short completions, 10 answers are drawn, and their likelihoods with them."""
    rows = [
        {"id": str(index), "prompt": "q", "completion": "r", "category": "ab"[index % 4 == 0]}
        for index in range(40)
    ]

    drawn = {probe.id for probe in draw(ProbeSet.load(rows).probes, 10, seed=1)}

    answers = {probe_id for probe_id in drawn if "#" not in probe_id}
    assert len(answers) == 10
    assert drawn - answers == {f"{probe_id}#likelihood" for probe_id in answers}


def test_each_kind_has_room_of_its_own() -> None:
    """Three answers all stay where ten likelihoods are drawn down to four."""
    answers = _probes(a=3)
    likelihoods = [
        Probe(id=f"l-{index}", prompt="q", reference="r", scorer="likelihood")
        for index in range(10)
    ]

    drawn = draw([*likelihoods, *answers], 4, seed=0)

    assert Counter(probe.kind for probe in drawn) == {"likelihood": 4, "answer": 3}


def test_a_share_is_held_back_in_every_slice_companions_together() -> None:
    """Of 20 probes in slices of 15 and 5, 30 % are 6: 4.5 and 1.5 become 5 and 1, or 4 and 2."""
    answers = [
        Probe(id=f"p{i}", prompt="q", reference="a", slices=("big" if i < 15 else "small",))
        for i in range(20)
    ]
    read = [replace(p, id=f"{p.id}#r", scorer="likelihood", companion_of=p.id) for p in answers]

    found = hold_back([*answers, *read], 0.3, seed=0)

    held = {probe.id for probe in found if probe.holdout}
    assert len(held) == 12
    assert {f"{name}#r" for name in held if "#" not in name} == {
        name for name in held if "#" in name
    }
    assert sum(p.holdout and p.slices == ("small",) and p.kind == "answer" for p in found) in {
        1,
        2,
    }
    assert hold_back([*answers, *read], 0.3, seed=0) == found
    assert hold_back([*answers, *read], 0.3, seed=1) != found
