"""Tests of groups: which probes are alike, which stay apart, and what is said of it."""

from collections.abc import Sequence

import pytest

from ftguard import Probe
from ftguard.probes import general_probes
from ftguard.probes.alike.groups import alike, counted, with_sources

WORDS = "door lamp river stone bread cloud paper glass chair spoon".split()  # noqa: SIM905


def _probe(name: str, prompt: str, **more: object) -> Probe:
    return Probe(id=name, prompt=prompt, reference="1", role="general", **more)  # type: ignore[arg-type]  # by name


def _sums(count: int, **more: object) -> list[Probe]:
    return [_probe(f"sum{i}", f"What is {i} + {i + 7}?", **more) for i in range(count)]


def _others(count: int, **more: object) -> list[Probe]:
    """Questions that share no template."""
    return [
        _probe(f"other{i}", " ".join(WORDS[(i * k + k) % 10] for k in range(1, 3 + i % 7)), **more)
        for i in range(count)
    ]


def _sources(probes: Sequence[Probe]) -> dict[str, str | None]:
    return {probe.id: probe.source for probe in with_sources(probes, alike(probes))}


def test_probes_of_one_template_share_a_source() -> None:
    """Three sums beside seven questions of their own are one group, named by the first."""
    others = _others(7)
    found = _sources([*_sums(3), *others])

    assert found == {
        **dict.fromkeys(("sum0", "sum1", "sum2"), "alike: sum0"),
        **{probe.id: None for probe in others},
    }


def test_a_text_asked_twice_is_one_group() -> None:
    """Equal but for blanks and capitals, though it is too short for a template."""
    probes = [_probe("a", "Paris"), _probe("b", " PARIS\n"), _probe("c", "Rome"), *_others(5)]

    found = _sources(probes)

    assert (found["a"], found["b"], found["c"]) == ("alike: a", "alike: a", None)


def test_options_are_text_in_any_order() -> None:
    """One question with its options shuffled is one text; with other words as options it is not."""
    asked = "Which of them is a fruit?"
    options = [("apple", "stone"), ("stone", "apple"), ("river", "cloud")]
    probes = [
        Probe(id=str(i), prompt=asked, choices=choices, reference=choices[0], role="general")
        for i, choices in enumerate(options)
    ]

    found = _sources([*probes, *_others(7)])

    assert (found["0"], found["1"], found["2"]) == ("alike: 0", "alike: 0", None)


def test_the_users_source_wins() -> None:
    """A probe that says what it is from keeps that, and is in no group."""
    probes = [*_sums(3), _probe("told", "What is 1 + 1?", source="mine"), *_others(6)]

    found = _sources(probes)

    assert found["told"] == "mine"
    assert found["sum1"] == "alike: sum0"


def test_companions_are_in_the_group_of_what_they_read() -> None:
    """The likelihood of an answer is grouped as the answer is, and never with it alone."""
    probes = [*_sums(2), _probe("alone", "Name the door."), *_others(5)]
    read = [
        _probe(f"{p.id}#likelihood", str(p.prompt), scorer="likelihood", companion_of=p.id)
        for p in probes
    ]

    found = _sources([*probes, *read])

    assert found["sum1#likelihood"] == "alike: sum0"
    assert (found["alone"], found["alone#likelihood"]) == (None, None)


def test_turns_of_a_chat_are_text() -> None:
    """A system message and a query: equal but for a number in either."""
    probes = [
        Probe(
            id=str(n),
            prompt=[
                {"role": "system", "content": f"You are clerk {n}."},
                {"role": "user", "content": f"Where is parcel {n + 50}?"},
            ],
            reference="here",
            role="general",
        )
        for n in range(2)
    ]

    assert _sources([*probes, *_others(8)])["1"] == "alike: 0"


@pytest.mark.parametrize(("others", "apart"), [(20, True), (21, False)])
def test_a_template_that_is_half_of_the_set_is_the_task(others: int, *, apart: bool) -> None:
    """20 sums of 40 probes are draws of the user's own task, 20 of 41 are one of its templates."""
    probes = [*_sums(20), *_others(others)]

    assert (_sources(probes)["sum0"] is None) is apart


def test_a_template_that_is_half_of_a_large_slice_stays_apart() -> None:
    """40 sums make a slice that is measured for itself; 39 do not, and are one group of 100."""
    for count, apart in ((40, True), (39, False)):
        probes = [*_sums(count, slices=("sums",)), *_others(61)]
        assert (_sources(probes)["sum0"] is None) is apart


def test_what_was_found_is_said_in_one_line() -> None:
    """Two groups, of 3 and of 2; companions are not counted, one left of a group is none."""
    dates = [_probe(f"d{i}", f"Which weekday was {i} May 2021?") for i in (1, 2)]
    probes = [*_sums(3), *dates, *_others(7)]
    groups = alike(probes)

    assert counted(with_sources(probes, groups), groups) == (
        "5 of 12 general probes are alike but for numbers or names: 2 groups, each one cluster "
        "(`source` on a probe says otherwise)"
    )
    assert counted(with_sources(probes[4:], groups), groups) == ""


def test_the_built_in_probes_hold_two_templates() -> None:
    """`What is 9 + 6?` with three pairs of numbers, and `What is 8 * 7?`; all others differ."""
    found = alike(general_probes())

    assert found == {
        **dict.fromkeys(
            ("arithmetic-01", "arithmetic-05", "arithmetic-06"), "alike: arithmetic-01"
        ),
        **dict.fromkeys(
            ("arithmetic-02", "arithmetic-11", "arithmetic-15"), "alike: arithmetic-02"
        ),
    }
